// The threads of a station: camera, predictions, record. Each takes actions from a bounded queue and answers into one.
#pragma once

#include "bounded_queue.h"
#include "picture_keeper.h"

#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include <lineguard/station/station.h>

namespace lineguard::station {

struct FrameDone {
  Ticket ticket = kNoTicket;
  Result<GrabbedCapture> frame;
};
struct DigestsDone {
  Ticket ticket = kNoTicket;
  std::vector<record::PictureDigest> digests;
};
struct PredictionDone {
  Ticket ticket = kNoTicket;
  Result<Prediction> prediction;
};
struct RecordDone {
  Result<void> written;
  bool checked_only = false;  // nothing was written: could it be?
  std::int64_t sequence = 0;
  std::uint64_t reserved_bytes = 0;
  record::AnchorState anchors;
};
// submit() and take_answers() belong to one thread. Every submitted action is answered exactly once,
// but for those that keep a picture.
class StationWorkers {
 public:
  // The devices must outlive it. Starts the threads.
  StationWorkers(StationDevices& devices, camera::MatchWindow window, int prediction_threads,
                 const PictureSettings& pictures, Clock& clock);
  // Ends them in order: camera, predictions, record; what was submitted is done first.
  ~StationWorkers();

  void submit(GrabAction&& action);
  void submit(PredictAction&& action);
  void submit(DigestAction&& action);
  void submit(RecordAction&& action);
  void submit(KeepAction&& action);
  PictureCounts picture_counts() const;
  std::deque<DeletedPictures> take_deleted_pictures();  // those there are
  // All answers there are, after waiting up to `patience` for a first one.
  template <typename Duration>
  std::deque<Answer> take_answers(Duration patience) {
    return answers_.take_all(patience);
  }

 private:
  void run_camera(camera::Camera& camera, camera::MatchWindow window);
  void run_predictions(Predictor& predictor);
  void run_digests();
  void run_record(record::RecordWriter& record);
  void answer(Answer&& answer);

  Clock& clock_;
  BoundedQueue<GrabAction> grabs_{64};
  BoundedQueue<PredictAction> predictions_{64};
  BoundedQueue<DigestAction> digests_{64};
  BoundedQueue<RecordAction> records_{4};
  BoundedQueue<Answer> answers_{4096};  // more than can be submitted and unanswered
  BoundedQueue<DeletedPictures> deleted_pictures_{64};
  std::unique_ptr<PictureKeeper> keeper_;  // null: no picture is kept
  std::thread camera_thread_, digest_thread_, record_thread_;
  std::vector<std::thread> prediction_threads_;
};

}  // namespace lineguard::station
