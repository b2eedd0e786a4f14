// Work on a stream of items with several threads and give the results out in the items' order, in bounded memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace lineguard::evaluation {

// next() gives the following item or nothing at the end, one call at a time; it may block (a list typed by hand)
// without holding back results. work(item) runs on `threads` (>= 1) threads at once. sink(result) is called on the
// calling thread, in order; false stops everything soon. At most 2 * threads items are between next() and sink().
template <typename Item, typename Output>
class OrderedWork {
 public:
  using Next = std::function<std::optional<Item>()>;
  using Work = std::function<Output(Item)>;
  using Sink = std::function<bool(Output)>;

  static void run(int threads, Next next, Work work, Sink sink) {
    OrderedWork pipeline(threads, std::move(next), std::move(work));
    pipeline.drain(sink);
  }

 private:
  OrderedWork(int threads, Next next, Work work)
      : limit_(2 * static_cast<std::size_t>(threads)), next_(std::move(next)), work_(std::move(work)) {
    running_ = static_cast<std::size_t>(threads);
    for (int i = 0; i < threads; ++i) workers_.emplace_back([this] { run_worker(); });
  }

  void run_worker() {
    while (take_place()) {
      std::unique_lock source(source_mutex_);
      std::optional<Item> item = ended_ ? std::nullopt : next_();
      if (!item) {
        ended_ = true;
        break;
      }
      const std::size_t index = taken_++;
      source.unlock();
      Output output = work_(std::move(*item));
      const std::lock_guard lock(mutex_);
      done_.emplace(index, std::move(output));
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
  }

  // Waits until another item may be taken; false when stopped.
  bool take_place() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || places_ < limit_; });
    ++places_;
    return !stopped_;
  }

  void drain(const Sink& sink) {
    std::unique_lock lock(mutex_);
    for (std::size_t index = 0;; ++index) {
      changed_.wait(lock, [&] { return done_.contains(index) || running_ == 0; });
      const auto found = done_.find(index);
      if (found == done_.end()) break;
      Output output = std::move(found->second);
      done_.erase(found);
      lock.unlock();
      const bool go_on = sink(std::move(output));
      lock.lock();
      --places_;
      stopped_ = !go_on;
      changed_.notify_all();
      if (stopped_) break;
    }
    lock.unlock();
    workers_.clear();  // joins
  }

  const std::size_t limit_;
  const Next next_;
  const Work work_;
  std::mutex source_mutex_;
  std::size_t taken_ = 0;
  bool ended_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Output> done_;
  std::size_t places_ = 0, running_ = 0;
  bool stopped_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace lineguard::evaluation
