// PictureKeeper: writes kept pictures on a thread of its own. Who submits never waits: what waits is bounded, and
// samples are dropped before pictures of diverted parts.
#pragma once

#include "picture_store.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include <lineguard/station/inspection_cycle.h>
#include <lineguard/station/station_status.h>

namespace lineguard::station {

// Pure: what waits, in order. Not thread-safe.
class PictureQueue {
 public:
  explicit PictureQueue(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}
  // Those that were dropped for it, or itself.
  std::vector<KeepAction> push(KeepAction&& action);
  std::optional<KeepAction> pop();
  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }

 private:
  std::deque<KeepAction> waiting_;
  std::uint64_t max_bytes_, bytes_ = 0;
};

class PictureKeeper {
 public:
  // On the keeper's thread; must not block.
  using OnDeleted = std::function<void(DeletedPictures&&)>;
  // `clock` must outlive it.
  PictureKeeper(const PictureSettings& settings, Clock& clock, OnDeleted on_deleted,
                FreeBytes free_bytes = free_bytes_of);
  // What waits is still written, for a second at most.
  ~PictureKeeper();
  PictureKeeper(const PictureKeeper&) = delete;
  PictureKeeper& operator=(const PictureKeeper&) = delete;

  void submit(KeepAction&& action);
  PictureCounts counts() const;  // thread-safe

 private:
  void run();
  std::optional<KeepAction> next();
  void keep(const KeepAction& action);
  void count_dropped(record::KeptBecause because);
  void report_deleted();

  Clock& clock_;
  OnDeleted on_deleted_;
  PictureStore store_;  // the thread's
  bool opened_ = false;
  mutable std::mutex mutex_;  // over what follows
  std::condition_variable changed_;
  PictureQueue queue_;
  PictureCounts counts_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace lineguard::station
