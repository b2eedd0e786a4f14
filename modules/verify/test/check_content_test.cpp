#include "near_duplicates.h"
#include "temp_folder.h"
#include "test_data.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/synthetic_defect.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/verify/check_content.h>

namespace lineguard::verify {
using namespace features;
using namespace detector;
namespace {

// Rings around a place that the seed moves: every part differs in a way that is normal.
Image part(unsigned seed) {
  Image image({96, 96}, 1);
  unsigned state = seed * 2654435761u + 1;
  const double x0 = 30 + (seed * 37) % 36, y0 = 30 + (seed * 53) % 36;
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) {
      state = state * 1664525u + 1013904223u;
      image.row_u8(y)[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(
          120 + 50 * std::sin(std::hypot(x - x0, y - y0) * 0.4) + static_cast<double>((state >> 24) % 12));
    }
  }
  return image;
}

class ContentChecks : public ::testing::Test {
 protected:
  void SetUp() override { LINEGUARD_NEEDS(test::deps() / "backbone"); }
  void add(const std::string& name, Label label, const Image& image, dataset::Split split = dataset::Split::unset) {
    dataset::Sample sample;
    sample.name = sample.part = name;
    sample.image = folder_ / (name + ".png");
    sample.label = label;
    sample.class_name = label == Label::good ? "good" : "blob";
    sample.split = split;
    ASSERT_TRUE(write_file_atomically(sample.image, *imaging::encode_png(image)));
    dataset_.samples.push_back(sample);
  }
  std::vector<dataset::Finding> found(const std::string& check) {
    auto findings = check_content(dataset_);
    EXPECT_TRUE(findings) << findings.error().message;
    std::erase_if(*findings, [&](const dataset::Finding& finding) { return finding.check != check; });
    return *findings;
  }
  Image with_blob(unsigned seed) { return draw_synthetic_defect(part(seed), SyntheticDefect::blob, seed); }

  test::TempFolder folder_;
  dataset::Dataset dataset_;
};

TEST_F(ContentChecks, APartThatIsShownTwiceIsFoundThoughTheLampDiffers) {
  for (unsigned i = 0; i < 24; ++i) add("part_" + std::to_string(i), Label::good, part(i), dataset::Split::train);
  Image again = part(7);
  for (int y = 0; y < 96; ++y) {
    for (auto& pixel : again.row_u8(y)) pixel = static_cast<std::uint8_t>(pixel + 3);
  }
  add("again", Label::good, again, dataset::Split::test);
  const auto findings = found("near-duplicate-across-splits");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].files, (std::vector<std::string>{"part_7", "again"}));
  EXPECT_TRUE(found("near-duplicate").empty());
}

// A date stamp, the tray's edge, a neighbour: seen on defective pictures alone, and no property of the whole picture.
TEST_F(ContentChecks, AStampOnDefectivePicturesIsAShortcut) {
  for (unsigned i = 0; i < 20; ++i) add("good_" + std::to_string(i), Label::good, part(i));
  for (unsigned i = 0; i < 20; ++i) {
    Image stamped = with_blob(100 + i);
    for (int y = 90; y < 94; ++y) std::ranges::fill(stamped.row_u8(y).subspan(84, 10), std::uint8_t{250});
    add("bad_" + std::to_string(i), Label::defective, stamped);
  }
  const auto findings = found("look-tells-label");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].reason.find("from the left and 94 to 100 % from the top alone tells the labels apart"),
            std::string::npos)
      << findings[0].reason;
  EXPECT_EQ(findings[0].files.size(), 20u);
}

TEST_F(ContentChecks, DefectsHereAndThereAreNoShortcut) {
  for (unsigned i = 0; i < 20; ++i) add("good_" + std::to_string(i), Label::good, part(i));
  for (unsigned i = 0; i < 20; ++i) add("bad_" + std::to_string(i), Label::defective, with_blob(100 + i));
  EXPECT_TRUE(found("look-tells-label").empty());
}

// Good and defective views of one part are judged by a network that was shown neither.
TEST_F(ContentChecks, ACopyThatIsHardlyChangedIsADuplicateAndAnEqualOneIsNotOurs) {
  for (unsigned i = 0; i < 24; ++i) add("part_" + std::to_string(i), Label::good, part(i), dataset::Split::train);
  Image touched = part(7);
  touched.row_u8(5)[5] ^= 1;
  add("touched", Label::good, touched, dataset::Split::test);
  add("equal", Label::good, part(9), dataset::Split::test);
  const auto findings = found("near-duplicate-across-splits");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].files, (std::vector<std::string>{"part_7", "touched"}));
}

// Stripes at places of the part's own, under a lamp of its own.
Image striped_part(unsigned seed, double lamp) {
  Image image({96, 96}, 1);
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) {
      double level = 90 + 20 * std::sin(x * 0.05);
      for (unsigned k = 0; k < 6; ++k) {
        const double at_x = (seed * 37 + k * 41) % 96, at_y = (seed * 53 + k * 29) % 96;
        level += 50 * std::exp(-(std::pow(x - at_x, 2) + std::pow(y - at_y, 2)) / 60);
      }
      image.row_u8(y)[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(std::min(255.0, lamp * level));
    }
  }
  return image;
}

TEST_F(ContentChecks, OnePartUnderAnotherLampInAnotherSplitIsFoundAndAnEqualPictureIsNotOurs) {
  for (unsigned i = 0; i < 24; ++i)
    add("part_" + std::to_string(i), Label::good, striped_part(i, 0.6), dataset::Split::train);
  add("again", Label::good, striped_part(7, 1.3), dataset::Split::test);
  add("other", Label::good, striped_part(91, 1.3), dataset::Split::test);
  add("equal", Label::good, striped_part(9, 0.6), dataset::Split::test);
  const auto findings = found("likely-part-in-two-splits");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].files, (std::vector<std::string>{"part_7", "again"}));
}

// Training would deal the two into test and training part.
TEST_F(ContentChecks, OnePartUnderTwoNamesIsFoundWhereNoSplitIsNamed) {
  for (unsigned i = 0; i < 24; ++i) add("part_" + std::to_string(i), Label::good, striped_part(i, 0.6));
  add("again", Label::good, striped_part(7, 1.3));
  auto findings = found("likely-one-part");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].files, (std::vector<std::string>{"part_7", "again"}));
  dataset_.samples.back().part = "part_7";
  EXPECT_TRUE(found("likely-one-part").empty()) << "it has been said";
}

TEST_F(ContentChecks, PicturesOfOnePartAloneAreNoReasonToCrash) {
  for (unsigned i = 0; i < 12; ++i) add("part_" + std::to_string(i), Label::good, part(i));
  for (auto& sample : dataset_.samples) sample.part = "part";
  EXPECT_TRUE(check_content(dataset_));
}

// 12 of 16 bits: seen through all of the range everything would be black.
TEST_F(ContentChecks, SixteenBitPicturesAreSeenThroughTheirOwnWindow) {
  const auto dim = [](const Image& image) {
    Image deep(image.size(), 1, PixelDepth::u16);
    for (int y = 0; y < image.height_px(); ++y)
      std::ranges::transform(image.row_u8(y), deep.row_u16(y).begin(), [](auto level) { return level * 16 / 10; });
    return deep;
  };
  for (unsigned i = 0; i < 40; ++i) add("part_" + std::to_string(i), Label::good, dim(part(i)));
  add("sneaked_in", Label::good, dim(with_blob(41)));
  const auto findings = found("contaminated-good");
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].files[0], "sneaked_in");
}

TEST_F(ContentChecks, ADefectAmongTheGoodOnesStandsOut) {
  for (unsigned i = 0; i < 40; ++i) add("part_" + std::to_string(i), Label::good, part(i));
  add("sneaked_in", Label::good, with_blob(41));
  const auto findings = found("contaminated-good");
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].files[0], "sneaked_in");
}

TEST_F(ContentChecks, SwappedLabelsAreRankedFirst) {
  for (unsigned i = 0; i < 40; ++i) add("part_" + std::to_string(i), Label::good, part(i));
  for (unsigned i = 100; i < 140; ++i) add("blob_" + std::to_string(i), Label::defective, with_blob(i));
  add("really_good", Label::defective, part(300));
  add("really_bad", Label::good, with_blob(301));
  const auto findings = found("likely-label-error");
  ASSERT_GE(findings.size(), 1u);
  std::vector<std::string> first;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, findings.size()); ++i) first.push_back(findings[i].files[0]);
  EXPECT_TRUE(std::ranges::count(first, "really_good") || std::ranges::count(first, "really_bad"));
  EXPECT_LE(findings.size(), 8u);
}

TEST(NearDuplicates, AUniformSetHasNone) {
  Matrix embeddings(50, 4), regions(50, 9);
  for (std::size_t i = 0; i < 200; ++i) embeddings.values[i] = static_cast<float>(std::sin(static_cast<double>(i) * 7));
  for (std::size_t i = 0; i < 450; ++i)
    regions.values[i] = static_cast<float>(100 + 5 * std::sin(static_cast<double>(i) * 3));
  EXPECT_TRUE(find_near_duplicates(embeddings, regions, 1).empty());
}

TEST(PicturesToLookAt, AreAllOrDrawnEvenlyOfBothLabels) {
  dataset::Dataset set;
  for (int i = 0; i < 1000; ++i) {
    set.samples.emplace_back().label = i % 100 == 0 ? Label::defective : Label::good;
  }
  EXPECT_EQ(pictures_to_look_at(set, 1000).size(), 1000u);
  const auto some = pictures_to_look_at(set, 100);
  ASSERT_EQ(some.size(), 100u);
  EXPECT_TRUE(std::ranges::is_sorted(some));
  EXPECT_EQ(std::ranges::adjacent_find(some), some.end());
  const auto is_defective = [&](std::size_t i) { return set.samples[i].label == Label::defective; };
  EXPECT_EQ(std::ranges::count_if(some, is_defective), 10);  // all of the few
  for (std::size_t i = 0; i < 1000; ++i) set.samples[i].label = i % 2 ? Label::defective : Label::good;
  EXPECT_EQ(std::ranges::count_if(pictures_to_look_at(set, 100), is_defective), 50);
}

}  // namespace
}  // namespace lineguard::verify
