// Nothing is written into a data set, whatever way the place is named.
#include "data_folders.h"

#include "outputs.h"
#include "temp_folder.h"

#include <filesystem>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::app {
namespace {

namespace fs = std::filesystem;

class DataFoldersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "set" / "good");
    fs::create_directories(folder_ / "elsewhere");
    ASSERT_TRUE(write_file_atomically(folder_ / "set" / "good" / "a.png", std::string_view("a")));
    ASSERT_TRUE(write_file_atomically(folder_ / "elsewhere" / "b.png", std::string_view("b")));
    ASSERT_TRUE(write_file_atomically(folder_ / "list.csv", std::string_view("image,label\nelsewhere/b.png,good\n")));
    fs::create_directory_symlink(folder_ / "set", folder_ / "link");
    fs::create_symlink(folder_ / "set" / "report.html", folder_ / "dangling.html");
    fs::create_symlink(folder_ / "dangling.html", folder_ / "chain.html");
  }
  bool refuses(const fs::path& dataset, const fs::path& output) const {
    const auto data = dataset::read_dataset(folder_ / dataset);
    EXPECT_TRUE(data) << data.error().message;
    const auto allowed = refuse_in_dataset(*data, {folder_ / output});
    if (allowed) return false;
    EXPECT_EQ(allowed.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(allowed.error().message.find("belongs to the data set"), std::string::npos) << allowed.error().message;
    return true;
  }

  test::TempFolder folder_;
};

TEST_F(DataFoldersTest, AnyPlaceInsideIsRefused) {
  for (const char* inside : {"set", "set/", "set/model-1", "set/good/model-1", "set/good/new/deep/x.json",
                             "link/x.json", "elsewhere/../set/x", "set/missing/../x", "link/good/../x", "dangling.html",
                             "chain.html", "./set/./x/", "set//x"}) {
    EXPECT_TRUE(refuses("set", inside)) << inside;
    EXPECT_TRUE(refuses("link", inside)) << inside;
  }
}

TEST_F(DataFoldersTest, PlacesOutsideAreNot) {
  for (const char* outside : {"model-1", "set-2/x", "set.json", "set/../x", "elsewhere/x"})
    EXPECT_FALSE(refuses("set", outside)) << outside;
}

TEST_F(DataFoldersTest, OfACsvFileTheFoldersOfItsPicturesCount) {
  EXPECT_TRUE(refuses("list.csv", "elsewhere/x.json"));
  EXPECT_TRUE(refuses("list.csv", "elsewhere/models/x-1"));
  EXPECT_TRUE(refuses("list.csv", "list.csv"));
  EXPECT_FALSE(refuses("list.csv", "models/x-1"));
}

TEST_F(DataFoldersTest, RelativeNamesMeanTheSame) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_ / "set");
  DataFolders folders;
  folders.add(".");
  EXPECT_FALSE(folders.refuse_inside({"x.json"}));
  EXPECT_FALSE(folders.refuse_inside({"good"}));
  EXPECT_TRUE(folders.refuse_inside({"../x.json", "", "-"}));
  fs::current_path(before);
}

}  // namespace
}  // namespace lineguard::app
