// Sets made of small pictures and masks, and what check_dataset() says of them.
#pragma once

#include "dataset_builder.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lineguard/dataset/check.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::dataset::test {

struct PictureKind {
  Size size{24, 16};
  int channels = 1;
  PixelDepth depth = PixelDepth::u8;
};

class CheckDataset : public DatasetTest {
 protected:
  // Pictures with the same `seed` are equal.
  void add_picture(const std::string& name, int seed, const PictureKind& kind = {}) {
    Image image(kind.size, kind.channels, kind.depth);
    auto bytes = image.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(seed + i * (i + 3) % 251);
    add_image(name, image);
  }
  void add_mask(const std::string& name, bool marked, Size size = PictureKind{}.size) {
    Image mask(size, 1);
    if (marked) mask.row_u8(2)[3] = 113;
    add_image(name, mask);
  }
  void add_image(const std::string& name, const Image& image) {
    const auto png = imaging::encode_png(image);
    ASSERT_TRUE(png) << png.error().message;
    ASSERT_TRUE(write_file_atomically(folder_ / name, *png));
  }
  void add_good(int count, const std::string& folder = "train/good/") {
    for (int i = 0; i < count; ++i) add_picture(folder + "n" + std::to_string(100 + i) + ".png", i);
  }
  // Lines of a CSV for add_good(count, ""), each a part of its own; `between` are columns between label and part.
  static std::string good_lines(int count, const std::string& between = "") {
    std::string lines;
    for (int i = 0; i < count; ++i)
      lines += "n" + std::to_string(100 + i) + ".png,good," + between + std::to_string(i) + "\n";
    return lines;
  }
  // `name` becomes the picture's first half.
  void truncate(const std::string& name) {
    const auto content = read_text_file(folder_ / name);
    ASSERT_TRUE(content);
    add(name, std::string_view(*content).substr(0, content->size() / 2));
  }
  CheckReport check(int threads = 2, const std::string& name = "") {
    auto report = check_dataset(read({}, name), CheckOptions{threads});
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(report).value() : CheckReport{};
  }
  // The only finding of that check.
  static Finding only(const CheckReport& report, std::string_view check) {
    const Finding* found = nullptr;
    for (const Finding& finding : report.findings) {
      if (finding.check != check) continue;
      EXPECT_EQ(found, nullptr) << "two findings of " << check;
      found = &finding;
    }
    EXPECT_NE(found, nullptr) << "no finding of " << check;
    return found ? *found : Finding{};
  }
  static void expect_blocker(const CheckReport& report, std::string_view check, const std::vector<std::string>& files) {
    const Finding finding = only(report, check);
    EXPECT_EQ(finding.severity, Severity::blocker);
    EXPECT_EQ(finding.files, files);
    EXPECT_FALSE(finding.reason.empty());
    EXPECT_FALSE(finding.advice.empty());
    EXPECT_EQ(report.blockers().size(), 1u);
    EXPECT_EQ(report.blockers({std::string(check)}).empty(), is_allowable(check));
  }
};

}  // namespace lineguard::dataset::test
