#include <lineguard/camera/testing/faulty_camera.h>

namespace lineguard::camera {

FaultyCamera::FaultyCamera(std::unique_ptr<Camera> camera, std::map<PartNumber, CameraFault> faults, Clock& clock,
                           Milliseconds late)
    : camera_(std::move(camera)), faults_(std::move(faults)), clock_(clock), late_(late) {}

Result<void> FaultyCamera::start() {
  lost_ = false;
  last_.reset();
  return camera_->start();
}

Result<Frame> FaultyCamera::grab(PartNumber number, SteadyTime deadline) {
  const auto found = faults_.find(number);
  const auto has = [&](CameraFault fault) { return found != faults_.end() && found->second == fault; };
  if (lost_ || has(CameraFault::device_lost)) {
    lost_ = true;
    return make_error(ErrorCode::device_error, name() + ": the device is lost");
  }
  if (has(CameraFault::missing_frame)) {
    clock_.sleep_until(deadline);
    return make_error(ErrorCode::timeout, name() + ": no frame by the deadline");
  }
  if (has(CameraFault::repeated_frame) && last_) return *last_;
  LINEGUARD_ASSIGN(Frame frame, camera_->grab(number, deadline));
  if (has(CameraFault::late_frame)) {
    frame.captured_at += late_;
    frame.captured_utc += late_;
  }
  if (has(CameraFault::wrong_number) && frame.trigger_number) ++*frame.trigger_number;
  last_ = frame;
  return frame;
}

}  // namespace lineguard::camera
