#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>

#include <lineguard/core/log.h>
#include <lineguard/detector/model_watch.h>

namespace lineguard::detector {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenPictures{1'000};

void take_lowest_priority() {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 19);  // of this thread alone, on Linux
}

}  // namespace

struct ModelWatch::State {
  std::shared_ptr<Detector> detector;
  WatchConfig config;
  std::mutex mutex;
  std::condition_variable stop;
  bool stopping = false;
  ModelHealth health;
  std::size_t next_picture = 0;
  SteadyTime next_look, next_test;
  std::thread thread;

  void run();
  void look_at_disk();
  void test_a_picture();
  bool may_test(SteadyTime now) const;
  void note_failure(const std::string& what);
  std::string name() const { return fmt::format("{} version {}", detector->model().name, detector->model().version); }
};

void ModelWatch::State::look_at_disk() {
  const std::string change = detector->find_change_on_disk();
  std::unique_lock lock(mutex);
  const std::string before = std::exchange(health.files_changed, change);
  lock.unlock();
  if (change == before) return;
  if (change.empty()) return log_info("model", name() + ": its files are again those that it was loaded from");
  log_warning("model", fmt::format("{}: its files were changed on disk: {}. What was loaded goes on from memory; "
                                   "restore them before the next start",
                                   name(), change));
}

// A model that is never quiet is tested too, in the gap between two predictions.
bool ModelWatch::State::may_test(SteadyTime now) const {
  if (detector->running() > 0) return false;
  return now - detector->last_ended() >= config.quiet || now >= next_test + config.self_test_interval;
}

void ModelWatch::State::note_failure(const std::string& what) {
  {
    std::lock_guard lock(mutex);
    health.self_test_failed = what;
  }
  log_error("model",
            fmt::format("{}: the self-test failed, nothing is predicted any more; restart it: {}", name(), what));
}

void ModelWatch::State::test_a_picture() {
  const SteadyTime now = system_clock().now();
  if (!may_test(now)) return;
  const auto tested = detector->test_golden(next_picture);
  if (!tested && tested.error().code == ErrorCode::cancelled) return;  // the next quiet moment
  if (!tested && (tested.error().code == ErrorCode::refused || tested.error().code == ErrorCode::internal)) {
    config.self_test_interval = milliseconds(0);
    return note_failure(tested.error().message);
  }
  next_test = now + std::min(kBetweenPictures, config.self_test_interval);
  if (!tested) return log_warning("model", fmt::format("{}: {}", name(), tested.error().message));
  if (++next_picture < detector->golden_count()) return;
  next_picture = 0;
  next_test = now + config.self_test_interval;
  std::lock_guard lock(mutex);
  ++health.self_tests;
}

void ModelWatch::State::run() {
  take_lowest_priority();
  const bool tests = detector->golden_count() > 0;
  for (std::unique_lock lock(mutex); !stopping;) {
    const SteadyTime now = system_clock().now();
    SteadyTime next = now + std::chrono::hours(1);
    if (config.disk_interval.count() > 0) next = std::min(next, next_look);
    if (tests && config.self_test_interval.count() > 0) next = std::min(next, std::max(next_test, now + config.quiet));
    if (stop.wait_until(lock, next, [this] { return stopping; })) return;
    lock.unlock();
    if (config.disk_interval.count() > 0 && system_clock().now() >= next_look) {
      look_at_disk();
      next_look = system_clock().now() + config.disk_interval;
    }
    if (tests && config.self_test_interval.count() > 0 && system_clock().now() >= next_test) test_a_picture();
    lock.lock();
  }
}

ModelWatch::ModelWatch(std::shared_ptr<Detector> detector, const WatchConfig& config)
    : state_(std::make_unique<State>()) {
  state_->detector = std::move(detector);
  state_->config = config;
  state_->next_look = system_clock().now() + config.disk_interval;
  state_->next_test = system_clock().now() + config.self_test_interval;
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

ModelWatch::~ModelWatch() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->stop.notify_all();
  state_->thread.join();
}

ModelHealth ModelWatch::health() const {
  std::lock_guard lock(state_->mutex);
  return state_->health;
}

}  // namespace lineguard::detector
