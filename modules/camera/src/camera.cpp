#include <fmt/format.h>

#include <lineguard/camera/camera.h>

namespace lineguard::camera {
namespace {

Error mismatch(PartNumber number, const std::string& what) {
  return make_error(ErrorCode::device_error, fmt::format("frame does not match trigger {}: {}", number, what));
}

}  // namespace

Result<void> FrameMatcher::match(const Frame& frame, PartNumber number, SteadyTime triggered_at) {
  if (!frame.trigger_number && !frame.device_frame_number)
    return mismatch(number, "it carries neither a trigger number nor a frame number");
  if (frame.trigger_number && *frame.trigger_number != number)
    return mismatch(number, fmt::format("it belongs to trigger {}", *frame.trigger_number));
  if (frame.device_frame_number && last_count_ == frame.device_frame_number)
    return mismatch(number, fmt::format("frame {} was used already", *frame.device_frame_number));
  const double after_ms = milliseconds_between(triggered_at, frame.captured_at);
  if (frame.captured_at < triggered_at - window_.before || frame.captured_at > triggered_at + window_.after)
    return mismatch(number, fmt::format("exposed {:.1f} ms after the trigger, expected {} to {} ms", after_ms,
                                        -window_.before.count(), window_.after.count()));
  if (!frame.trigger_number) {
    // Part numbers have 32 bits, so their distance to a longer count is taken within 32 bits: it survives their wrap.
    const auto distance = static_cast<PartNumber>(*frame.device_frame_number) - number;
    if (distance_.value_or(distance) != distance)
      return mismatch(number, fmt::format("frame {} is {} away from where it should be", *frame.device_frame_number,
                                          static_cast<std::int32_t>(distance - *distance_)));
    distance_ = distance;
  }
  last_count_ = frame.device_frame_number;
  return {};
}

void FrameMatcher::reset() {
  last_count_.reset();
  distance_.reset();
}

}  // namespace lineguard::camera
