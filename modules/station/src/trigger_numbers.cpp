#include <lineguard/station/trigger_numbers.h>

namespace lineguard::station {

NumberedTrigger TriggerNumbers::take(PartNumber number) {
  NumberedTrigger trigger;
  if (last_) {
    // Unsigned differences are right across the wrap.
    const PartNumber ahead = number - *last_;
    const PartNumber behind = *last_ - number;
    if (behind < repeat_window_) {
      trigger.arrival = Arrival::repeated;
      return trigger;
    }
    if (ahead > max_gap_ + 1) {
      trigger.arrival = Arrival::restarted;
    } else if (ahead > 1) {
      trigger.arrival = Arrival::gap;
      for (PartNumber skipped = *last_ + 1; skipped != number; ++skipped) trigger.skipped.push_back(skipped);
    }
  }
  last_ = number;
  return trigger;
}

}  // namespace lineguard::station
