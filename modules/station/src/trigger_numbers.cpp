#include <algorithm>
#include <cstdlib>

#include <lineguard/station/trigger_numbers.h>

namespace lineguard::station {
namespace {

constexpr std::uint16_t kNearlyAsMany = 16;               // doubled and lost triggers
constexpr std::uint16_t kTriggersBetweenTwoLooks = 4096;  // more across the wrap of their count: it began again

}  // namespace

NumberedTrigger TriggerNumbers::take(const PlcPosition& position) {
  NumberedTrigger trigger;
  if (last_) {
    if (repeats(position)) {
      trigger.arrival = Arrival::repeated;
      return trigger;
    }
    const PartNumber ahead = position.number - *last_;  // unsigned differences are right across the wrap
    if (!goes_on(position)) {
      trigger = restart(position, position.number - 1);
    } else if (ahead > 1) {
      trigger.arrival = Arrival::gap;
      trigger.skipped = record::NumberRange{*last_ + 1, position.number - 1};
    }
  }
  last_ = position.number;
  known_ = position;
  repeated_.reset();
  return trigger;
}

NumberedTrigger TriggerNumbers::catch_up(const PlcPosition& position) {
  NumberedTrigger trigger;
  const bool anew = (counts_triggers_anew(position) && position.triggers > 0) || counts_gate_anew(position);
  if (last_ && *last_ == position.number && !anew) return trigger;
  if (last_ && goes_on(position)) {
    trigger.arrival = Arrival::gap;
    trigger.skipped = record::NumberRange{*last_ + 1, position.number};
  } else if (last_ && position.triggers == 0) {  // it shows the number before its first
    trigger.arrival = Arrival::restarted;
    trigger.before_first = position.number;
  } else if (last_) {
    trigger = restart(position, position.number);
  }
  last_ = position.number;
  known_ = position;
  repeated_.reset();
  return trigger;
}

// The number is ahead of the last one, by no more than can be explained.
bool TriggerNumbers::goes_on(const PlcPosition& position) const {
  const PartNumber ahead = position.number - *last_;
  if (ahead == 0 || counts_gate_anew(position)) return false;
  if (ahead <= max_gap_) return true;
  if (!known_ || position.gated < known_->gated) return false;
  const std::int64_t numbers = PartNumber(position.number - known_->number);
  const std::int64_t gated = position.gated - known_->gated;
  return std::abs(numbers - gated) <= std::int64_t{max_gap_};
}

// A PLC that began again may have come further than its old count while nobody looked: then its number says nothing.
// Nothing passes while the station is away, so the passes of a new count are fewer.
bool TriggerNumbers::counts_gate_anew(const PlcPosition& position) const {
  if (!known_) return false;
  const auto fell = [](std::uint32_t now, std::uint32_t before) { return static_cast<std::int32_t>(now - before) < 0; };
  if (!fell(position.passed, known_->passed) && !fell(position.gated - position.passed, known_->gated - known_->passed))
    return false;
  return std::abs(std::int64_t{position.number} - std::int64_t{position.gated}) <= std::int64_t{max_gap_};
}

bool TriggerNumbers::counts_triggers_anew(const PlcPosition& position) const {
  if (!known_ || position.triggers > kNearlyAsMany) return false;
  return static_cast<std::uint16_t>(position.triggers - known_->triggers) > kTriggersBetweenTwoLooks;
}

// One number out of order is a repetition, two in order are a new count.
bool TriggerNumbers::repeats(const PlcPosition& position) {
  const PartNumber behind = *last_ - position.number;
  if (behind >= repeat_window_ || counts_triggers_anew(position)) return false;
  if (behind > 0 && repeated_ && position.number == *repeated_ + 1) return false;
  repeated_ = position.number;
  return true;
}

PartNumber TriggerNumbers::first_of_count(const PlcPosition& position) const {
  if (position.number == 0) return 0;
  const auto difference = static_cast<std::uint16_t>(position.triggers - position.number);
  const bool one_trigger_each =
      position.number <= UINT16_MAX &&
      std::min<std::uint16_t>(difference, static_cast<std::uint16_t>(-difference)) <= kNearlyAsMany;
  if (position.number <= max_gap_ || one_trigger_each) return 1;
  // Elsewhere at most as many of the new count were given as there were triggers since.
  // The number before, taken for a repetition until this one followed it, was the new count's.
  const bool follows = repeated_ && position.number == *repeated_ + 1;
  const PartNumber seen = follows ? *repeated_ : position.number;
  if (!known_ || counts_triggers_anew(position)) return seen;
  const auto since = static_cast<std::uint16_t>(position.triggers - known_->triggers);
  return since > 1 && since <= max_gap_ ? position.number - since + 1 : seen;
}

NumberedTrigger TriggerNumbers::restart(const PlcPosition& position, PartNumber last_skipped) const {
  NumberedTrigger trigger;
  trigger.arrival = Arrival::restarted;
  if (known_ && !counts_triggers_anew(position))
    trigger.unseen_of_old_count = static_cast<std::uint16_t>(position.triggers - known_->triggers);
  const PartNumber first = first_of_count(position);
  trigger.before_first = last_skipped;
  if (last_skipped == first - 1) return trigger;
  trigger.before_first = first - 1;
  trigger.skipped = record::NumberRange{first, last_skipped};
  return trigger;
}

}  // namespace lineguard::station
