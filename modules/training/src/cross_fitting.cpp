#include "cross_fitting.h"

#include "fixed_settings.h"
#include "labels/box_cells.h"

#include <algorithm>
#include <mutex>

#include <lineguard/core/parallel.h>
#include <lineguard/features/tiles.h>

namespace lineguard::training {

Head fit_head(const Matrix& patches, const TrainConfig& config, double whitening, int grid_cells) {
  Head head;
  head.grid_cells = grid_cells;
  head.smoothing_cells = kSmoothingCells;
  head.top_cells = std::min(kTopCells, grid_cells * grid_cells);
  head.bank = fit_bank(patches, {.size = config.bank_size,
                                 .whitening_shrinkage = whitening,
                                 .shares = kBankShares,
                                 .seed = static_cast<std::uint64_t>(config.seed)});
  return head;
}

namespace {

// Of one picture, by the head of its fold.
struct PictureDistances {
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
  CrossFitting(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config, double whitening,
               int threads, const ProgressFunction& progress)
      : set_(set),
        extractor_(extractor),
        config_(config),
        whitening_(whitening),
        grid_cells_(extractor.preprocessing().input_px / kGridStride),
        threads_(threads),
        progress_(progress) {}

  Result<FittedMember> run() {
    LINEGUARD_TRY(fit_folds());
    LINEGUARD_TRY(measure_distances());
    fit_levels();
    for (std::size_t i = 0; i < measured_.size(); ++i) score_picture(i);
    return std::move(member_);
  }

 private:
  // The last is the one of all good pictures.
  Result<void> fit_folds() {
    heads_.resize(static_cast<std::size_t>(config_.folds) + 1);
    brightness_.resize(heads_.size());
    const bool sees_brightness = extractor_.preprocessing().brightness;
    return parallel_for(heads_.size(), threads_, [&](std::size_t i) -> Result<void> {
      const int left_out = static_cast<int>(i) < config_.folds ? static_cast<int>(i) : -1;
      const Matrix patches = set_.gather(left_out);
      if (patches.rows == 0) {
        return make_error(ErrorCode::refused,
                          "everything good lies on one part, or on parts of one fold: nothing is left to calibrate "
                          "with; add pictures of other good parts");
      }
      heads_[i] = fit_head(patches, config_, whitening_, grid_cells_);
      if (sees_brightness) brightness_[i] = fit_brightness(set_.gather_brightness(left_out));
      return {};
    });
  }

  Result<void> measure_distances() {
    measured_.resize(set_.pictures.size());
    std::mutex mutex;
    std::size_t done = 0;
    return parallel_for(measured_.size(), threads_, [&](std::size_t i) -> Result<void> {
      const TrainingPicture& picture = set_.pictures[i];
      const auto fold = static_cast<std::size_t>(picture.fold);
      const bool in_memory = set_.complete && picture.good();
      PictureDistances& measured = measured_[i];
      measured.size = picture.size;
      Features extracted;
      if (!in_memory) {
        LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor_.preprocessing()));
        LINEGUARD_ASSIGN(extracted, extractor_.extract(image));
        measured.size = image.size();
      }
      const std::size_t tiles = lay_tiles(extractor_.preprocessing(), measured.size).size();
      measured.tiles = distances_of_tiles(heads_[fold], in_memory ? picture.patches : extracted.patches, tiles);
      const Matrix& profile = in_memory ? picture.brightness : extracted.brightness;
      if (extractor_.preprocessing().brightness)
        measured.brightness = brightness_distances(brightness_[fold], profile.values);
      std::lock_guard lock(mutex);
      if (progress_) progress_("calibrating", ++done, measured_.size());
      return {};
    });
  }

  // Where people drew boxes, or each picture has its twin, cells draw the outlines, better than any smoothing.
  void fit_levels() {
    member_.head = std::move(heads_.back());
    if (extractor_.preprocessing().needs_template || (set_.learns_defects && draws_boxes(set_))) return;
    std::vector<const std::vector<float>*> maps;
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      if (!set_.pictures[i].good() || !set_.tells_good(set_.pictures[i])) continue;
      for (const Distances& tile : measured_[i].tiles) maps.push_back(&tile.for_map);
    }
    if (maps.empty()) return;
    if (config_.tile_px == 0) member_.head.place_weights = fit_place_weights(member_.head, maps);
    member_.head.levels = fit_map_levels(member_.head, maps);
  }

  void score_picture(std::size_t i) {
    PictureDistances& measured = measured_[i];
    std::vector<MapScore> tiles;
    for (Distances& tile : measured.tiles) tiles.push_back(score_distances(member_.head, std::move(tile)));
    member_.tiles.push_back(std::move(tiles));
    member_.sizes.push_back(measured.size);
    member_.area_distances.push_back(std::move(measured.brightness));
  }

  const TrainingSet& set_;
  const FeatureExtractor& extractor_;
  const TrainConfig& config_;
  const double whitening_;
  const int grid_cells_;
  const int threads_;
  const ProgressFunction& progress_;
  std::vector<Head> heads_;             // of the folds, then of all
  std::vector<Brightness> brightness_;  // likewise
  std::vector<PictureDistances> measured_;
  FittedMember member_;
};

}  // namespace

Result<FittedMember> cross_fit(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                               double whitening, int threads, const ProgressFunction& progress) {
  return CrossFitting(set, extractor, config, whitening, threads, progress).run();
}

}  // namespace lineguard::training
