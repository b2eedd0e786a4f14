// Every file of a folder is used or left out, with the reason.
#include "dataset_builder.h"

#include <algorithm>
#include <map>

#include <lineguard/dataset/account.h>
#include <lineguard/dataset/check.h>

namespace lineguard::dataset::test {
namespace {

class Account : public DatasetTest {
 protected:
  static std::map<LeftOutReason, std::vector<std::string>> reasons(const FileAccount& account) {
    std::map<LeftOutReason, std::vector<std::string>> map;
    for (const LeftOut& entry : account.left_out) map[entry.reason] = entry.files;
    return map;
  }
  static void expect_balanced(const FileAccount& account) {
    EXPECT_EQ(account.found,
              account.pictures + account.masks + account.templates + account.label_files + account.left_out_count())
        << to_text(account);
  }
  bool is_blocked(const Dataset& dataset) {
    const auto report = check_dataset(dataset);
    return std::ranges::any_of(report->findings,
                               [](const Finding& finding) { return finding.check == "files-left-out"; });
  }
};

TEST_F(Account, FilesThatTheLayoutDoesNotKnowAreNamedAndBlock) {
  for (const char* name : {"good/a.png", "good/day2/b.png", "defective/c.png", "Test/d.png", "e.png", "good/f.heic",
                           "masks/zz.png", "notes.txt", ".hidden"})
    add(name);
  const Dataset dataset = read();
  expect_balanced(dataset.files);
  const auto found = reasons(dataset.files);
  EXPECT_EQ(dataset.files.found, 8u);
  EXPECT_EQ(dataset.files.pictures, 3u);
  EXPECT_EQ(found.at(LeftOutReason::folder_not_known), (std::vector<std::string>{"Test/d.png", "e.png"}));
  EXPECT_EQ(found.at(LeftOutReason::kind_not_read), std::vector<std::string>{"good/f.heic"});
  EXPECT_EQ(found.at(LeftOutReason::mask_without_picture), std::vector<std::string>{"masks/zz.png"});
  EXPECT_EQ(found.at(LeftOutReason::other), std::vector<std::string>{"notes.txt"});
  EXPECT_TRUE(is_blocked(dataset));
}

TEST_F(Account, PicturesBesideTheListBlockInAFolderAndAreToldOfAFile) {
  for (const char* name : {"a.png", "b.png"}) add(name);
  add("labels.csv", "image,label\na.png,good\n");
  const Dataset folder = read();
  expect_balanced(folder.files);
  EXPECT_EQ(reasons(folder.files).at(LeftOutReason::not_listed), std::vector<std::string>{"b.png"});
  EXPECT_TRUE(is_blocked(folder));
  const Dataset file = read({}, "labels.csv");
  EXPECT_EQ(reasons(file.files).at(LeftOutReason::not_listed), std::vector<std::string>{"b.png"});
  EXPECT_FALSE(is_blocked(file));
}

TEST_F(Account, LabelsWithoutAPicture) {
  for (const char* name : {"images/a.png", "labels/lost.txt"}) add(name, "");
  add("labels/a.txt", "");
  const Dataset dataset = read({.keep_problems = true});
  EXPECT_EQ(reasons(dataset.files).at(LeftOutReason::label_without_picture),
            std::vector<std::string>{"labels/lost.txt"});
  expect_balanced(dataset.files);
}

TEST_F(Account, OtherFilesDoNotBlock) {
  for (const char* name : {"good/a.png", "readme.md", "good/Thumbs.db", "defective/b.png"}) add(name);
  const Dataset dataset = read();
  EXPECT_EQ(dataset.files.left_out_count(), 2u);
  EXPECT_FALSE(is_blocked(dataset));
}

TEST_F(Account, ALoopOfLinksEnds) {
  add("good/a.png");
  std::filesystem::create_directory_symlink(folder_.path(), folder_ / "good" / "loop");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.files.found, 1u);
  EXPECT_EQ(dataset.files.pictures, 1u);
}

TEST_F(Account, OfAFolderThatIsInspected) {
  for (const char* name : {"a.png", "sub/b.tif", "c.heic", "d.txt"}) add(name);
  const auto account = account_of_folder(folder_.path(), [](const auto& file) { return file.extension() == ".png"; });
  EXPECT_EQ(account.found, 4u);
  EXPECT_EQ(account.pictures, 1u);
  EXPECT_EQ(left_out_lines(account, 1).at(0), "1 of a kind that is not read: c.heic");
}

}  // namespace
}  // namespace lineguard::dataset::test
