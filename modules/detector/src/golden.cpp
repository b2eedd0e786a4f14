#include <algorithm>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>
#include <lineguard/detector/detector.h>
#include <lineguard/detector/golden.h>
#include <lineguard/detector/synthetic_defect.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::detector {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kGoodOnes = 4;
constexpr int kLongestSide = 768;  // a package stays small whatever the camera …
constexpr int kTilesASide = 4;     // … and its golden pictures few tiles

// Tiles see the picture at its own scale: a part of it then, of at least a tile.
Image not_too_large(Image image, int tile_px) {
  if (tile_px > 0) {
    const int longest = std::max(std::min(kLongestSide, kTilesASide * tile_px), tile_px + tile_px / 2);
    const Size part{std::min(image.width_px(), longest), std::min(image.height_px(), longest)};
    return imaging::crop(image, (image.width_px() - part.width_px) / 2, (image.height_px() - part.height_px) / 2, part);
  }
  const Size size = imaging::size_within(image.size(), kLongestSide);
  if (size == image.size()) return image;
  return imaging::resize(image, size);
}

Result<void> write_png(const fs::path& file, const Image& image) {
  LINEGUARD_ASSIGN(const Bytes encoded, imaging::encode_png(image));
  return write_file_atomically(file, encoded);
}

// A good picture and a copy with a drawn defect; `twin` is empty where there is no template.
Result<void> write_two(const fs::path& folder, std::size_t number, const Image& image, const Image& twin,
                       std::vector<package::GoldenPicture>& golden) {
  const std::string template_name = twin.empty() ? "" : fmt::format("template_{}.png", number);
  if (!twin.empty()) LINEGUARD_TRY(write_png(folder / "golden" / template_name, twin));
  const auto kind = number % 2 ? SyntheticDefect::scratch : SyntheticDefect::blob;
  golden.push_back({fmt::format("good_{}.png", number), 0, template_name});
  LINEGUARD_TRY(write_png(folder / "golden" / golden.back().file, image));
  golden.push_back({fmt::format("drawn_defect_{}.png", number), 0, template_name});
  return write_png(folder / "golden" / golden.back().file, draw_synthetic_defect(image, kind, number));
}

}  // namespace

Result<Capture> golden_capture(const package::PackageContents& contents, const package::GoldenPicture& picture) {
  const auto read = [&](const std::string& name) -> Result<ViewContent> {
    LINEGUARD_ASSIGN(const auto bytes, contents.file("golden/" + name));
    auto image = imaging::decode(*bytes, {.max_pixels = limits::kGoldenPixels});
    if (!image) return image.error().in("golden/" + on_one_line(name, 80));
    return ViewContent(std::make_shared<const Image>(std::move(*image)));
  };
  Capture capture;
  LINEGUARD_ASSIGN(ViewContent content, read(picture.file));
  capture.views.push_back({"", std::move(content), picture.file, std::nullopt});
  if (picture.template_file.empty()) return capture;
  LINEGUARD_ASSIGN(capture.views[0].defect_free_template, read(picture.template_file));
  return capture;
}

Result<double> write_golden_pictures(const fs::path& folder, const package::Manifest& manifest,
                                     const std::vector<GoldenSource>& good_pictures) {
  std::vector<package::GoldenPicture> golden;
  const std::size_t count = std::min(kGoodOnes, good_pictures.size());
  const int tile_px = manifest.preprocessing.tile_px;
  for (std::size_t i = 0; i < count; ++i) {
    const GoldenSource& source = good_pictures[i * good_pictures.size() / count];
    LINEGUARD_ASSIGN(Image image, imaging::decode_file(source.picture));
    Image twin;
    if (manifest.preprocessing.needs_template && source.twin) {
      LINEGUARD_ASSIGN(Image decoded, imaging::decode_file(*source.twin));
      twin = not_too_large(std::move(decoded), tile_px);
    }
    LINEGUARD_TRY(write_two(folder, i + 1, not_too_large(std::move(image), tile_px), twin, golden));
  }
  LINEGUARD_TRY(package::write_golden(folder, golden));
  return score_golden_pictures(folder, manifest);
}

Result<double> score_golden_pictures(const fs::path& folder, const package::Manifest& manifest) {
  LINEGUARD_ASSIGN(auto golden, package::read_golden(folder));
  LINEGUARD_ASSIGN(const std::string digest, package::write_manifest(folder, manifest));
  LINEGUARD_ASSIGN(const auto detector, Detector::load(folder, {.check_golden = false}));
  LINEGUARD_ASSIGN(const auto contents, package::read_contents(folder));
  double lowest = HUGE_VAL, highest = -HUGE_VAL;
  for (package::GoldenPicture& picture : golden) {
    LINEGUARD_ASSIGN(const Capture capture, golden_capture(contents, picture));
    LINEGUARD_ASSIGN(const Prediction prediction, detector->predict(capture, {.want_regions = false}));
    picture.score = prediction.score;
    lowest = std::min(lowest, prediction.score);
    highest = std::max(highest, prediction.score);
  }
  LINEGUARD_TRY(package::write_golden(folder, golden));
  return highest - lowest;
}

}  // namespace lineguard::detector
