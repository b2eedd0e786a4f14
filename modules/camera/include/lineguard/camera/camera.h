// Camera: one view of the parts. A frame is matched to its trigger by number and time window, never by order alone:
// what a camera hands out is a claim, and FrameMatcher judges it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::camera {

struct Frame {
  std::optional<PartNumber> trigger_number;          // where the device knows it
  std::optional<std::uint64_t> device_frame_number;  // the device's own count, + 1 with every exposure
  SteadyTime captured_at;                            // start of the exposure
  UtcTime captured_utc{};
  View view;  // encoded bytes or pixels; View::source names the file or the frame
};

// A camera. Not thread-safe: one thread calls it.
class Camera {
 public:
  virtual ~Camera() = default;

  // Ready for triggers afterwards. May be called again after device_error, to recover. Errors: not_found, device_error.
  virtual Result<void> start() = 0;

  // The frame for trigger `number`: exposes now where the camera is triggered by software, else the next frame that the
  // device delivers. It may be the wrong one: match it. Blocks until `deadline` at most.
  // Errors: timeout (no frame), device_error (lost: call start()).
  virtual Result<Frame> grab(PartNumber number, SteadyTime deadline) = 0;

  virtual void stop() {}
  virtual std::string name() const = 0;  // for messages
};

// How far from the moment the station saw the trigger an exposure may begin.
struct MatchWindow {
  Milliseconds before{20};  // the device may have been triggered before the station's poll saw it
  Milliseconds after{60};
};

// Decides whether a frame is the one of a trigger. Where the device knows trigger numbers, they must be equal. Where it
// only counts frames, count and trigger number must keep the distance that the first match after reset() had. In both
// cases the exposure must lie in the window and no frame is used twice. Not thread-safe.
class FrameMatcher {
 public:
  explicit FrameMatcher(MatchWindow window = {}) : window_(window) {}
  // device_error says what did not fit; the part is then a divert: capture failed.
  Result<void> match(const Frame& frame, PartNumber number, SteadyTime triggered_at);
  // Forgets the distance and the last frame: after the camera was started again, or to find the distance anew.
  void reset();

 private:
  MatchWindow window_;
  std::optional<std::uint64_t> last_count_;
  std::optional<PartNumber> distance_;  // device frame number - trigger number, modulo 2^32
};

}  // namespace lineguard::camera
