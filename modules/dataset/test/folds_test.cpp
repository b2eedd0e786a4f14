#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/dataset/folds.h>

namespace lineguard::dataset {
namespace {

TEST(Folds, KeepAPartTogetherAndDoNotDependOnOrder) {
  const std::vector<std::string> parts = {"a", "b", "c", "d", "e", "f", "a"};
  const auto folds = assign_folds(parts, 3, 1);
  EXPECT_EQ(folds.front(), folds.back());
  EXPECT_EQ(std::set<int>(folds.begin(), folds.end()), (std::set<int>{0, 1, 2}));
  const std::vector<std::string> reversed(parts.rbegin(), parts.rend());
  const auto other = assign_folds(reversed, 3, 1);
  EXPECT_EQ(std::vector<int>(other.rbegin(), other.rend()), folds);
}

TEST(Folds, GoodPartsAreDealtOutFirstAndAPartStaysInOne) {
  std::vector<FoldedPicture> pictures;
  for (int i = 0; i < 10; ++i) pictures.push_back({"good" + std::to_string(i), true});
  for (int i = 0; i < 5; ++i) pictures.push_back({"bad" + std::to_string(i), false});
  pictures.push_back({"good3", false});
  const auto folds = deal_folds(pictures, 5, 1);
  for (int fold = 0; fold < 5; ++fold) EXPECT_EQ(std::count(folds.begin(), folds.begin() + 10, fold), 2) << fold;
  EXPECT_EQ(folds.back(), folds[3]);
}

}  // namespace
}  // namespace lineguard::dataset
