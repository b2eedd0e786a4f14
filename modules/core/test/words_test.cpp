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

TEST(Words, BoundsAreRoundedUp) {
  EXPECT_EQ(at_most(0.092114), "at most 9.22 %");
  EXPECT_EQ(at_most(0.05), "at most 5.00 %");
  EXPECT_EQ(at_most(0.00000001), "at most 0.01 %");
  EXPECT_EQ(at_most(1), "at most 100.00 %");
}

TEST(Words, KeepsNamesOfOthersOnOneLine) {
  EXPECT_EQ(on_one_line("camera 1/größe.png"), "camera 1/größe.png");
  EXPECT_EQ(on_one_line("a\nb\x1b[31m"), "a\\x0ab\\x1b[31m");
  EXPECT_EQ(on_one_line("abcdefghij", 4), "ab…ij");
  EXPECT_EQ(on_one_line("ää", 4), "ää");
  EXPECT_EQ(on_one_line("ääää", 6), "ä…ä") << "no half of a character";
}

}  // namespace
}  // namespace lineguard
