#include "picture_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <lineguard/core/log.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::station {
namespace {

using record::KeptBecause;

std::uint64_t bytes_of(const Capture& capture) {
  std::uint64_t bytes = 0;
  for (const View& view : capture.views) {
    const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&view.content);
    bytes += encoded ? (*encoded)->size() : std::get<std::shared_ptr<const Image>>(view.content)->bytes().size();
  }
  return bytes;
}

// As the camera gave it; pixels as PNG.
Result<std::shared_ptr<const Bytes>> encoded(const View& view) {
  if (const auto* bytes = std::get_if<std::shared_ptr<const Bytes>>(&view.content)) return *bytes;
  LINEGUARD_ASSIGN(Bytes png, imaging::encode_png(*std::get<std::shared_ptr<const Image>>(view.content)));
  return std::make_shared<const Bytes>(std::move(png));
}

}  // namespace

std::vector<KeepAction> PictureQueue::push(KeepAction&& action) {
  std::vector<KeepAction> dropped;
  const std::uint64_t bytes = bytes_of(*action.capture);
  while (bytes_ + bytes > max_bytes_) {
    const auto sample =
        std::ranges::find_if(waiting_, [](const KeepAction& one) { return one.kept.because == KeptBecause::sample; });
    if (action.kept.because == KeptBecause::sample || sample == waiting_.end()) {
      dropped.push_back(std::move(action));
      return dropped;
    }
    bytes_ -= bytes_of(*sample->capture);
    dropped.push_back(std::move(*sample));
    waiting_.erase(sample);
  }
  bytes_ += bytes;
  waiting_.push_back(std::move(action));
  return dropped;
}

std::optional<KeepAction> PictureQueue::pop() {
  if (waiting_.empty()) return std::nullopt;
  KeepAction action = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= bytes_of(*action.capture);
  return action;
}

PictureKeeper::PictureKeeper(const PictureSettings& settings, Clock& clock, OnDeleted on_deleted, FreeBytes free_bytes)
    : clock_(clock),
      on_deleted_(std::move(on_deleted)),
      store_(settings, clock, std::move(free_bytes)),
      queue_(settings.queue_bytes),
      thread_([this] { run(); }) {}

PictureKeeper::~PictureKeeper() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void PictureKeeper::submit(KeepAction&& action) {
  std::lock_guard lock(mutex_);
  for (const KeepAction& dropped : queue_.push(std::move(action))) {
    ++(dropped.kept.because == KeptBecause::sample ? counts_.dropped_samples : counts_.dropped_diverted);
    counts_.problem = "the disk of pictures is slower than they come";
  }
  counts_.waiting = queue_.size();
  changed_.notify_one();
}

PictureCounts PictureKeeper::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

std::optional<KeepAction> PictureKeeper::next() {
  constexpr std::chrono::seconds kPause{1};
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPause, [&] { return closed_ || !queue_.empty(); });
  auto action = queue_.pop();
  counts_.waiting = queue_.size();
  return action;
}

void PictureKeeper::run() {
  std::optional<SteadyTime> end;
  for (;;) {
    if (!opened_) {
      const auto opened = store_.open();
      opened_ = opened.ok();
      std::lock_guard lock(mutex_);
      if (!opened && counts_.problem != opened.error().message) log_error("pictures", opened.error().message);
      counts_.problem = opened ? "" : opened.error().message;
    }
    const auto action = next();
    if (action) keep(*action);
    if (!action) store_.remove_aged();
    report_deleted();
    std::lock_guard lock(mutex_);
    if (closed_ && !end) end = clock_.now() + Milliseconds(1000);
    if (closed_ && (queue_.empty() || clock_.now() >= *end)) return;
  }
}

void PictureKeeper::keep(const KeepAction& action) {
  Result<void> kept;
  for (std::size_t i = 0; i < action.capture->views.size() && kept; ++i) {
    const auto bytes = encoded(action.capture->views[i]);
    kept = bytes ? store_.keep(file_of_view(action.kept.file, *action.capture, i), **bytes, action.kept.because)
                 : Result<void>(bytes.error());
  }
  const bool sample = action.kept.because == KeptBecause::sample;
  std::lock_guard lock(mutex_);
  ++(kept ? (sample ? counts_.kept_samples : counts_.kept_diverted)
          : (sample ? counts_.dropped_samples : counts_.dropped_diverted));
  if (!kept && counts_.problem != kept.error().message) log_warning("pictures", kept.error().message);
  counts_.problem = kept ? "" : kept.error().message;
  counts_.bytes = store_.bytes();
}

void PictureKeeper::report_deleted() {
  constexpr std::size_t kMostFiles = 256;  // of one event
  for (DeletedPictures& deleted : store_.take_deleted()) {
    {
      std::lock_guard lock(mutex_);
      counts_.deleted += deleted.files.size();
      counts_.bytes = store_.bytes();
    }
    for (std::size_t first = 0; first < deleted.files.size(); first += kMostFiles) {
      const auto begin = deleted.files.begin() + static_cast<std::ptrdiff_t>(first);
      const auto length = static_cast<std::ptrdiff_t>(std::min(kMostFiles, deleted.files.size() - first));
      on_deleted_({deleted.because, {begin, begin + length}});
    }
  }
}

}  // namespace lineguard::station
