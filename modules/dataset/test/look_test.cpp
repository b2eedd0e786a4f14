// Checks of what pictures look like beside the others of their set.
#include "dataset_builder.h"

#include <algorithm>

#include <lineguard/dataset/check.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::dataset::test {
namespace {

class Look : public DatasetTest {
 protected:
  // Noise around a brightness; every seed's differs.
  static Image noise(unsigned seed, int brightness) {
    Image image({32, 32}, 1);
    unsigned state = seed * 2654435761u + 1;
    for (int y = 0; y < 32; ++y) {
      for (auto& pixel : image.row_u8(y)) {
        state = state * 1664525u + 1013904223u;
        pixel = static_cast<std::uint8_t>(brightness + static_cast<int>((state >> 24) % 30));
      }
    }
    return image;
  }
  void add_picture(const std::string& name, unsigned seed, int brightness) {
    const auto png = imaging::encode_png(noise(seed, brightness));
    ASSERT_TRUE(png && write_file_atomically(folder_ / name, *png));
  }
  std::vector<Finding> found(const std::string& check) {
    const auto report = check_dataset(read());
    EXPECT_TRUE(report);
    std::vector<Finding> findings;
    for (const Finding& finding : report->findings) {
      if (finding.check == check) findings.push_back(finding);
    }
    return findings;
  }
};

TEST_F(Look, WarnsWhereAllDefectiveOnesAreDarker) {
  for (unsigned i = 0; i < 30; ++i)
    add_picture("good/g" + std::to_string(i) + ".png", i, 120 + static_cast<int>(i % 5));
  for (unsigned i = 0; i < 15; ++i) add_picture("defective/d" + std::to_string(i) + ".png", 100 + i, 80);
  const auto findings = found("look-tells-label");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_CONTAINS(findings[0].reason, "defective pictures are darker: brightness alone");
  EXPECT_CONTAINS(findings[0].reason, "30 good");
}

TEST_F(Look, SaysNothingWhereTheLightIsTheSame) {
  for (unsigned i = 0; i < 30; ++i)
    add_picture("good/g" + std::to_string(i) + ".png", i, 120 + static_cast<int>(i % 5));
  for (unsigned i = 0; i < 15; ++i)
    add_picture("defective/d" + std::to_string(i) + ".png", 100 + i, 120 + static_cast<int>(i % 5));
  EXPECT_TRUE(found("look-tells-label").empty());
  EXPECT_TRUE(found("unusual-look").empty());
}

// A lamp of another colour over the defective parts, as bright as the other.
TEST_F(Look, WarnsWhereTheColourTellsTheLabel) {
  const auto add_lit = [&](const std::string& name, unsigned seed, int warmer) {
    const Image gray = noise(seed, 120);
    Image colour({32, 32}, 3);
    for (int y = 0; y < 32; ++y) {
      for (std::size_t x = 0; x < 32; ++x) {
        const int level = gray.row_u8(y)[x];
        colour.row_u8(y)[3 * x] = static_cast<std::uint8_t>(level + warmer);
        colour.row_u8(y)[3 * x + 1] = static_cast<std::uint8_t>(level);
        colour.row_u8(y)[3 * x + 2] = static_cast<std::uint8_t>(level - 2 * warmer);
      }
    }
    ASSERT_TRUE(write_file_atomically(folder_ / name, *imaging::encode_png(colour)));
  };
  for (unsigned i = 0; i < 30; ++i) add_lit("good/g" + std::to_string(i) + ".png", i, 0);
  for (unsigned i = 0; i < 15; ++i) add_lit("defective/d" + std::to_string(i) + ".png", 100 + i, 8);
  const auto findings = found("look-tells-label");
  ASSERT_FALSE(findings.empty());
  EXPECT_CONTAINS(findings.back().reason, "defective pictures are redder: colour (red less blue) alone");
}

TEST_F(Look, NamesThePictureThatIsFarFromTheOthers) {
  for (unsigned i = 0; i < 30; ++i)
    add_picture("good/g" + std::to_string(i) + ".png", i, 120 + static_cast<int>(i % 5));
  add_picture("good/other_lamp.png", 77, 20);
  const auto findings = found("unusual-look");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].files, (std::vector<std::string>{"good/other_lamp.png"}));
  EXPECT_CONTAINS(findings[0].reason, "the brightness of 1 picture");
}

// Defects change the look: they are no outliers among good parts, and the odd one among them still stands out.
TEST_F(Look, DefectivePicturesAreHeldAgainstEachOther) {
  for (unsigned i = 0; i < 40; ++i)
    add_picture("good/g" + std::to_string(i) + ".png", i, 120 + static_cast<int>(i % 3));
  for (unsigned i = 0; i < 20; ++i)
    add_picture("defective/d" + std::to_string(i) + ".png", 100 + i, 60 + static_cast<int>(i % 3));
  EXPECT_TRUE(found("unusual-look").empty());
  add_picture("defective/other_lamp.png", 200, 200);
  const auto findings = found("unusual-look");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].files, (std::vector<std::string>{"defective/other_lamp.png"}));
}

TEST_F(Look, NamesAClassWithHardlyAPicture) {
  for (unsigned i = 0; i < 12; ++i) add_picture("good/g" + std::to_string(i) + ".png", i, 120);
  for (unsigned i = 0; i < 8; ++i) add_picture("defective/crack/c" + std::to_string(i) + ".png", 100 + i, 121);
  add_picture("defective/stain/s.png", 200, 122);
  const auto findings = found("imbalance");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_CONTAINS(findings[0].reason, "the class stain has 1 picture");
}

TEST_F(Look, NamesClassesThatDifferInSpellingAlone) {
  for (unsigned i = 0; i < 8; ++i) add_picture("good/g" + std::to_string(i) + ".png", i, 120);
  for (unsigned i = 0; i < 6; ++i) add_picture("defective/deep_scratch/c" + std::to_string(i) + ".png", 100 + i, 121);
  add_picture("defective/Deep scratch/d.png", 200, 122);
  add_picture("defective/stain/s.png", 201, 122);
  const auto findings = found("class-spelling");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(
      findings[0].reason,
      "\"Deep scratch\" (1 picture) and \"deep_scratch\" (6 pictures) are 2 classes; these pictures have the rarest");
  EXPECT_EQ(findings[0].files, (std::vector<std::string>{"defective/Deep scratch/d.png"}));
}

// The same noise: only how the file was saved differs.
TEST_F(Look, WarnsWhereTheFileTypeTellsTheLabel) {
  const auto add_jpeg = [&](const std::string& name, unsigned seed) {
    ASSERT_TRUE(write_file_atomically(folder_ / name, *imaging::encode_jpeg(noise(seed, 120))));
  };
  for (unsigned i = 0; i < 40; ++i) add_picture("good/g" + std::to_string(i) + ".png", i, 120);
  for (unsigned i = 0; i < 30; ++i) add_jpeg("defective/d" + std::to_string(i) + ".jpg", 100 + i);
  const auto findings = found("look-tells-label");
  ASSERT_FALSE(findings.empty());
  EXPECT_CONTAINS(findings.back().reason,
                  "the file type alone separates good from defective pictures: JPEG is that of 30 of 30 defective "
                  "pictures and of 0 of 40 "
                  "good ones");
  for (unsigned i = 40; i < 60; ++i) add_jpeg("good/g" + std::to_string(i) + ".jpg", i);
  for (const Finding& finding : found("look-tells-label"))
    EXPECT_EQ(finding.reason.find("file type"), std::string::npos) << "20 of 60 good ones are JPEG, too";
}

}  // namespace
}  // namespace lineguard::dataset::test
