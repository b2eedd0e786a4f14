#include <atomic>
#include <latch>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/evaluation/ordered.h>

namespace lineguard::evaluation {
namespace {

using Work = OrderedWork<int, int>;

Work::Next count_to(int end, int& given) {
  return [end, &given]() -> std::optional<int> { return given < end ? std::optional(given++) : std::nullopt; };
}

TEST(OrderedWork, ResultsComeInOrderWithAnyNumberOfThreads) {
  for (const int threads : {1, 2, 7}) {
    int given = 0;
    std::vector<int> got;
    Work::run(
        threads, count_to(500, given), [](int i) { return i * 2; }, [&](int i) { return got.push_back(i), true; });
    ASSERT_EQ(got.size(), 500u);
    for (int i = 0; i < 500; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i * 2);
  }
}

// The second item is finished only after the first was begun and vice versa: with fewer than two at once this hangs.
TEST(OrderedWork, ThreadsWorkAtOnce) {
  int given = 0;
  std::latch both(2);
  int results = 0;
  Work::run(
      2, count_to(2, given), [&](int i) { return both.arrive_and_wait(), i; }, [&](int) { return ++results, true; });
  EXPECT_EQ(results, 2);
}

TEST(OrderedWork, SlowSinkHoldsBackTheSource) {
  int given = 0;
  std::atomic<int> begun{0};
  int most_ahead = 0, sunk = 0;
  Work::run(
      3, count_to(200, given), [&](int i) { return ++begun, i; },
      [&](int) {
        most_ahead = std::max(most_ahead, begun.load() - sunk);
        ++sunk;
        return true;
      });
  EXPECT_LE(most_ahead, 2 * 3 + 1);
  EXPECT_EQ(sunk, 200);
}

TEST(OrderedWork, SinkCanStopEverything) {
  int given = 0;
  int sunk = 0;
  Work::run(
      2, count_to(1'000'000, given), [](int i) { return i; }, [&](int) { return ++sunk < 10; });
  EXPECT_EQ(sunk, 10);
  EXPECT_LT(given, 100);
}

TEST(OrderedWork, NothingToDoIsDone) {
  int given = 0;
  Work::run(
      4, count_to(0, given), [](int i) { return i; }, [](int) { return true; });
}

TEST(OrderedWork, WhatAWorkerThrowsEndsTheRun) {
  for (const int threads : {1, 3}) {
    int given = 0;
    EXPECT_THROW(Work::run(
                     threads, count_to(1'000'000, given), [](int i) { return i == 20 ? throw std::bad_alloc() : i; },
                     [](int) { return true; }),
                 std::bad_alloc);
    EXPECT_LT(given, 100);
  }
}

TEST(OrderedWork, WhatTheSinkThrowsEndsTheRun) {
  int given = 0;
  EXPECT_THROW(Work::run(
                   2, count_to(1'000'000, given), [](int i) { return i; },
                   [](int i) { return i == 20 ? throw std::bad_alloc() : true; }),
               std::bad_alloc);
  EXPECT_LT(given, 100);
}

}  // namespace
}  // namespace lineguard::evaluation
