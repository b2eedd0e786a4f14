#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/package/cross_fitted.h>

namespace lineguard::package {
namespace {

TEST(CrossFitted, ComesBackAsItWasWritten) {
  test::TempFolder folder;
  const std::vector<CrossFittedPicture> pictures{{"good/a, \"b\".png", Label::good, "good", 0.1 + 0.2, 0},
                                                 {"bad/c\nd.png", Label::defective, "scratch", -3e-7, 4}};
  ASSERT_TRUE(write_cross_fitted(folder.path(), pictures));
  const auto read = read_cross_fitted(folder.path());
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*read)[i].picture, pictures[i].picture);
    EXPECT_EQ((*read)[i].label, pictures[i].label);
    EXPECT_EQ((*read)[i].class_name, pictures[i].class_name);
    EXPECT_EQ((*read)[i].score, pictures[i].score);
    EXPECT_EQ((*read)[i].fold, pictures[i].fold);
  }
}

TEST(CrossFitted, AnOlderPackageHasNoneAndADamagedFileIsNamedWithItsRow) {
  test::TempFolder folder;
  EXPECT_TRUE(read_cross_fitted(folder.path())->empty());
  for (const std::string bad : {"a.png,good,good,0.5\n", "a.png,maybe,good,0.5,1\n", "a.png,good,good,x,1\n", "\"a"}) {
    ASSERT_TRUE(write_file_atomically(folder / "cross_fitted.csv", "picture,label,class,score,fold\n" + bad));
    const auto read = read_cross_fitted(folder.path());
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, ErrorCode::corrupt_data);
    EXPECT_NE(read.error().message.find("cross_fitted.csv: row 2"), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace lineguard::package
