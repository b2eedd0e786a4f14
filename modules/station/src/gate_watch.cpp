#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <lineguard/station/gate_watch.h>

namespace lineguard::station {
namespace {

// A PLC that copies word by word shows number and counts a scan apart; a part that was taken off the belt never comes.
constexpr Milliseconds kUntilCountsFit{100};
constexpr std::uint32_t kTooManyAtOnce = 1u << 24;  // no outage, but counts that began again

bool is_behind(PartNumber part, PartNumber gate) {
  return static_cast<std::int32_t>(gate - part) >= 0;
}

}  // namespace

std::optional<GateFinding> GateWatch::on_pass(PartNumber part) {
  if (!renumbered_ && last_ && last_->parts() > 0 && is_behind(part, last_->number) &&
      last_->number - part < kMaxPasses) {
    GateFinding finding;
    finding.within = {part, part};
    finding.passes = {part};
    finding.gate_diverted = 1;
    finding.at_least = finding.at_most = 1;
    finding.exact = true;
    finding.detail = "it had been at the gate before it was decided";
    return finding;
  }
  passes_.push_back(part);
  if (passes_.size() > kMaxPasses) passes_.pop_front();
  return std::nullopt;
}

std::optional<GateFinding> GateWatch::on_gate(SteadyTime now, const GatePoint& point) {
  if (next_) return std::exchange(next_, std::nullopt);
  if (!last_) {
    last_ = point;
    return std::nullopt;
  }
  if (point == *last_) return std::nullopt;
  const std::uint32_t parts = point.parts() - last_->parts();
  const bool first_ever = last_->parts() == 0;
  const PartNumber numbers = first_ever ? parts : point.number - last_->number;
  const bool fell = point.passed - last_->passed > kTooManyAtOnce || point.diverted - last_->diverted > kTooManyAtOnce;
  if (fell || parts > kTooManyAtOnce || (!renumbered_ && numbers > kTooManyAtOnce)) {
    last_ = point;
    return give_up("the PLC's counts of the gate began again");
  }
  if (parts == 0 || (!renumbered_ && numbers != parts)) {
    if (!uneven_since_) uneven_since_ = now;
    if (now - *uneven_since_ < kUntilCountsFit) return std::nullopt;
  }
  uneven_since_.reset();
  return renumbered_ && numbers != parts ? compare_across_counts(point) : compare(point);
}

GateFinding GateWatch::compare(const GatePoint& point) {
  GateFinding finding;
  finding.gate_passed = point.passed - last_->passed;
  finding.gate_diverted = point.diverted - last_->diverted;
  const bool first_ever = last_->parts() == 0;
  const PartNumber numbers = first_ever ? finding.gate_passed + finding.gate_diverted : point.number - last_->number;
  last_ = point;
  finding.within = {numbers == 0 ? point.number : point.number - numbers + 1, point.number};
  if (numbers > 0) finding.passes = take_passes(finding.within);
  std::uint32_t unknown = 0;  // decided by a process that left no record here
  if (numbers > 0 && unknown_until_ && is_behind(finding.within.first, *unknown_until_))
    unknown = std::min<std::uint32_t>(numbers, *unknown_until_ - finding.within.first + 1);
  judge(finding, numbers, unknown);
  return finding;
}

// The rest of the old count, and the first of the new one.
GateFinding GateWatch::compare_across_counts(const GatePoint& point) {
  GateFinding finding;
  finding.gate_passed = point.passed - last_->passed;
  finding.gate_diverted = point.diverted - last_->diverted;
  last_ = point;
  finding.passes.assign(old_passes_.begin(), old_passes_.end());
  old_passes_.clear();
  while (!passes_.empty() && is_behind(passes_.front(), point.number)) {
    finding.passes.push_back(passes_.front());
    passes_.pop_front();
  }
  finding.within = {finding.passes.empty() ? point.number : finding.passes.front(), point.number};
  renumbered_ = false;
  unknown_until_.reset();
  judge(finding, finding.gate_passed + finding.gate_diverted, 0);
  return finding;
}

void GateWatch::judge(GateFinding& finding, std::uint32_t numbers, std::uint32_t unknown) {
  const auto decided = static_cast<std::uint32_t>(finding.passes.size());
  const std::uint32_t at_gate = finding.gate_passed + finding.gate_diverted;
  const std::uint32_t gone = numbers > at_gate ? numbers - at_gate : 0;  // taken off the belt
  if (finding.gate_passed > decided + unknown) {
    finding.dangerous = true;
    finding.at_least = finding.gate_passed - decided - unknown;
    finding.at_most = finding.gate_passed;
    finding.detail = "the gate passed more parts than were decided pass";
  } else if (decided > finding.gate_passed + gone) {
    finding.at_least = decided - finding.gate_passed - gone;
    finding.at_most = std::min(decided, finding.gate_diverted + gone);
    finding.exact = finding.gate_passed == 0;
    finding.detail = "the gate diverted parts that were decided pass";
  } else {
    finding.exact = unknown == 0 && gone == 0;  // as many as were decided
  }
}

void GateWatch::on_new_count() {
  old_passes_.insert(old_passes_.end(), passes_.begin(), passes_.end());
  while (old_passes_.size() > kMaxPasses) old_passes_.pop_front();
  passes_.clear();
  renumbered_ = true;
}

std::optional<GateFinding> GateWatch::give_up(const std::string& detail) {
  uneven_since_.reset();
  std::vector<PartNumber> passes(old_passes_.begin(), old_passes_.end());
  passes.insert(passes.end(), passes_.begin(), passes_.end());
  old_passes_.clear();
  passes_.clear();
  renumbered_ = false;
  unknown_until_.reset();
  return unsettled(std::move(passes), detail);
}

// Bounded by their numbers alone: those of two counts may overlap.
std::optional<GateFinding> GateWatch::unsettled(std::vector<PartNumber> passes, const std::string& detail) {
  if (passes.empty()) return std::nullopt;
  const PartNumber any = passes.front();
  const auto [first, last] = std::minmax_element(passes.begin(), passes.end(), [any](PartNumber a, PartNumber b) {
    return static_cast<std::int32_t>(a - any) < static_cast<std::int32_t>(b - any);
  });
  GateFinding finding;
  finding.within = {*first, *last};
  finding.at_most = passes.size();
  finding.passes = std::move(passes);
  finding.detail = detail;
  return finding;
}

// Those of the range, in their order; what is behind its end without being in it never came to the gate, and is not
// waited for.
std::vector<PartNumber> GateWatch::take_passes(const record::NumberRange& range) {
  std::vector<PartNumber> taken = renumbered_ ? take_of_both_counts(range) : take_range(passes_, range, true);
  std::sort(taken.begin(), taken.end(), [&](PartNumber a, PartNumber b) { return a - range.first < b - range.first; });
  return taken;
}

// The first numbers of the new count may follow the last ones of the old count, or nothing was at the gate before.
std::vector<PartNumber> GateWatch::take_of_both_counts(const record::NumberRange& range) {
  std::vector<PartNumber> taken = take_range(old_passes_, range, false);
  const auto of_new_count = take_range(passes_, range, false);
  if (of_new_count.empty()) return taken;
  // Of the old count, what never came to the gate; of a number of both counts one came.
  std::vector<PartNumber> never(old_passes_.begin(), old_passes_.end());
  for (const PartNumber part : of_new_count) {
    const bool of_both = std::find(taken.begin(), taken.end(), part) != taken.end();
    (of_both ? never : taken).push_back(part);
  }
  renumbered_ = false;
  old_passes_.clear();
  next_ = unsettled(std::move(never), "the PLC began a new count before they came to the gate");
  return taken;
}

std::vector<PartNumber> GateWatch::take_range(std::deque<PartNumber>& from, const record::NumberRange& range,
                                              bool drop_behind) {
  std::vector<PartNumber> taken;
  std::deque<PartNumber> kept;
  for (const PartNumber part : from) {
    if (record::holds(range, part)) {
      taken.push_back(part);
    } else if (!drop_behind || !is_behind(part, range.last)) {
      kept.push_back(part);
    }
  }
  from = std::move(kept);
  return taken;
}

}  // namespace lineguard::station
