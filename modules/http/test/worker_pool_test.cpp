#include "worker_pool.h"

#include <future>

#include <gtest/gtest.h>

namespace lineguard::http {
namespace {

// Who has the answer of the only worker may ask at once again: a queue of 0 refused it now and then.
TEST(WorkerPool, AResultIsHeardOfWhenItsWorkerIsFree) {
  std::promise<WorkerPool::Ticket> next;
  WorkerPool pool(1, 0);
  const auto ticket = pool.submit(
      [&]() -> std::function<void()> { return [&] { next.set_value(pool.submit([] { return [] {}; })); }; });
  EXPECT_NE(ticket, 0u);
  EXPECT_NE(next.get_future().get(), 0u);
}

}  // namespace
}  // namespace lineguard::http
