#include <algorithm>
#include <utility>

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
  safe.recipe_active = register_text(std::move(safe.recipe_active));
  safe.station.id = register_text(std::move(safe.station.id));
  return safe;
}

std::string register_text(std::string text) {
  text.resize(std::min(text.size(), kTextChars));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
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
