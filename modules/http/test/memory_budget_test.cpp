#include <gtest/gtest.h>

#include <lineguard/http/memory_budget.h>

namespace lineguard::http {
namespace {

TEST(MemoryBudget, CountsWhatIsHeldByteByByte) {
  MemoryBudget budget(1600);
  {
    HeldMemory one(budget), two(budget);
    EXPECT_TRUE(one.resize(700));
    EXPECT_TRUE(two.resize(500));
    EXPECT_EQ(budget.held_bytes(), 1200u);
    EXPECT_FALSE(two.resize(501));
    EXPECT_EQ(two.bytes(), 500u);
    EXPECT_TRUE(one.resize(10));
    EXPECT_TRUE(two.resize(501));
    EXPECT_EQ(budget.held_bytes(), 511u);
  }
  EXPECT_EQ(budget.held_bytes(), 0u);
}

TEST(MemoryBudget, LargeRequestsLeaveAShareToSmallOnes) {
  MemoryBudget budget(1600);
  HeldMemory large(budget), small(budget), another(budget);
  EXPECT_FALSE(large.resize(1201));
  EXPECT_TRUE(large.resize(1200));
  EXPECT_FALSE(another.resize(101));
  EXPECT_TRUE(small.resize(100));
}

TEST(MemoryBudget, WhatExistsAlreadyIsCountedBeyondTheLimit) {
  MemoryBudget budget(100);
  HeldMemory held(budget), other(budget);
  held.set(500);
  EXPECT_EQ(budget.held_bytes(), 500u);
  EXPECT_FALSE(other.resize(1));
  held.set(0);
  EXPECT_TRUE(other.resize(1));
}

}  // namespace
}  // namespace lineguard::http
