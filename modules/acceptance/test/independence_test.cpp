#include <random>

#include <gtest/gtest.h>

#include <lineguard/acceptance/independence.h>

namespace lineguard::acceptance {
namespace {

package::LearnedPicture picture_of(std::mt19937& random, const std::string& name, const std::string& part = "") {
  package::LearnedPicture picture;
  picture.digest = name;
  picture.part = part;
  for (std::size_t i = 0; i < 256; ++i) picture.look.push_back(static_cast<std::uint8_t>(100 + random() % 40));
  return picture;
}

class IndependenceCheck : public ::testing::Test {
 protected:
  IndependenceCheck() {
    for (int i = 0; i < 20; ++i) {
      seen_.described.push_back(picture_of(random_, "learned " + std::to_string(i), "part " + std::to_string(i)));
      seen_.digests.insert(seen_.described.back().digest);
    }
  }
  Overlap overlap_of(const package::LearnedPicture& picture) {
    return check_independence({picture}, seen_).overlaps.front();
  }
  std::mt19937 random_{1};
  SeenPictures seen_;
};

TEST_F(IndependenceCheck, ANewPictureOverlapsWithNothing) {
  EXPECT_EQ(overlap_of(picture_of(random_, "new")), Overlap::none);
}

TEST_F(IndependenceCheck, ALearnedPictureIsFoundByItsDigest) {
  EXPECT_EQ(overlap_of(picture_of(random_, "learned 3")), Overlap::digest);
}

TEST_F(IndependenceCheck, ANearDuplicateIsFoundByItsLook) {
  package::LearnedPicture copy = seen_.described[4];
  copy.digest = "another file";
  copy.part.clear();
  for (std::uint8_t& gray : copy.look)
    gray = static_cast<std::uint8_t>(gray + 9 + gray % 2);  // brighter, compressed anew
  EXPECT_EQ(overlap_of(copy), Overlap::near_duplicate);
}

TEST_F(IndependenceCheck, AnotherPictureOfALearnedPartIsFoundByThePart) {
  EXPECT_EQ(overlap_of(picture_of(random_, "new", "part 7")), Overlap::part);
}

TEST_F(IndependenceCheck, APictureThatTheThresholdWasChosenOnIsTold) {
  seen_.chosen_on = {"test 1"};
  EXPECT_EQ(overlap_of(picture_of(random_, "test 1")), Overlap::chosen_on);
}

TEST_F(IndependenceCheck, WhatAnOlderPackageDoesNotSayIsToldAsNotKnown) {
  seen_.described.clear();
  const Independence independence = check_independence({picture_of(random_, "new")}, seen_);
  EXPECT_FALSE(independence.looks_compared);
  EXPECT_NE(independence.in_words().find("Near-duplicates: not known"), std::string::npos);
  EXPECT_NE(independence.in_words().find("Byte for byte the same: none"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::acceptance
