#include <gtest/gtest.h>

#include <lineguard/core/words.h>

namespace lineguard {
namespace {

TEST(Words, CountsInTheSingularWhereThereIsOne) {
  EXPECT_EQ(count_of(1, "mask"), "1 mask");
  EXPECT_EQ(count_of(0, "mask"), "0 masks");
  EXPECT_EQ(count_of(2, "good picture"), "2 good pictures");
  EXPECT_EQ(count_of(2, "box"), "2 boxes");
  EXPECT_EQ(count_of(1, "box"), "1 box");
}

}  // namespace
}  // namespace lineguard
