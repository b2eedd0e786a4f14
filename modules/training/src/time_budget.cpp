#include "time_budget.h"

#include "cross_fitting.h"
#include "fixed_settings.h"
#include "preprocessing_of.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/installed_backbone.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/features/tiles.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/infer/network.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::training {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostPictures = 8;  // enough patches for a bank of the size that it will have
constexpr int kRuns = 7;

Result<std::vector<Image>> read_some(const dataset::Dataset& dataset) {
  std::vector<Image> images;
  for (const dataset::Sample& sample : dataset.samples) {
    if (images.size() == kMostPictures) break;
    if (sample.label != Label::good) continue;
    if (auto image = imaging::decode_file(sample.image)) images.push_back(std::move(*image));
  }
  if (images.empty()) return make_error(ErrorCode::refused, dataset.root.string() + ": no good picture can be read");
  return images;
}

// A detector of these members with a bank of a few pictures: it takes as long as the one that will be trained.
Result<void> write_trial_graph(const TrainConfig& config, const imaging::Preprocessing& preprocessing,
                               const std::vector<Image>& images, const fs::path& folder) {
  Backbone backbone{config.backbone_file, config.taps, config.mean, config.scale};
  if (backbone.file.empty()) {
    LINEGUARD_ASSIGN(backbone.file, find_installed_backbone());
  }
  if (backbone.taps.empty()) {
    LINEGUARD_ASSIGN(backbone.taps, choose_taps(backbone, preprocessing.input_px));
  }
  std::vector<fs::path> files;
  Mixture mixture;
  for (std::size_t input = 0; input < input_count(preprocessing); ++input) {
    const imaging::Preprocessing one = of_input(preprocessing, input);
    const int grid = one.input_px / kGridStride;
    FeatureLayout layout{one.input_px, grid, kPoolCells, true, {}, {}};
    layout.brightness = one.brightness;
    files.push_back(folder / fmt::format("features_{}.xml", input));
    LINEGUARD_TRY(write_feature_graph(backbone, layout, files.back()));
    LINEGUARD_ASSIGN(const auto extractor, FeatureExtractor::load(files.back(), one, 1));
    Matrix patches;
    for (const Image& image : images) {
      LINEGUARD_ASSIGN(const Features features, extractor.extract(image));
      append_rows(patches, features.patches);
    }
    for (const MemberConfig& member : config.members) {
      if (member.input_px == one.input_px && member.lighting == one.lighting)
        mixture.members.push_back({input, fit_head(patches, config, member.whitening, grid), {}, {}});
    }
  }
  mixture.grid_cells = mixture.members.front().head.grid_cells;
  return write_detector_graph(files, mixture, {}, folder / "network.xml");
}

Result<double> median_ms(const infer::Network& network, const imaging::Preprocessing& preprocessing,
                         const Image& image) {
  std::vector<double> times;
  for (int run = 0; run < kRuns; ++run) {
    const SteadyTime start = system_clock().now();
    for (const PixelRect& rect : lay_tiles(preprocessing, image.size()))
      LINEGUARD_TRY(network.run(prepare_tile(image, rect, preprocessing), tile_shape(preprocessing)));
    times.push_back(milliseconds_between(start, system_clock().now()));
  }
  return stats::median(times);
}

Result<double> time_of(TrainConfig config, Speed speed, const std::vector<Image>& images, const fs::path& folder) {
  config.members = members_of(speed);
  const bool templates = false;  // a template costs no more than a colour picture
  config.members = resolve_members(config, templates);
  const imaging::Preprocessing preprocessing = preprocessing_of(config, templates);
  LINEGUARD_TRY(write_trial_graph(config, preprocessing, images, folder));
  LINEGUARD_ASSIGN(const infer::Network network, infer::Network::load(folder / "network.xml", {}));
  return median_ms(network, preprocessing, images.front());
}

}  // namespace

Result<FittingSpeed> fastest_that_fits(const dataset::Dataset& dataset, const TrainConfig& config,
                                       const TrainOptions& options, const fs::path& folder) {
  LINEGUARD_ASSIGN(const auto images, read_some(dataset));
  const fs::path trial = folder / "time_budget";
  fs::create_directories(trial);
  const double allowed = options.time_per_picture_ms;
  double least = 0;
  for (const Speed speed : {Speed::thorough, Speed::balanced, Speed::fast}) {
    LINEGUARD_ASSIGN(least, time_of(config, speed, images, trial));
    if (least > allowed) continue;
    fs::remove_all(trial);
    return FittingSpeed{speed, fmt::format("{:.1f} ms a picture on one core here ({}), of the {:g} ms allowed", least,
                                           to_string(speed), allowed)};
  }
  return make_error(ErrorCode::refused,
                    fmt::format("--time-per-picture {:g}ms: nothing fits; the fastest takes {:.1f} ms a picture on one "
                                "core here, without decoding",
                                allowed, least));
}

}  // namespace lineguard::training
