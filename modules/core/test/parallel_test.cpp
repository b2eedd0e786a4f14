#include <atomic>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/core/parallel.h>

namespace lineguard {
namespace {

TEST(Parallel, DoesEveryStepOnce) {
  for (const int threads : {0, 1, 2, 7}) {
    std::vector<int> done(100);
    ASSERT_TRUE(parallel_for(done.size(), threads, [&](std::size_t i) -> Result<void> {
      ++done[i];
      return {};
    }));
    EXPECT_EQ(std::accumulate(done.begin(), done.end(), 0), 100) << threads << " threads";
  }
  EXPECT_TRUE(parallel_for(0, 4, [](std::size_t) -> Result<void> { return make_error(ErrorCode::internal, ""); }));
}

TEST(Parallel, GivesTheFirstErrorInOrderAndStops) {
  std::atomic<int> begun{0};
  const auto done = parallel_for(1000, 1, [&](std::size_t i) -> Result<void> {
    ++begun;
    if (i >= 3) return make_error(ErrorCode::corrupt_data, std::to_string(i));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "3");
  EXPECT_EQ(begun, 4);
}

TEST(Parallel, ThrowsAgainWhatAStepThrewInAThread) {
  EXPECT_THROW((void)parallel_for(50, 4, [](std::size_t) -> Result<void> { throw std::bad_alloc(); }), std::bad_alloc);
}

}  // namespace
}  // namespace lineguard
