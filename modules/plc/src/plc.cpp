#include <algorithm>

#include <lineguard/plc/plc.h>

namespace lineguard::plc {

PlcOutputs safe_outputs(const PlcOutputs& outputs) {
  PlcOutputs safe = outputs;
  if (!safe.results_ready) {
    safe.ok = safe.ng = false;
    safe.result_number = 0;
    safe.reason = Reason::none;
  } else if (safe.error || safe.ng) {
    safe.ok = false;
    safe.ng = true;
  }
  safe.recipe_active.resize(std::min(safe.recipe_active.size(), kTextChars));
  std::ranges::replace_if(
      safe.recipe_active, [](char c) { return c < ' ' || c > '~'; }, '?');
  return safe;
}

bool HeartbeatWatch::fresh(SteadyTime now, std::uint16_t heartbeat) {
  if (last_ && *last_ != heartbeat) changed_at_ = now;
  last_ = heartbeat;
  return fresh(now);
}

bool HeartbeatWatch::fresh(SteadyTime now) const {
  return changed_at_ && now - *changed_at_ <= timeout_;
}

}  // namespace lineguard::plc
