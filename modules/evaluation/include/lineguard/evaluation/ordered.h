// Work on a stream of items with several threads and give the results out in the items' order, in bounded memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
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
// calling thread, in order; false stops everything soon. At most 2 * threads items are between next() and sink(). Where
// fewer threads are to be had (a limit of the process), those do it. What any of the three throws stops everything and
// is thrown again by run(), as is that there is no thread at all.
template <typename Item, typename Output>
class OrderedWork {
 public:
  using Next = std::function<std::optional<Item>()>;
  using Work = std::function<Output(Item)>;
  using Sink = std::function<bool(Output)>;

  static void run(int threads, Next next, Work work, Sink sink) {
    OrderedWork pipeline(threads, std::move(next), std::move(work));
    pipeline.drain(sink);
    pipeline.join();
    if (pipeline.thrown_) std::rethrow_exception(pipeline.thrown_);
  }

  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;
  ~OrderedWork() { join(); }

 private:
  OrderedWork(int threads, Next next, Work work)
      : limit_(2 * static_cast<std::size_t>(threads)), next_(std::move(next)), work_(std::move(work)) {
    workers_.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) {
      change_running(1);
      try {
        workers_.emplace_back([this] { run_worker(); });
      } catch (...) {
        change_running(-1);
        if (workers_.empty()) throw;
        return;
      }
    }
  }

  void change_running(int change) {
    const std::lock_guard lock(mutex_);
    running_ += change;
    changed_.notify_all();
  }

  void run_worker() noexcept {
    try {
      work_on_items();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
      stopped_ = true;
    }
    change_running(-1);
  }

  void work_on_items() {
    while (take_place()) {
      std::unique_lock source(source_mutex_);
      if (ended_) return;
      ended_ = true;  // also where next_ throws
      std::optional<Item> item = next_();
      if (!item) return;
      ended_ = false;
      const std::size_t index = taken_++;
      source.unlock();
      Output output = work_(std::move(*item));
      const std::lock_guard lock(mutex_);
      done_.emplace(index, std::move(output));
      changed_.notify_all();
    }
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
    for (std::size_t index = 0; !stopped_; ++index) {
      changed_.wait(lock, [&] { return done_.contains(index) || running_ == 0; });
      const auto found = done_.find(index);
      if (found == done_.end()) break;
      Output output = std::move(found->second);
      done_.erase(found);
      lock.unlock();
      const bool go_on = sink(std::move(output));
      lock.lock();
      --places_;
      stopped_ |= !go_on;
      changed_.notify_all();
    }
  }

  void join() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_all();
    }
    workers_.clear();
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
  std::size_t places_ = 0;
  int running_ = 0;
  bool stopped_ = false;
  std::exception_ptr thrown_;
  std::vector<std::jthread> workers_;
};

}  // namespace lineguard::evaluation
