#include "calibration.h"

#include "bank.h"
#include "map_score.h"
#include "parallel.h"

#include <algorithm>
#include <functional>
#include <mutex>

#include <lineguard/imaging/decode.h>

namespace lineguard::detector {
namespace {

constexpr double kGoodCellsInRegions = 0.005;

Matrix bank_of(const Head& head) {
  Matrix bank(static_cast<std::size_t>(head.bank_size()), static_cast<std::size_t>(head.projected));
  bank.values = head.bank;
  return bank;
}

Matrix project(const Head& head, const Matrix& patches) {
  if (head.projection.empty()) return patches;
  Whitening whitening{head.center,
                      Matrix(static_cast<std::size_t>(head.channels), static_cast<std::size_t>(head.projected))};
  whitening.projection.values = head.projection;
  return apply_whitening(whitening, patches);
}

}  // namespace

Head fit_head(const Matrix& patches, const TrainConfig& config, int grid_cells) {
  Head head;
  head.grid_cells = grid_cells;
  head.channels = head.projected = static_cast<int>(patches.columns);
  head.smoothing_cells = config.smoothing_cells;
  head.top_cells = std::min(config.top_cells, grid_cells * grid_cells);
  const auto seed = static_cast<std::uint64_t>(config.seed);
  if (config.whitening_shrinkage > 0) {
    Whitening whitening = fit_whitening(patches, config.whitening_shrinkage);
    const Matrix white = apply_whitening(whitening, patches);
    head.bank = take_rows(white, choose_coreset(white, config.bank_size, seed)).values;
    head.center = std::move(whitening.center);
    head.projection = std::move(whitening.projection.values);
  } else {
    head.bank = take_rows(patches, choose_coreset(patches, config.bank_size, seed)).values;
  }
  return head;
}

Result<HeldBack> score_held_back(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                                 int grid_cells, int threads, const ProgressFunction& progress) {
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
    Matrix extracted;
    if (!set.complete) {  // only a part of its patches is in memory
      LINEGUARD_ASSIGN(const Image image, imaging::decode_file(picture.file));
      LINEGUARD_ASSIGN(extracted, extractor.extract(image));
    }
    const Matrix& patches = set.complete ? picture.patches : extracted;
    results[i] = score_distances(head, nearest_distances(project(head, patches), bank_of(head)));
    std::lock_guard lock(mutex);
    if (progress) progress("calibrating", ++done, set.pictures.size());
    return {};
  }));
  HeldBack held_back;
  for (const MapScore& result : results) {
    held_back.scores.push_back(result.score);
    held_back.peaks.push_back(*std::ranges::max_element(result.map));
    held_back.cells.insert(held_back.cells.end(), result.map.begin(), result.map.end());
  }
  return held_back;
}

RegionLevels calibrate_regions(HeldBack held_back, std::size_t above) {
  auto& cells = held_back.cells;
  const auto rank = static_cast<std::ptrdiff_t>(static_cast<double>(cells.size()) * (1 - kGoodCellsInRegions));
  std::nth_element(cells.begin(), cells.begin() + rank, cells.end());
  RegionLevels levels;
  levels.inside = cells[static_cast<std::size_t>(rank)];
  std::ranges::sort(held_back.peaks, std::greater<>());
  levels.peak = std::max(levels.inside, held_back.peaks[std::min(above, held_back.peaks.size() - 1)]);
  return levels;
}

}  // namespace lineguard::detector
