// Checks of what is drawn: masks, boxes, outlines.
#include "check_dataset_test.h"

#include <map>

namespace lineguard::dataset::test {
namespace {

TEST_F(CheckDataset, blocksAMaskOfAnotherSize) {
  add_good(12);
  add_picture("test/crack/c.png", 50);
  add_mask("ground_truth/crack/c_mask.png", true, {16, 24});
  expect_blocker(check(), "mask-size", {"test/crack/c.png"});
}

TEST_F(CheckDataset, blocksAnEmptyMaskOnADefect) {
  add_good(12);
  add_picture("test/crack/c.png", 50);
  add_mask("ground_truth/crack/c_mask.png", false);
  expect_blocker(check(), "empty-mask", {"test/crack/c.png"});
}

TEST_F(CheckDataset, blocksAMarkedMaskOnAGoodPartOnly) {
  add_good(12);
  add_picture("test/good/a.png", 50);
  add_picture("test/good/b.png", 51);
  add_mask("ground_truth/good/a_mask.png", true);
  add_mask("ground_truth/good/b_mask.png", false);
  expect_blocker(check(), "mask-on-good", {"test/good/a.png"});
}

TEST_F(CheckDataset, blocksBoxesOutsideThePictureAndOnGoodParts) {
  add_good(12, "");
  const std::string lines = "image,label,boxes,part\n" + good_lines(12, ",");
  add_picture("c.png", 50);
  add_picture("d.png", 51);
  add("outside.csv", lines + "c.png,crack,20 1 10 3,c\nd.png,crack,0 0 24 16,d\n");
  expect_blocker(check(2, "outside.csv"), "box-outside", {"c.png"});
  add("empty.csv", lines + "c.png,crack,1 1 0 3,c\n");
  expect_blocker(check(2, "empty.csv"), "box-outside", {"c.png"});
  add("thin.csv", lines + "c.png,crack,1 1 1e-9 3,c\n");
  expect_blocker(check(2, "thin.csv"), "box-outside", {"c.png"});
  add("good.csv", lines + "c.png,ok,1 1 2 2,c\n");
  expect_blocker(check(2, "good.csv"), "mask-on-good", {"c.png"});
  add("called.csv", lines + "c.png,ng,OK: 1 1 2 2;OK: 3 3 2 2,c\n");
  expect_blocker(check(2, "called.csv"), "mask-on-good", {"c.png"});
}

TEST_F(CheckDataset, blocksOutlinesOutsideThePicture) {
  add_good(20, "");
  const std::string lines = "image,label,polygons,part\n" + good_lines(20, ",");
  add_picture("c.png", 50);
  add("labels.csv", lines + "c.png,crack,0 0 24.9 0 24 16,c\n");
  EXPECT_TRUE(check().findings.empty()) << "rounded outwards";
  Dataset dataset = read();
  for (Sample& sample : dataset.samples) {
    for (LabelledBox& labelled : sample.boxes) labelled.outlines.push_back({{3, 3}, {9, 3}, {9, 18}});
  }
  const auto report = check_dataset(dataset);
  ASSERT_TRUE(report);
  expect_blocker(*report, "box-outside", {"c.png"});
}

TEST_F(CheckDataset, blocksOutlinesThatEncloseNothing) {
  add_good(20, "");
  const std::string lines = "image,label,polygons,part\n" + good_lines(20, ",");
  add_picture("c.png", 50);
  add("labels.csv", lines + "c.png,crack,2 2 20 2 20 14,c\n");
  Dataset dataset = read();
  for (Sample& sample : dataset.samples) {
    for (LabelledBox& labelled : sample.boxes) labelled.outlines = {{{2, 2}, {8, 8}, {12, 12}}};
  }
  const auto report = check_dataset(dataset);
  ASSERT_TRUE(report);
  expect_blocker(*report, "empty-outline", {"c.png"});
  EXPECT_CONTAINS(only(*report, "empty-outline").reason, "1 outline encloses nothing: the points lie in a line");
}

// Laid over the picture it would stop the training, and without a difference nothing is learned.
TEST_F(CheckDataset, blocksTemplatesOfAnotherSizeAndDefectsThatAreTheirOwn) {
  add_good(12, "");
  add_picture("c.png", 50);
  add_picture("d.png", 51);
  add_picture("small.png", 52, {{12, 16}, 1, PixelDepth::u8});
  std::string lines = "image,label,template,part\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "n" + std::to_string(100 + i) + ".png";
    lines += name + ",good," + name + "," + std::to_string(i) + "\n";
  }
  add("labels.csv", lines + "c.png,crack,small.png,c\nd.png,crack,d.png,d\n");
  const CheckReport report = check(2, "labels.csv");
  std::map<std::string, std::string> reasons;
  for (const Finding& finding : report.findings) {
    if (finding.check == "template-mismatch") reasons[finding.files.at(0)] = finding.reason;
  }
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_CONTAINS(reasons["c.png"], "the template has 12x16 pixels, the picture 24x16");
  EXPECT_CONTAINS(reasons["d.png"], "the very same pixels");
}

}  // namespace
}  // namespace lineguard::dataset::test
