// A bounded pool: so many threads, so many jobs waiting, no more.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lineguard::http {

// Thread-safe.
class WorkerPool {
 public:
  using Ticket = std::uint64_t;
  // Works, and gives what is left to do once the worker counts as free: whoever then hears of the result finds its
  // place empty.
  using Job = std::function<std::function<void()>()>;

  WorkerPool(int threads, std::size_t queue);
  ~WorkerPool() { stop(); }

  // Finishes what runs, drops what waits, takes nothing more. From one thread at a time, never from a job.
  void stop();

  // 0 where the queue is full or the pool is stopping: the job is not taken. A queue of 0 still gives a free worker its
  // job.
  Ticket submit(Job job);
  // Takes a job that still waits out of the queue, so that its place is free at once.
  void withdraw(Ticket ticket);
  std::size_t waiting() const;
  std::size_t running() const;

 private:
  struct Waiting {
    Ticket ticket;
    Job job;
  };
  void work();

  const std::size_t queue_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> jobs_;
  Ticket last_ticket_ = 0;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace lineguard::http
