#include "cross_fitting.h"

#include "box_cells.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <mutex>

#include <lineguard/core/parallel.h>
#include <lineguard/detector/bank.h>
#include <lineguard/detector/map_score.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/features/tiles.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::training {
namespace {

constexpr double kGoodCellsInRegions = 0.005;

}  // namespace

Head fit_head(const Matrix& patches, const TrainConfig& config, int grid_cells) {
  Head head;
  head.grid_cells = grid_cells;
  head.smoothing_cells = config.smoothing_cells;
  head.top_cells = std::min(config.top_cells, grid_cells * grid_cells);
  head.bank = fit_bank(patches, {config.bank_size, config.whitening_shrinkage, config.bank_nearest, config.bank_shares,
                                 static_cast<std::uint64_t>(config.seed)});
  return head;
}

namespace {

// Of one picture, by the head of its fold.
struct Seen {
  std::vector<Distances> tiles;   // of their cells from the bank
  std::vector<float> brightness;  // distances of its areas; none where the model doesn't see it
  Size size;
};

// The distances of each tile's cells; rows of patches beyond the tiles are left out.
std::vector<Distances> distances_of_tiles(const Head& head, const Matrix& patches, std::size_t tiles) {
  const auto cells = static_cast<std::size_t>(head.grid_cells) * static_cast<std::size_t>(head.grid_cells);
  std::vector<Distances> distances;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    Matrix own(cells, patches.columns);
    std::copy_n(patches.row(tile * cells).begin(), own.values.size(), own.values.begin());
    distances.push_back(distances_to(head.bank, own));
  }
  return distances;
}

class CrossFitting {
 public:
  CrossFitting(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config, int grid_cells,
               int threads, const ProgressFunction& progress)
      : set_(set),
        extractor_(extractor),
        config_(config),
        grid_cells_(grid_cells),
        threads_(threads),
        progress_(progress) {}

  Result<CrossFitted> run() {
    LINEGUARD_TRY(fit_folds());
    LINEGUARD_TRY(see_pictures());
    fit_levels();
    LINEGUARD_TRY(score_pictures());
    if (sees_brightness() && with_labels()) keep_brightness();
    if (sees_brightness() && !with_labels()) join_brightness();
    return std::move(cross_fitted_);
  }

 private:
  bool sees_brightness() const { return extractor_.preprocessing().brightness; }
  bool tells_good(std::size_t i) const { return set_.pictures[i].good() && set_.tells_good(set_.pictures[i]); }

  bool with_labels() const { return set_.good_count() < set_.pictures.size(); }

  Result<void> fit_folds() {
    folds_.resize(static_cast<std::size_t>(config_.folds));
    return parallel_for(folds_.size(), threads_, [&](std::size_t i) -> Result<void> {
      const int fold = static_cast<int>(i);
      const Matrix patches = set_.gather(fold);
      if (patches.rows == 0) {
        return make_error(ErrorCode::refused,
                          "everything good lies on one part, or on parts of one fold: nothing is left to calibrate "
                          "with; add pictures of other good parts");
      }
      folds_[i] = fit_head(patches, config_, grid_cells_);
      if (sees_brightness()) folds_[i].brightness = fit_brightness(set_.gather_brightness(fold));
      return {};
    });
  }

  Result<void> see_pictures() {
    seen_.resize(set_.pictures.size());
    std::mutex mutex;
    std::size_t done = 0;
    return parallel_for(seen_.size(), threads_, [&](std::size_t i) -> Result<void> {
      const TrainingPicture& picture = set_.pictures[i];
      const Head& head = folds_[static_cast<std::size_t>(picture.fold)];
      const bool in_memory = set_.complete && picture.good();
      seen_[i].size = picture.size;
      Features extracted;
      if (!in_memory) {
        LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor_.preprocessing()));
        LINEGUARD_ASSIGN(extracted, extractor_.extract(image));
        seen_[i].size = image.size();
      }
      const std::size_t tiles = lay_tiles(extractor_.preprocessing(), seen_[i].size).size();
      seen_[i].tiles = distances_of_tiles(head, in_memory ? picture.patches : extracted.patches, tiles);
      const Matrix& profile = in_memory ? picture.brightness : extracted.brightness;
      if (head.brightness) seen_[i].brightness = brightness_distances(*head.brightness, profile.values);
      std::lock_guard lock(mutex);
      if (progress_) progress_("calibrating", ++done, seen_.size());
      return {};
    });
  }

  // Where people drew boxes, or each picture has its twin, cells draw the outlines, better than any smoothing.
  void fit_levels() {
    if (config_.templates || draws_boxes(set_)) return;
    std::vector<const std::vector<float>*> maps;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!tells_good(i)) continue;
      for (const Distances& tile : seen_[i].tiles) maps.push_back(&tile.for_map);
    }
    if (maps.empty()) return;
    Head& any = folds_[0];
    if (config_.tile_px == 0) any.place_weights = fit_place_weights(any, maps);
    any.levels = fit_map_levels(any, maps);
    for (Head& head : folds_) {
      head.place_weights = any.place_weights;
      head.levels = any.levels;
    }
    cross_fitted_.place_weights = any.place_weights;
    cross_fitted_.levels = any.levels;
  }

  // The map is merged, the score that of the worst tile.
  Result<void> score_pictures() {
    cross_fitted_.scored.resize(seen_.size());
    return parallel_for(seen_.size(), threads_, [&](std::size_t i) -> Result<void> {
      const Head& head = folds_[static_cast<std::size_t>(set_.pictures[i].fold)];
      MapScore& scored = cross_fitted_.scored[i];
      std::vector<std::vector<float>> maps;
      scored.score = -std::numeric_limits<double>::infinity();
      for (Distances& tile : seen_[i].tiles) {
        MapScore of_tile = score_distances(head, std::move(tile));
        maps.push_back(std::move(of_tile.map));
        scored.score = std::max(scored.score, of_tile.score);
      }
      const imaging::Preprocessing& preprocessing = extractor_.preprocessing();
      const PixelRect area = region_of_interest(preprocessing, seen_[i].size);
      scored.map = merge_tiles(lay_tiles(preprocessing, seen_[i].size), maps, area).values;
      return {};
    });
  }

  void keep_brightness() {
    cross_fitted_.brightness = fit_brightness(set_.gather_brightness());
    for (const Seen& seen : seen_) cross_fitted_.highest_brightness.push_back(std::ranges::max(seen.brightness));
  }

  void join_brightness() {
    std::vector<double> scores, highest;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!tells_good(i)) continue;
      scores.push_back(cross_fitted_.scored[i].score);
      highest.push_back(std::ranges::max(seen_[i].brightness));
    }
    Brightness all = fit_brightness(set_.gather_brightness());
    weigh_brightness(scores, highest, config_.brightness, all);
    const double alone = rise_to_divert(cross_fitted_.scored);
    std::vector<MapScore> joined = cross_fitted_.scored;
    for (std::size_t i = 0; i < seen_.size(); ++i) add_brightness(all, seen_[i].brightness, grid_cells_, joined[i]);
    // What raises the patches' score by one spread, and brightness likewise, raises both together by so much.
    const bool told = all.weight > 0 && alone > 0;
    cross_fitted_.brightness_gain = told ? 1 - rise_to_divert(joined) / (1 + config_.brightness) / alone : 0;
    if (cross_fitted_.brightness_gain <= 0) return;
    cross_fitted_.scored = std::move(joined);
    cross_fitted_.brightness = std::move(all);
  }

  // How far above the middle good part's a score has to be for its part to be diverted.
  double rise_to_divert(const std::vector<MapScore>& scored) const {
    stats::WorstOfParts good;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (tells_good(i)) good.add(set_.pictures[i].sample->part, scored[i].score);
    }
    const std::vector<double> scores = good.scores();
    const auto threshold = stats::threshold_for_overkill(scores, config_.max_overkill, config_.confidence);
    return (threshold ? threshold->threshold : std::ranges::max(scores)) - stats::median(scores);
  }

  const TrainingSet& set_;
  const FeatureExtractor& extractor_;
  const TrainConfig& config_;
  const int grid_cells_;
  const int threads_;
  const ProgressFunction& progress_;
  std::vector<Head> folds_;
  std::vector<Seen> seen_;
  CrossFitted cross_fitted_;
};

}  // namespace

Result<CrossFitted> cross_fit(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                              int grid_cells, int threads, const ProgressFunction& progress) {
  return CrossFitting(set, extractor, config, grid_cells, threads, progress).run();
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

}  // namespace lineguard::training
