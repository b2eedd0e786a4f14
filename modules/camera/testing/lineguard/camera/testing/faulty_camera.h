// FaultyCamera: another camera with the faults that real ones have, by trigger number. For tests and simulations.
#pragma once

#include <map>

#include <lineguard/camera/camera.h>

namespace lineguard::camera {

enum class CameraFault {
  missing_frame,   // no frame: timeout at the deadline
  late_frame,      // handed out in time, but exposed `late` after the trigger
  repeated_frame,  // the frame of the grab before once more
  wrong_number,    // a frame that says it belongs to the number after
  device_lost,     // device_error from here on, until start()
};

class FaultyCamera final : public Camera {
 public:
  FaultyCamera(std::unique_ptr<Camera> camera, std::map<PartNumber, CameraFault> faults, Clock& clock,
               Milliseconds late = Milliseconds(200));
  Result<void> start() override;
  Result<Frame> grab(PartNumber number, SteadyTime deadline) override;
  void stop() override { camera_->stop(); }
  std::string name() const override { return camera_->name() + " with faults"; }

 private:
  std::unique_ptr<Camera> camera_;
  std::map<PartNumber, CameraFault> faults_;
  Clock& clock_;
  Milliseconds late_;
  std::optional<Frame> last_;
  bool lost_ = false;
};

}  // namespace lineguard::camera
