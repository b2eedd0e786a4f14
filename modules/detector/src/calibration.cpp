#include "calibration.h"

#include "bank.h"
#include "map_score.h"
#include "template_pair.h"
#include "tiles.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <mutex>

#include <lineguard/core/parallel.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::detector {
namespace {

constexpr double kGoodCellsInRegions = 0.005;

}  // namespace

MapScore score_tiles(const Head& head, const Matrix& patches, const package::Preprocessing& preprocessing,
                     Size picture) {
  const auto tiles = lay_tiles(preprocessing, picture);
  const auto cells = static_cast<std::size_t>(head.grid_cells) * static_cast<std::size_t>(head.grid_cells);
  std::vector<std::vector<float>> maps;
  double score = -std::numeric_limits<double>::infinity();
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    Matrix own(cells, patches.columns);
    std::copy_n(patches.row(tile * cells).begin(), own.values.size(), own.values.begin());
    MapScore scored = score_patches(head, own);
    maps.push_back(std::move(scored.map));
    score = std::max(score, scored.score);
  }
  return {merge_tiles(tiles, maps, region_of_interest(preprocessing, picture)).values, score};
}

Head fit_head(const Matrix& patches, const TrainConfig& config, int grid_cells) {
  Head head;
  head.grid_cells = grid_cells;
  head.smoothing_cells = config.smoothing_cells;
  head.top_cells = std::min(config.top_cells, grid_cells * grid_cells);
  head.bank = fit_bank(patches, {config.bank_size, config.whitening_shrinkage, config.bank_nearest, config.bank_shares,
                                 static_cast<std::uint64_t>(config.seed)});
  return head;
}

Result<std::vector<MapScore>> score_held_back(const TrainingSet& set, const FeatureExtractor& extractor,
                                              const TrainConfig& config, int grid_cells, int threads,
                                              const ProgressFunction& progress) {
  std::vector<Head> heads(static_cast<std::size_t>(config.folds));
  LINEGUARD_TRY(parallel_for(heads.size(), threads, [&](std::size_t fold) -> Result<void> {
    heads[fold] = fit_head(set.gather(static_cast<int>(fold)), config, grid_cells);
    return {};
  }));
  std::vector<MapScore> results(set.pictures.size());
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(set.pictures.size(), threads, [&](std::size_t i) -> Result<void> {
    const TrainingPicture& picture = set.pictures[i];
    const Head& head = heads[static_cast<std::size_t>(picture.fold)];
    const bool in_memory = set.complete && picture.good();
    Size size = picture.size;
    Matrix extracted;
    if (!in_memory) {
      LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor.preprocessing()));
      LINEGUARD_ASSIGN(extracted, extractor.extract(image));
      size = image.size();
    }
    results[i] = score_tiles(head, in_memory ? picture.patches : extracted, extractor.preprocessing(), size);
    std::lock_guard lock(mutex);
    if (progress) progress("calibrating", ++done, set.pictures.size());
    return {};
  }));
  return results;
}

std::vector<MapScore> good_ones(const TrainingSet& set, const std::vector<MapScore>& scored) {
  std::vector<MapScore> good;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (set.pictures[i].good() && set.tells_good(set.pictures[i])) good.push_back(scored[i]);
  }
  return good;
}

double peak_level(const std::vector<MapScore>& good, std::size_t above) {
  std::vector<double> peaks;
  for (const MapScore& picture : good) peaks.push_back(*std::ranges::max_element(picture.map));
  std::ranges::sort(peaks, std::greater<>());
  return peaks[std::min(above, peaks.size() - 1)];
}

RegionLevels calibrate_regions(const std::vector<MapScore>& good, std::size_t above) {
  std::vector<float> cells;
  for (const MapScore& picture : good) cells.insert(cells.end(), picture.map.begin(), picture.map.end());
  const auto rank = static_cast<std::ptrdiff_t>(static_cast<double>(cells.size()) * (1 - kGoodCellsInRegions));
  std::nth_element(cells.begin(), cells.begin() + rank, cells.end());
  RegionLevels levels;
  levels.inside = cells[static_cast<std::size_t>(rank)];
  levels.peak = std::max(levels.inside, peak_level(good, above));
  return levels;
}

}  // namespace lineguard::detector
