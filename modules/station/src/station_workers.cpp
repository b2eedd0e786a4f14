#include "station_workers.h"

#include <lineguard/core/log.h>

namespace lineguard::station {
namespace {

// The frame for one trigger; a camera that was lost is started again first.
Result<Capture> grab(camera::Camera& camera, camera::FrameMatcher& matcher, bool& started, const GrabAction& action) {
  if (!started) {
    LINEGUARD_TRY(camera.start());
    started = true;
    matcher.reset();
  }
  auto frame = camera.grab(action.trigger.part, action.deadline);
  if (!frame) {
    if (frame.error().code == ErrorCode::device_error) started = false;
    return frame.error();
  }
  LINEGUARD_TRY(matcher.match(*frame, action.trigger.part, action.triggered_at));
  Capture capture;
  capture.part_number = action.trigger.part;
  capture.serial = action.trigger.serial;
  capture.captured_at = frame->captured_utc;
  capture.views.push_back(std::move(frame->view));
  return capture;
}

}  // namespace

StationWorkers::StationWorkers(StationDevices& devices, camera::MatchWindow window, int prediction_threads,
                               Clock& clock)
    : clock_(clock) {
  camera_thread_ = std::thread([this, &devices, window] { run_camera(*devices.camera, window); });
  for (int i = 0; i < prediction_threads; ++i) {
    prediction_threads_.emplace_back([this, &devices] { run_predictions(*devices.predictor); });
  }
  record_thread_ = std::thread([this, &devices] { run_record(*devices.record); });
}

StationWorkers::~StationWorkers() {
  grabs_.close();
  camera_thread_.join();
  predictions_.close();
  for (std::thread& thread : prediction_threads_) thread.join();
  records_.close();
  record_thread_.join();
}

void StationWorkers::submit(GrabAction&& action) {
  const Ticket ticket = action.ticket;
  if (!grabs_.try_push(std::move(action))) {
    answer(FrameDone{ticket, make_error(ErrorCode::unavailable, "the camera is still busy with earlier triggers")});
  }
}

void StationWorkers::submit(PredictAction&& action) {
  const Ticket ticket = action.ticket;
  if (!predictions_.try_push(std::move(action))) {
    answer(PredictionDone{ticket, make_error(ErrorCode::unavailable, "too many predictions are waiting")});
  }
}

void StationWorkers::submit(RecordAction&& action) {
  if (!records_.try_push(std::move(action))) {
    answer(RecordDone{make_error(ErrorCode::unavailable, "the record is still busy"), 0, 0});
  }
}

void StationWorkers::answer(Answer&& answer) {
  const bool taken = answers_.try_push(std::move(answer));
  LINEGUARD_CHECK(taken, "there is room for an answer to each action");
}

void StationWorkers::run_camera(camera::Camera& camera, camera::MatchWindow window) {
  camera::FrameMatcher matcher(window);
  bool started = false;
  if (auto first = camera.start()) {
    started = true;
  } else {
    log_error("station", camera.name() + ": " + first.error().message);
  }
  while (auto action = grabs_.pop()) {
    answer(FrameDone{action->ticket, grab(camera, matcher, started, *action)});
  }
  camera.stop();
}

void StationWorkers::run_predictions(Predictor& predictor) {
  while (auto action = predictions_.pop()) {
    PredictOptions options;
    options.deadline = action->deadline;
    if (clock_.now() >= action->deadline) {
      answer(PredictionDone{action->ticket, make_error(ErrorCode::timeout, "waited past its deadline")});
    } else {
      answer(PredictionDone{action->ticket, predictor.predict(*action->capture, options)});
    }
  }
}

void StationWorkers::run_record(record::RecordWriter& record) {
  while (auto action = records_.pop()) {
    const auto events = record.append(action->entries);
    Result<void> written;
    if (!events) written = events.error();
    answer(RecordDone{std::move(written), record.head().sequence, record.reserved_bytes()});
  }
}

}  // namespace lineguard::station
