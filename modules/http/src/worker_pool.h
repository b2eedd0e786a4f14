// A bounded pool: so many threads, so many jobs waiting, no more.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lineguard::http {

class WorkerPool {
 public:
  WorkerPool(int threads, std::size_t queue);
  ~WorkerPool();  // finishes what runs, drops what waits

  // False where the queue is full or the pool is stopping: the job is not taken. A queue of 0 still gives a free
  // worker its job.
  bool submit(std::function<void()> job);
  std::size_t waiting() const;
  std::size_t running() const;

 private:
  void work();

  const std::size_t queue_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace lineguard::http
