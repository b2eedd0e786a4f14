// TriggerNumbers: what the PLC's next number means, given the numbers before it.
#pragma once

#include <optional>

#include <lineguard/core/types.h>
#include <lineguard/record/number_range.h>

namespace lineguard::station {

// Where the PLC's counts stand together.
struct PlcPosition {
  PartNumber number = 0;       // the newest part's
  std::uint16_t triggers = 0;  // that it gave, wraps; 0: none since it began to count
  std::uint32_t gated = 0;     // parts that came to the gate
  std::uint32_t passed = 0;    // those of them that passed
};

enum class Arrival {
  next,       // the number after the last one
  gap,        // some were skipped
  repeated,   // one of the newest numbers came again
  restarted,  // a new count
};

struct NumberedTrigger {
  Arrival arrival = Arrival::next;
  // Numbers that had no trigger here. gap: between the last one and this one. restarted: of the new count, before this.
  std::optional<record::NumberRange> skipped = std::nullopt;
  PartNumber before_first = 0;  // restarted: the number before the first of the new count
  // restarted: so many parts of the old count may have come after the last one that was seen; none: not known.
  std::optional<std::uint32_t> unseen_of_old_count = std::nullopt;
};

// Numbers count up by one and wrap from 4294967295 to 0. Not thread-safe.
//
// A jump forward is a gap where it is at most max_gap, or where as many parts came to the gate meanwhile (give or take
// max_gap). Everything else that does not go on from the last number is a new count: a jump back by repeat_window or
// more, two numbers in order within it, any number behind the last one when the count of triggers began again, or any
// at all where the gate has passed or diverted fewer parts than before, and as many as there are numbers since 1.
// A new count begins with 1 where max_gap or the count of triggers agree; else so many numbers before the first one
// that was seen as there were triggers since the old count was seen last (at most: some may have been of the old one).
class TriggerNumbers {
 public:
  // Both >= 1.
  TriggerNumbers(PartNumber max_gap, PartNumber repeat_window) : max_gap_(max_gap), repeat_window_(repeat_window) {}

  // A trigger with its number; all but `repeated` become the last one. The first number ever is `next`.
  NumberedTrigger take(const PlcPosition& position);
  // The newest number without a trigger that was seen: numbers up to it, itself included, are `skipped`. `next`:
  // nothing happened meanwhile.
  NumberedTrigger catch_up(const PlcPosition& position);
  // The number that is taken to be the newest without having been triggered here.
  void set_last(PartNumber number) { last_ = number; }
  // A position of this count from before, to compare with.
  void set_known(const PlcPosition& position) { known_ = position; }
  std::optional<PartNumber> last() const { return last_; }

 private:
  bool goes_on(const PlcPosition& position) const;
  bool counts_triggers_anew(const PlcPosition& position) const;
  bool counts_gate_anew(const PlcPosition& position) const;
  bool repeats(const PlcPosition& position);
  PartNumber first_of_count(const PlcPosition& position) const;
  NumberedTrigger restart(const PlcPosition& position, PartNumber last_skipped) const;

  PartNumber max_gap_, repeat_window_;
  std::optional<PartNumber> last_, repeated_;
  std::optional<PlcPosition> known_;
};

}  // namespace lineguard::station
