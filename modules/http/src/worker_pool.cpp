#include "worker_pool.h"

#include <algorithm>
#include <utility>

namespace lineguard::http {

WorkerPool::WorkerPool(int threads, std::size_t queue) : queue_(queue) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void WorkerPool::stop() {
  std::deque<Waiting> dropped;  // destroyed without the lock: a job may own much
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_all();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

WorkerPool::Ticket WorkerPool::submit(Job job) {
  Ticket ticket = 0;
  {
    std::lock_guard lock(mutex_);
    const std::size_t free_workers = threads_.size() - running_;
    if (stopping_ || jobs_.size() >= queue_ + free_workers) return 0;
    ticket = ++last_ticket_;
    jobs_.push_back({ticket, std::move(job)});
  }
  changed_.notify_one();
  return ticket;
}

void WorkerPool::withdraw(Ticket ticket) {
  Waiting dropped;
  std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(jobs_, ticket, &Waiting::ticket);
  if (found == jobs_.end()) return;
  dropped = std::move(*found);
  jobs_.erase(found);
}

std::size_t WorkerPool::waiting() const {
  std::lock_guard lock(mutex_);
  return jobs_.size();
}

std::size_t WorkerPool::running() const {
  std::lock_guard lock(mutex_);
  return running_;
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    auto job = std::move(jobs_.front().job);
    jobs_.pop_front();
    ++running_;
    lock.unlock();
    auto left_to_do = job();
    job = nullptr;  // what it captured goes before the lock is taken again
    lock.lock();
    --running_;
    lock.unlock();
    left_to_do();
    left_to_do = nullptr;
    lock.lock();
  }
}

}  // namespace lineguard::http
