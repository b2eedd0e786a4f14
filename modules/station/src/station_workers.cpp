#include "station_workers.h"

#include <chrono>

#include <lineguard/core/digest.h>
#include <lineguard/core/log.h>
#include <lineguard/core/picture_sum.h>

namespace lineguard::station {
namespace {

// The frame for one trigger; a camera that was lost is started again first.
Result<GrabbedCapture> grab(camera::Camera& camera, camera::FrameMatcher& matcher, bool& started,
                            const GrabAction& action) {
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
  GrabbedCapture grabbed;
  grabbed.capture.part_number = action.trigger.part;
  grabbed.capture.serial = action.trigger.serial;
  grabbed.capture.captured_at = frame->captured_utc;
  grabbed.capture.views.push_back(std::move(frame->view));
  grabbed.sums = sums_of(grabbed.capture);
  return grabbed;
}

std::vector<record::PictureDigest> digests_of(const Capture& capture) {
  std::vector<record::PictureDigest> digests;
  for (const View& view : capture.views) {
    const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&view.content);
    const std::span<const std::byte> bytes =
        encoded ? std::span<const std::byte>(**encoded)
                : std::as_bytes(std::span(std::get<std::shared_ptr<const Image>>(view.content)->bytes()));
    digests.push_back({view.name, sha256_hex(bytes)});
  }
  return digests;
}

}  // namespace

StationWorkers::StationWorkers(StationDevices& devices, camera::MatchWindow window, int prediction_threads,
                               const PictureSettings& pictures, Clock& clock)
    : clock_(clock) {
  if (pictures.keeps())
    keeper_ = std::make_unique<PictureKeeper>(pictures, clock, [this](DeletedPictures&& deleted) {
      deleted_pictures_.try_push(std::move(deleted));  // where it is full nothing is lost but a line of the record
    });
  camera_thread_ = std::thread([this, &devices, window] { run_camera(*devices.camera, window); });
  for (int i = 0; i < prediction_threads; ++i) {
    prediction_threads_.emplace_back([this, &devices] { run_predictions(*devices.predictor); });
  }
  digest_thread_ = std::thread([this] { run_digests(); });
  record_thread_ = std::thread([this, &devices] { run_record(*devices.record); });
}

StationWorkers::~StationWorkers() {
  grabs_.close();
  camera_thread_.join();
  predictions_.close();
  for (std::thread& thread : prediction_threads_) thread.join();
  digests_.close();
  digest_thread_.join();
  records_.close();
  record_thread_.join();
  keeper_.reset();
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

void StationWorkers::submit(DigestAction&& action) {
  digests_.try_push(std::move(action));  // nothing waits for it
}

void StationWorkers::submit(RecordAction&& action) {
  if (!records_.try_push(std::move(action))) {
    RecordDone busy;
    busy.written = make_error(ErrorCode::unavailable, "the record is still busy");
    answer(std::move(busy));
  }
}

void StationWorkers::submit(KeepAction&& action) {
  if (keeper_) keeper_->submit(std::move(action));
}

std::deque<DeletedPictures> StationWorkers::take_deleted_pictures() {
  return deleted_pictures_.take_all(std::chrono::seconds(0));
}

PictureCounts StationWorkers::picture_counts() const {
  return keeper_ ? keeper_->counts() : PictureCounts{};
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

void StationWorkers::run_digests() {
  while (auto action = digests_.pop()) answer(DigestsDone{action->ticket, digests_of(*action->capture)});
}

// Between two batches it looks whether the record is still where it should be, and anchors when it is time to.
void StationWorkers::run_record(record::RecordWriter& record) {
  constexpr std::chrono::seconds kPause{1};
  const auto done = [&](Result<void> written, bool checked_only) {
    answer(RecordDone{std::move(written), checked_only, record.head().sequence, record.reserved_bytes(),
                      record.anchor_state()});
  };
  while (!records_.closed()) {
    if (const auto action = records_.pop_within(kPause)) {
      const auto events = record.append(action->entries);
      done(events ? Result<void>() : Result<void>(events.error()), false);
    } else if (!records_.closed()) {
      done(record.maintain(), true);
    }
  }
  if (auto closed = record.close(); !closed) log_error("station", "the record: " + closed.error().message);
}

}  // namespace lineguard::station
