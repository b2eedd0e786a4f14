// TriggerNumbers: what the PLC's next number means, given the numbers before it.
#pragma once

#include <optional>
#include <vector>

#include <lineguard/core/types.h>

namespace lineguard::station {

enum class Arrival {
  next,       // the number after the last one
  gap,        // some were skipped
  repeated,   // one of the newest numbers came again
  restarted,  // too far away for either: the PLC counts anew
};

struct NumberedTrigger {
  Arrival arrival = Arrival::next;
  std::vector<PartNumber> skipped;  // gap only, in order
};

// Numbers count up by one and wrap from 4294967295 to 0. Not thread-safe.
class TriggerNumbers {
 public:
  // A jump forward by more than max_gap parts, or back by more than repeat_window, is a new count. Both >= 1.
  TriggerNumbers(PartNumber max_gap, PartNumber repeat_window) : max_gap_(max_gap), repeat_window_(repeat_window) {}

  // Takes the number; all but `repeated` become the last one. The first number ever is `next`.
  NumberedTrigger take(PartNumber number);
  // The number that is taken to be the newest without having been triggered here.
  void set_last(PartNumber number) { last_ = number; }
  std::optional<PartNumber> last() const { return last_; }

 private:
  PartNumber max_gap_, repeat_window_;
  std::optional<PartNumber> last_;
};

}  // namespace lineguard::station
