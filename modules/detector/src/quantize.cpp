#include "graph_quantize.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/golden.h>
#include <lineguard/detector/quantize.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/features/tiles.h>
#include <lineguard/package/contents.h>
#include <lineguard/package/version.h>

namespace lineguard::detector {
using namespace features;
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostPictures = 100, kMostTiles = 400;

// Tiles of pictures that are spread evenly over the list.
Result<std::vector<Tile>> calibration_tiles(const std::vector<CalibrationPicture>& pictures,
                                            const imaging::Preprocessing& preprocessing, std::size_t& shown,
                                            const ProgressFunction& progress) {
  std::vector<Tile> tiles;
  shown = std::min(pictures.size(), kMostPictures);
  for (std::size_t i = 0; i < shown; ++i) {
    const CalibrationPicture& picture = pictures[i * pictures.size() / shown];
    LINEGUARD_ASSIGN(const Image image, read_picture(picture.file, picture.defect_free_template, preprocessing));
    for (const PixelRect& rect : lay_tiles(preprocessing, image.size())) {
      if (tiles.size() < kMostTiles) tiles.push_back(prepare_tile(image, rect, preprocessing));
    }
    if (progress) progress("reading pictures", i + 1, shown);
  }
  return tiles;
}

// From memory, so that what was verified is what is copied; what was signed was signed for the other model.
Result<void> write_contents(const package::PackageContents& contents, const fs::path& to) {
  for (const auto& [name, bytes] : contents.files) {
    if (name != "manifest.toml") LINEGUARD_TRY(write_file_atomically(to / name, *bytes));
  }
  return {};
}

// With their region rules and the pictures that they were chosen on. Their counts and bounds are those of the other
// model: that is said where they are read.
Result<void> take_over_operating_points(const package::PackageContents& from, const fs::path& folder) {
  for (const std::string& id : package::list_operating_points(folder)) {
    LINEGUARD_ASSIGN(auto point, package::read_ruled_point(from, id));
    point.point.method += "; counts and bounds are those of the f32 package";
    LINEGUARD_ASSIGN(const auto chosen_on, package::read_chosen_on(from.folder, id));
    LINEGUARD_TRY(package::write_ruled_point(folder, point.point, point.rules, chosen_on));
  }
  return {};
}

}  // namespace

Result<QuantizeReport> quantize_into(const fs::path& package, const std::string& precision,
                                     const std::vector<CalibrationPicture>& pictures, const fs::path& folder,
                                     const ProgressFunction& progress) {
  if (precision != "int8" && precision != "bf16")
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("\"{}\" is no precision, allowed: int8, bf16", precision));
  LINEGUARD_ASSIGN(const package::PackageContents contents, package::read_contents(package));
  LINEGUARD_ASSIGN(package::Manifest manifest, package::verify(contents));
  if (manifest.precision != "f32") {
    return make_error(ErrorCode::unsupported,
                      fmt::format("{}: is {} already: quantize the f32 package", package.string(), manifest.precision));
  }
  LINEGUARD_TRY(write_contents(contents, folder));
  QuantizeReport report;
  if (precision == "int8") {
    if (pictures.empty()) return make_error(ErrorCode::invalid_argument, "int8 needs pictures to see ranges in");
    LINEGUARD_ASSIGN(const auto tiles,
                     calibration_tiles(pictures, manifest.preprocessing, report.calibration_pictures, progress));
    LINEGUARD_ASSIGN(report.convolutions, write_quantized_graph(folder / "network.xml", tiles, folder / "network.xml"));
  }
  LINEGUARD_TRY(take_over_operating_points(contents, folder));  // for the golden scores
  manifest.precision = precision;
  manifest.version = package::next_version(folder, manifest.name);
  LINEGUARD_ASSIGN(manifest.golden_spread, score_golden_pictures(folder, manifest));
  report.model = {manifest.name, manifest.version, ""};
  LINEGUARD_ASSIGN(report.model.digest, package::write_manifest(folder, manifest));
  LINEGUARD_TRY(take_over_operating_points(contents, folder));
  return report;
}

Result<QuantizeReport> quantize(const fs::path& package, const std::string& precision,
                                const std::vector<CalibrationPicture>& pictures, const fs::path& out,
                                const ProgressFunction& progress) {
  LINEGUARD_ASSIGN(StagedFolder staged, StagedFolder::create(out));
  LINEGUARD_ASSIGN(QuantizeReport report, quantize_into(package, precision, pictures, staged.path(), progress));
  LINEGUARD_TRY(staged.commit());
  return report;
}

}  // namespace lineguard::detector
