#include "check_dataset_test.h"
#include "test_data.h"

#include <algorithm>
#include <map>

namespace lineguard::dataset::test {
namespace {

using lineguard::test::shared_data;

TEST_F(CheckDataset, findsNothingInACleanSet) {
  add_good(12);
  add_picture("test/crack/c.png", 50);
  add_picture("test/good/g.png", 51);
  add_mask("ground_truth/crack/c_mask.png", true);
  const CheckReport report = check();
  EXPECT_TRUE(report.findings.empty()) << report.findings[0].reason;
  EXPECT_EQ(report.summary.pictures, 14u);
  EXPECT_EQ(report.summary.good, 13u);
  EXPECT_EQ(report.summary.defective, 1u);
  EXPECT_EQ(report.summary.parts, 14u);
  EXPECT_EQ(report.summary.masks, 1u);
  EXPECT_EQ(report.summary.by_class, (std::map<std::string, std::size_t>{{"crack", 1}, {"good", 13}}));
  EXPECT_EQ(report.summary.by_split, (std::map<std::string, std::size_t>{{"test", 2}, {"train", 12}}));
  EXPECT_EQ(report.summary.by_size, (std::map<std::string, std::size_t>{{"24x16 gray 8 bit", 14}}));
}

TEST_F(CheckDataset, blocksTruncatedPictures) {
  add_good(12);
  truncate("train/good/n105.png");
  expect_blocker(check(), "undecodable", {"train/good/n105.png"});
}

TEST_F(CheckDataset, blocksATextFileThatIsNamedAsAPicture) {
  add_good(12);
  add("train/good/note.png", "not a picture");
  expect_blocker(check(), "undecodable", {"train/good/note.png"});
}

TEST_F(CheckDataset, blocksEmptyFiles) {
  add_good(12);
  add("train/good/zero.png", "");
  expect_blocker(check(), "undecodable", {"train/good/zero.png"});
}

TEST_F(CheckDataset, blocksAPictureThatClaimsThirtyThousandPixelsASide) {
  add_good(12);
  // A PNG's header: size 30000 x 30000, 8 bit gray, and nothing behind it.
  constexpr std::string_view kHuge("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30\0\0\x75\x30\x08\0\0\0\0\0\0\0\0", 33);
  add("train/good/huge.png", kHuge);
  expect_blocker(check(), "undecodable", {"train/good/huge.png"});
}

TEST_F(CheckDataset, blocksMissingFilesWithTheLineThatNamesThem) {
  add_good(20, "");
  const std::string lines = "image,label,mask,part\n" + good_lines(20, ",");
  add("labels.csv", lines + "gone.png,crack,lost.png,x\n");
  const CheckReport report = check(2, "labels.csv");
  ASSERT_EQ(report.findings.size(), 2u);
  for (const Finding& finding : report.findings) {
    EXPECT_EQ(finding.check, "unreadable");
    EXPECT_EQ(finding.files, (std::vector<std::string>{"gone.png"}));
    EXPECT_CONTAINS(finding.reason, "labels.csv:22");
  }
  EXPECT_CONTAINS(report.findings[0].reason, "gone.png");
  EXPECT_CONTAINS(report.findings[1].reason, "mask: ");
}

TEST_F(CheckDataset, blocksALinkToItself) {
  add_good(12);
  std::filesystem::create_symlink(folder_ / "train/good/self.png", folder_ / "train/good/self.png");
  expect_blocker(check(), "unreadable", {"train/good/self.png"});
}

TEST_F(CheckDataset, blocksTheSamePictureInTwoSplits) {
  add_good(12);
  add_picture("test/good/again.png", 4);
  expect_blocker(check(), "duplicate-across-splits", {"train/good/n104.png", "test/good/again.png"});
}

TEST_F(CheckDataset, warnsOfTheSamePictureWithinOneSplit) {
  add_good(12);
  add_picture("train/good/z.png", 4);
  const CheckReport report = check();
  EXPECT_TRUE(report.blockers().empty());
  EXPECT_EQ(only(report, "duplicate").files, (std::vector<std::string>{"train/good/n104.png", "train/good/z.png"}));
}

TEST_F(CheckDataset, blocksTheSamePictureWithTwoLabels) {
  add_good(12, "good/");
  add_picture("defective/crack/x.png", 4);
  expect_blocker(check(), "label-conflict", {"defective/crack/x.png", "good/n104.png"});
}

TEST_F(CheckDataset, blocksTheSamePictureWithTwoClassesOrByTwoExperts) {
  for (const auto& [one, other] : {std::pair("crack", "stain"), std::pair("0.1", "0.9"), std::pair("0.5", "good")}) {
    add_good(12, "");
    const std::string lines = "image,label,part\n" + good_lines(12);
    add_picture("x.png", 60);
    add("labels.csv", lines + "x.png," + one + ",x\nx.png," + other + ",x\n");
    const Finding finding = only(check(2, "labels.csv"), "label-conflict");
    EXPECT_CONTAINS(finding.reason, std::string("labelled ") + one + " and " + other);
    EXPECT_CONTAINS(finding.advice, "Where several experts judged one picture");
  }
}

TEST_F(CheckDataset, blocksCopiesThatOnlyPixelsBetrayUnlessTheyAreOnePart) {
  add_good(12, "");
  const auto content = read_text_file(folder_ / "n103.png");
  ASSERT_TRUE(content);
  add("copy.png", *content + "a note behind the picture");
  const std::string lines = "image,label,part\n" + good_lines(12);
  add("labels.csv", lines + "copy.png,good,another\n");
  expect_blocker(check(2, "labels.csv"), "unjoined-copy", {"copy.png", "n103.png"});
  add("labels.csv", lines + "copy.png,good,3\n");
  EXPECT_TRUE(check(2, "labels.csv").blockers().empty());
}

TEST_F(CheckDataset, aDefectWithoutANameIsNoOtherClass) {
  add_good(12, "");
  const std::string lines = "image,label,part\n" + good_lines(12);
  add_picture("x.png", 60);
  add("labels.csv", lines + "x.png,crack,x\nx.png,ng,x\n");
  EXPECT_TRUE(check(2, "labels.csv").blockers().empty());
}

TEST_F(CheckDataset, blocksOnePartInTwoSplits) {
  add_good(12);
  add_picture("test/good/p7_b.png", 60);
  add_picture("train/good/p7_a.png", 61);
  const auto report = check_dataset(read({"(p7|n\\d+)", {}}));
  ASSERT_TRUE(report);
  expect_blocker(*report, "part-in-two-splits", {"train/good/p7_a.png", "test/good/p7_b.png"});
}

TEST(Findings, ofPicturesThatLookTheSameSayThatEachCountsAndWhatHelps) {
  for (const auto* check : {"near-duplicate", "near-duplicate-across-splits", "likely-part-in-two-splits"}) {
    const std::string advice = finding_of(check, "", {}).advice;
    EXPECT_CONTAINS(advice, "in every bound");
    EXPECT_CONTAINS(advice, "--part-pattern");
    EXPECT_CONTAINS(advice, "keep");
  }
}

TEST_F(CheckDataset, namesTheLinesThatNameOneFileTwice) {
  add_good(12, "");
  std::string lines = "image,label\n";
  for (int i = 0; i < 12; ++i) lines += "n" + std::to_string(100 + i) + ".png,good\n";
  add("labels.csv", lines + "n103.png,crack\nn105.png,good\n");
  const CheckReport report = check();
  EXPECT_CONTAINS(only(report, "label-conflict").reason, "labels.csv:14, ");
  EXPECT_CONTAINS(only(report, "label-conflict").reason, "labels.csv:5)");
  EXPECT_CONTAINS(only(report, "duplicate").reason, "labels.csv:15");
}

TEST_F(CheckDataset, blocksOtherChannelsAndDepths) {
  add_good(12);
  add_picture("train/good/x.png", 50, {{24, 16}, 3, PixelDepth::u8});
  expect_blocker(check(), "channel-mismatch", {"train/good/x.png"});
  add_picture("train/good/x.png", 50, {{24, 16}, 1, PixelDepth::u16});
  expect_blocker(check(), "depth-mismatch", {"train/good/x.png"});
}

TEST_F(CheckDataset, onlyWarnsOfGrayPicturesThatAreStoredAsColour) {
  add_good(12);
  Image gray({24, 16}, 3);
  std::fill(gray.bytes().begin(), gray.bytes().end(), std::byte{80});
  add_image("train/good/x.png", gray);
  const CheckReport report = check();
  EXPECT_TRUE(report.blockers().empty());
  EXPECT_EQ(only(report, "gray-stored-as-colour").files, (std::vector<std::string>{"train/good/x.png"}));
}

TEST_F(CheckDataset, blocksTheOddShapeInAUniformSetAndWarnsOfSimilarOnes) {
  add_good(20);
  add_picture("train/good/similar.png", 50, {{25, 16}, 1, PixelDepth::u8});
  add_picture("train/good/turned.png", 51, {{16, 24}, 1, PixelDepth::u8});
  const CheckReport report = check();
  expect_blocker(report, "size-mismatch", {"train/good/turned.png"});
  EXPECT_EQ(only(report, "sizes-vary").files, (std::vector<std::string>{"train/good/similar.png"}));
}

TEST_F(CheckDataset, leavesASetWhosePicturesVaryInPeace) {
  for (int i = 0; i < 12; ++i) add_picture("p" + std::to_string(i) + ".png", i, {{20 + i, 30 - i}, 1, PixelDepth::u8});
  const CheckReport report = check();
  EXPECT_TRUE(report.blockers().empty());
  EXPECT_CONTAINS(only(report, "sizes-vary").reason, "12 sizes");
}

// JPEG with an EXIF block that says "turn by 90 degrees" (orientation 6) behind its first marker.
Bytes jpeg_to_be_turned(const Image& image) {
  constexpr std::string_view kExif(
      "\xFF\xE1\0\x22"
      "Exif\0\0"
      "MM\0\x2A\0\0\0\x08"
      "\0\x01"
      "\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
      "\0\0\0\0",
      36);
  Bytes jpeg = imaging::encode_jpeg(image).value();
  const auto exif = std::as_bytes(std::span(kExif));
  jpeg.insert(jpeg.begin() + 2, exif.begin(), exif.end());
  return jpeg;
}

TEST_F(CheckDataset, blocksExifOrientationAndComparesMasksWithTheTurnedPicture) {
  add_good(12, "");
  const Bytes jpeg = jpeg_to_be_turned(Image({16, 24}, 1));  // turned it is 24 x 16 as the others
  ASSERT_TRUE(write_file_atomically(folder_ / "turned.jpg", jpeg));
  add_mask("mask.png", true);
  const std::string lines = "image,label,mask,part\nturned.jpg,crack,mask.png,t\n" + good_lines(12, ",");
  add("labels.csv", lines);
  const CheckReport report = check(2, "labels.csv");
  expect_blocker(report, "exif-orientation", {"turned.jpg"});
  for (const Finding& finding : report.findings) EXPECT_NE(finding.check, "mask-size");
}

TEST_F(CheckDataset, needsGoodPictures) {
  const auto add_up_to = [&](int count) {
    for (int i = 0; i < count; ++i) add_picture("train/good/" + std::to_string(i) + ".png", i);
  };
  add_up_to(1);
  EXPECT_CONTAINS(only(check(), "no-good-pictures").reason, "only one good picture");
  add_up_to(4);
  EXPECT_EQ(only(check(), "no-good-pictures").severity, Severity::blocker);
  EXPECT_CONTAINS(only(check(), "no-good-pictures").reason, "only 4 good pictures to learn from, training takes 5");
  add_up_to(5);
  const CheckReport five = check();
  EXPECT_TRUE(five.blockers().empty());
  EXPECT_CONTAINS(only(five, "few-good-pictures").reason, "only 5 good pictures");
  add("labels.csv", "image,label,part\ntrain/good/0.png,ng,1\ntrain/good/1.png,fail,2\n");
  EXPECT_CONTAINS(only(check(2, "labels.csv"), "no-good-pictures").reason, "no good picture");
}

// Where no split is named, training keeps some for testing: what is left must be enough.
TEST_F(CheckDataset, countsTheGoodPicturesThatTrainingLearnsFrom) {
  for (int i = 0; i < 3; ++i) {
    add_picture("train/good/" + std::to_string(i) + ".png", i);
    add_picture("test/good/" + std::to_string(i) + ".png", 50 + i);
  }
  EXPECT_CONTAINS(only(check(), "no-good-pictures").reason,
                  "only 3 good pictures to learn from (3 more kept for testing), training takes 5");
  for (int i = 3; i < 10; ++i) add_picture("train/good/" + std::to_string(i) + ".png", i);
  EXPECT_TRUE(check().blockers().empty());
}

// A data set that names no split keeps nothing for testing, whether labels are used or not.
TEST_F(CheckDataset, countsAllGoodPicturesWhereNoSplitIsNamed) {
  for (int i = 0; i < 8; ++i) add_picture("good/" + std::to_string(i) + ".png", i);
  for (int i = 0; i < 16; ++i) add_picture("defective/" + std::to_string(i) + ".png", 50 + i);
  for (const std::optional<bool> with_labels : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
    const std::string reason = only(*check_dataset(read(), {.with_labels = with_labels}), "few-good-pictures").reason;
    EXPECT_CONTAINS(reason, "only 8 good pictures to learn from");
    EXPECT_EQ(reason.find("kept for testing"), std::string::npos);
  }
}

TEST_F(CheckDataset, aPictureWithoutATemplateAmongThoseWithOneIsNamed) {
  Dataset data;
  for (int i = 0; i < 6; ++i) {
    add_picture("good/" + std::to_string(i) + ".png", i);
    add_picture("twin/" + std::to_string(i) + ".png", i + 50);
  }
  data = read({}, "good");
  for (Sample& sample : data.samples) sample.defect_free_template = sample.image;
  EXPECT_TRUE(check_dataset(data)->blockers({"no-good-pictures"}).empty());
  data.samples[2].defect_free_template.reset();
  const CheckReport report = *check_dataset(data);
  EXPECT_CONTAINS(only(report, "missing-template").reason, "5 of 6 pictures have a defect-free twin");
  EXPECT_EQ(only(report, "missing-template").files, std::vector{data.samples[2].name});
}

TEST_F(CheckDataset, needsGoodPicturesOfTwoParts) {
  for (int i = 0; i < 12; ++i) add_picture("good/p01_" + std::to_string(i) + ".png", i);
  const CheckReport report = *check_dataset(read({.part_pattern = "^(p[0-9]+)_"}));
  EXPECT_CONTAINS(only(report, "no-good-parts").reason, "show one part, \"p01\"");
  EXPECT_EQ(only(report, "no-good-parts").severity, Severity::blocker);
}

// Training refuses such a set: no good picture tells how a good part scores.
TEST_F(CheckDataset, needsAPartThatIsGoodInAllItsPictures) {
  const auto report_of = [&] { return *check_dataset(read({.part_pattern = "^(p[0-9]+)_"})); };
  for (int i = 100; i < 112; ++i) {
    const std::string part = "p" + std::to_string(i);
    add_picture("good/" + part + "_top.png", i);
    add_picture("defective/" + part + "_side.png", i + 20);
  }
  const CheckReport report = report_of();
  ASSERT_EQ(report.blockers().size(), 1u);
  const Finding& finding = only(report, "no-good-parts");
  EXPECT_EQ(finding.severity, Severity::blocker);
  EXPECT_EQ(finding.files.size(), 12u);
  EXPECT_CONTAINS(finding.reason, "each of the 12 good pictures");
  EXPECT_CONTAINS(finding.reason, "part \"" + finding.files[0].substr(5, 4) + "\"");
  EXPECT_CONTAINS(finding.advice, "--part-pattern");
  for (int i = 112; i < 122; ++i) add_picture("good/p" + std::to_string(i) + "_top.png", i + 60);
  EXPECT_TRUE(report_of().blockers().empty());
}

TEST_F(CheckDataset, saysTheSameWithAnyNumberOfThreads) {
  add_good(30);
  for (const auto* name : {"train/good/n103.png", "train/good/n111.png", "train/good/n127.png"}) truncate(name);
  const auto render = [](const CheckReport& report) {
    std::string text;
    for (const Finding& finding : report.findings) {
      text += finding.check + finding.reason;
      for (const auto& file : finding.files) text += " " + file;
    }
    return text;
  };
  const std::string one = render(check(1));
  EXPECT_EQ(render(check(2)), one);
  EXPECT_EQ(render(check(7)), one);
  EXPECT_EQ(check_dataset(read(), CheckOptions{0}).error().code, ErrorCode::invalid_argument);
}

TEST_F(CheckDataset, reportsProgressUpToTheEnd) {
  add_good(12);
  std::size_t last = 0;
  const auto report = check_dataset(read(), {}, [&](std::string_view, std::size_t done, std::size_t total) {
    EXPECT_EQ(done, last + 1);
    EXPECT_EQ(total, 12u);
    last = done;
  });
  EXPECT_TRUE(report);
  EXPECT_EQ(last, 12u);
}

std::vector<Finding> blockers_of(const std::filesystem::path& folder) {
  const auto dataset = read_dataset(folder);
  EXPECT_TRUE(dataset) << dataset.error().message;
  if (!dataset) return {};
  const auto report = check_dataset(*dataset);
  EXPECT_TRUE(report);
  return report ? report->blockers() : std::vector<Finding>{};
}

class RealDataset : public ::testing::TestWithParam<const char*> {};

TEST_P(RealDataset, hasNoBlocker) {
  LINEGUARD_NEEDS(shared_data() / GetParam());
  for (const Finding& finding : blockers_of(shared_data() / GetParam())) {
    ADD_FAILURE() << finding.check << ": " << finding.reason << " "
                  << (finding.files.empty() ? "" : finding.files.front());
  }
}

// True of the pictures: these masks hold zeros only, though the tiles are labelled uneven.
TEST(RealDatasets, magneticTileHasEmptyMasksAtTwoExposures) {
  LINEGUARD_NEEDS(shared_data() / "magnetic_tile" / "exposure3");
  const std::map<std::string, std::vector<std::string>> kEmpty{
      {"exposure3", {"test/uneven/uneven_004.jpg"}},
      {"exposure4", {"test/uneven/uneven_004.jpg", "test/uneven/uneven_006.jpg", "test/uneven/uneven_016.jpg"}}};
  for (const auto& [exposure, files] : kEmpty) {
    const auto blockers = blockers_of(shared_data() / "magnetic_tile" / exposure);
    ASSERT_EQ(blockers.size(), 1u);
    EXPECT_EQ(blockers[0].check, "empty-mask");
    EXPECT_EQ(blockers[0].files, files);
  }
}

INSTANTIATE_TEST_SUITE_P(, RealDataset,
                         ::testing::Values("cookies", "glass_line/cam1", "magnetic_tile/exposure1",
                                           "magnetic_tile/exposure2", "magnetic_tile/exposure5",
                                           "magnetic_tile/exposure6"),
                         [](const auto& set) {
                           std::string name = set.param;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

}  // namespace
}  // namespace lineguard::dataset::test
