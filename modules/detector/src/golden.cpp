#include "golden.h"

#include "synthetic_defect.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::detector {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kGoodOnes = 4;
constexpr int kLongestSide = 768;  // a package stays small whatever the camera

// Tiles see the picture at its own scale: a part of it then, of at least a tile.
Image not_too_large(Image image, int tile_px) {
  if (tile_px > 0) {
    const int longest = std::max(kLongestSide, tile_px + tile_px / 2);
    const Size part{std::min(image.width_px(), longest), std::min(image.height_px(), longest)};
    return imaging::crop(image, (image.width_px() - part.width_px) / 2, (image.height_px() - part.height_px) / 2, part);
  }
  const int longest = std::max(image.width_px(), image.height_px());
  if (longest <= kLongestSide) return image;
  const double factor = static_cast<double>(kLongestSide) / longest;
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * factor))); };
  return imaging::resize(image, {scaled(image.width_px()), scaled(image.height_px())});
}

Result<void> write_picture(const fs::path& folder, const std::string& name, const Image& image,
                           std::vector<package::GoldenPicture>& golden) {
  LINEGUARD_ASSIGN(const Bytes encoded, imaging::encode_png(image));
  LINEGUARD_TRY(write_file_atomically(folder / "golden" / name, encoded));
  golden.push_back({name, 0});
  return {};
}

}  // namespace

Result<double> write_golden_pictures(const fs::path& folder, const package::Manifest& manifest,
                                     const std::vector<fs::path>& good_pictures) {
  std::vector<package::GoldenPicture> golden;
  const std::size_t count = std::min(kGoodOnes, good_pictures.size());
  for (std::size_t i = 0; i < count; ++i) {
    LINEGUARD_ASSIGN(Image decoded, imaging::decode_file(good_pictures[i * good_pictures.size() / count]));
    const Image image = not_too_large(std::move(decoded), manifest.preprocessing.tile_px);
    LINEGUARD_TRY(write_picture(folder, fmt::format("good_{}.png", i + 1), image, golden));
    const auto kind = i % 2 ? SyntheticDefect::blob : SyntheticDefect::scratch;
    LINEGUARD_TRY(write_picture(folder, fmt::format("drawn_defect_{}.png", i + 1),
                                draw_synthetic_defect(image, kind, i + 1), golden));
  }
  LINEGUARD_TRY(package::write_golden(folder, golden));
  LINEGUARD_ASSIGN(const std::string digest, package::write_manifest(folder, manifest));
  LINEGUARD_ASSIGN(const auto detector, Detector::load(folder, {.check_golden = false}));
  double lowest = HUGE_VAL, highest = -HUGE_VAL;
  for (package::GoldenPicture& picture : golden) {
    LINEGUARD_ASSIGN(const Image image, imaging::decode_file(folder / "golden" / picture.file));
    LINEGUARD_ASSIGN(const Prediction prediction, detector->predict_image(image, {.want_regions = false}));
    picture.score = prediction.score;
    lowest = std::min(lowest, prediction.score);
    highest = std::max(highest, prediction.score);
  }
  LINEGUARD_TRY(package::write_golden(folder, golden));
  return highest - lowest;
}

}  // namespace lineguard::detector
