#include "labelled_training.h"

#include "box_cells.h"
#include "fixed_settings.h"
#include "head_fitting.h"
#include "labelled_samples.h"
#include "labelled_scores.h"
#include "region_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <lineguard/detector/boxes.h>
#include <lineguard/detector/fusion.h>
#include <lineguard/detector/labelled_map.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::training {
namespace {

constexpr double kPicturesBelowPeak = 0.95;
constexpr double kGoodBelowFloor = 0.99, kGoodCellsBelowFloor = 0.999, kGoodAtLevel = 0.98;

// The level of fused cells that agrees best with what they are.
double best_level(const std::vector<CellScores>& cells, const CellFusion& fusion) {
  std::vector<float> values;
  std::vector<bool> is_defect;
  for (const CellScores& cell : cells) {
    values.push_back(static_cast<float>(fusion.at(cell.logit, cell.distance)));
    is_defect.push_back(cell.defective);
  }
  return best_threshold(values, is_defect);
}

Box part_inside(const Box& box, const PixelRect& area) {
  const double right = area.x + area.size.width_px, bottom = area.y + area.size.height_px;
  const double left = std::max<double>(box.x, area.x), top = std::max<double>(box.y, area.y);
  return {left, top, std::min(box.x + box.width, right) - left, std::min(box.y + box.height, bottom) - top};
}

std::vector<Box> drawn_in(const TrainingPicture& picture, const PixelRect& area) {
  std::vector<Box> drawn;
  for (const dataset::LabelledBox& box : picture.sample->boxes) {
    if (middle_inside(box.box, area)) drawn.push_back(part_inside(box.box, area));
  }
  return drawn;
}

class LabelledTrainer {
 public:
  LabelledTrainer(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config, int dense_cells,
                  const CrossFitted& cross_fitted, int threads, const ProgressFunction& progress)
      : set_(set),
        extractor_(extractor),
        config_(config),
        dense_cells_(dense_cells),
        cross_fitted_(cross_fitted),
        threads_(threads),
        progress_(progress) {}

  Result<LabelledTraining> run() {
    trained_.head.classes = classes_of(set_);
    trained_.head.dense_cells = dense_cells_;
    trained_.head.top_cells = kLabelTopCells;
    boxes_ = draws_boxes(set_);
    LINEGUARD_ASSIGN(samples_, collect_labelled(set_, extractor_, config_, trained_.head.classes, boxes_, dense_cells_,
                                                threads_, progress_));
    LINEGUARD_ASSIGN(cells_, score_labelled(set_, samples_, extractor_, config_, trained_.head.classes, boxes_,
                                            threads_, progress_));
    trained_.head.patch = std::move(cells_.of_all.patch);
    trained_.head.picture = std::move(cells_.of_all.picture);
    trained_.head.sides = std::move(cells_.of_all.sides);
    LINEGUARD_TRY(fit_looks());
    join_scores();
    if (trained_.head.patch) {
      join_maps();
      fit_boxes();
    } else {
      keep_maps();
    }
    return std::move(trained_);
  }

 private:
  Result<void> fit_looks() {
    const std::size_t classes = trained_.head.classes.size();
    if (!trained_.head.sides || classes < 2) return {};
    LINEGUARD_ASSIGN(trained_.head.looks, fit_box_classifiers(samples_, config_, classes, threads_));
    return {};
  }

  // Of every picture: what the mixture and the heads say of it when they are made without its part.
  std::vector<PartialScores> partial_scores() const {
    std::vector<PartialScores> partial(set_.pictures.size());
    for (std::size_t i = 0; i < partial.size(); ++i) {
      partial[i].distance = cross_fitted_.scored[i].score;
      if (!cross_fitted_.highest_brightness.empty()) partial[i].brightness = cross_fitted_.highest_brightness[i];
      if (trained_.head.patch) partial[i].patch = mean_of_highest(cells_.maps[i], trained_.head.top_cells);
      partial[i].picture = cells_.picture_values[i];
      partial[i].defective = !set_.pictures[i].good();
    }
    return partial;
  }

  void join_scores() {
    const std::vector<PartialScores> partial = partial_scores();
    std::vector<PartialScores> calibrating;
    for (std::size_t i = 0; i < partial.size(); ++i) {
      if (set_.calibrates(i)) calibrating.push_back(partial[i]);
    }
    trained_.head.fusion = fit_fusion(calibrating);
    std::vector<double> good_distances, good_scores;
    for (const PartialScores& scores : calibrating) {
      if (scores.defective) continue;
      good_distances.push_back(scores.distance);
      good_scores.push_back(fused_score(trained_.head.fusion, scores));
    }
    const double level = stats::quantile(good_scores, kGoodAtLevel);
    trained_.head.score_floor = fit_floor(good_distances, good_scores, kGoodBelowFloor, level);
    for (const PartialScores& scores : partial) trained_.scored.push_back({{}, score_of(trained_.head, scores)});
  }

  std::vector<float> spread_distances(std::size_t i) const {
    const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(cross_fitted_.scored[i].map.size()))));
    return imaging::resize_map({{side, side}, cross_fitted_.scored[i].map}, {dense_cells_, dense_cells_}).values;
  }

  // Two deviations of the map's smoothing, the mean over neighbours and half a cell of the coarsest member, in dense
  // cells.
  int reach_of_distances() const {
    const double cells = 2 * kSmoothingCells + kPoolCells / 2.0 + 0.5;
    const double coarsest = config_.members.back().input_px;  // whose cells are largest
    const double dense_cells_of_cell = kGridStride * extractor_.preprocessing().input_px / coarsest / kLabelStride;
    return std::clamp(static_cast<int>(std::lround(cells * dense_cells_of_cell)), 1, dense_cells_ / 2);
  }

  // Those of pictures that calibrate whose labels say what they are.
  std::vector<CellScores> labelled_cells(const std::vector<std::vector<float>>& distances) const {
    std::vector<CellScores> cells;
    for (std::size_t i = 0; i < cells_.maps.size(); ++i) {
      if (!set_.calibrates(i)) continue;
      const std::vector<int>& labels = samples_[i].labels;
      for (std::size_t cell = 0; cell < labels.size(); ++cell) {
        if (labels[cell] >= 0) cells.push_back({cells_.maps[i][cell], distances[i][cell], labels[cell] > 0});
      }
    }
    return cells;
  }

  // As they are where people drew boxes, or where cells of one kind alone are told.
  CellFusion fusion_of(const std::vector<CellScores>& cells) const {
    const auto defects = std::ranges::count_if(cells, &CellScores::defective);
    if (trained_.head.sides || defects == 0 || defects == std::ssize(cells)) return {};
    std::size_t pictures = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const bool shows = std::ranges::any_of(samples_[i].labels, [](int label) { return label > 0; });
      pictures += shows && set_.calibrates(i) ? 1 : 0;
    }
    return fit_cell_fusion(cells, pictures);
  }

  void join_maps() {
    std::vector<std::vector<float>> distances;
    for (std::size_t i = 0; i < cells_.maps.size(); ++i) distances.push_back(spread_distances(i));
    const std::vector<CellScores> cells = labelled_cells(distances);
    LabelledHead& head = trained_.head;
    head.cell_fusion = fusion_of(cells);
    head.cell_level = best_level(cells, {});
    trained_.levels.inside = best_level(cells, head.cell_fusion);
    head.reach_cells = reach_of_distances();
    std::vector<double> good_cells, good_distances;
    for (std::size_t i = 0; i < cells_.maps.size(); ++i) {
      if (!set_.calibrates(i) || !set_.pictures[i].good()) continue;
      const auto fused = fused_cells(head.cell_fusion, cells_.maps[i], distances[i]);
      good_cells.insert(good_cells.end(), fused.begin(), fused.end());
      good_distances.insert(good_distances.end(), distances[i].begin(), distances[i].end());
    }
    head.map_floor = fit_floor(good_distances, good_cells, kGoodCellsBelowFloor, trained_.levels.inside);
    for (std::size_t i = 0; i < cells_.maps.size(); ++i)
      trained_.scored[i].map = joined_map(head, cells_.maps[i], distances[i]);
  }

  // Boxes tell how large people draw them; masks are followed as they are.
  void fit_boxes() {
    if (trained_.head.sides) return fit_predicted_boxes();
    std::vector<BoxedMap> boxed;
    for (std::size_t i = 0; i < cells_.maps.size(); ++i) {
      const TrainingPicture& picture = set_.pictures[i];
      if (!set_.calibrates(i) || picture.sample->mask || picture.sample->boxes.empty()) continue;
      BoxedMap map{{{dense_cells_, dense_cells_}, trained_.scored[i].map}, cells_.shown[i], {}};
      map.truth = drawn_in(picture, map.area);
      boxed.push_back(std::move(map));
    }
    const RegionFit fit = fit_regions(boxed, trained_.levels.inside, threads_);
    trained_.levels.inside = fit.inside;
    trained_.levels.size_factor = fit.size_factor;
  }

  void fit_predicted_boxes() {
    std::vector<PredictedBoxes> pictures;
    for (std::size_t i = 0; i < cells_.predicted.size(); ++i) {
      if (set_.calibrates(i))
        pictures.push_back({cells_.predicted[i], cells_.shown[i], drawn_in(set_.pictures[i], cells_.shown[i])});
    }
    trained_.levels.inside = fit_box_level(pictures, trained_.levels.inside, threads_).inside;
    trained_.levels.peak = peak_beside_boxes();
  }

  // What the map reaches out of reach of every drawn box, in all but few pictures: there nothing is wrong, so that an
  // outline that is reported beside the boxes must be higher. Templates as good pictures are too good to tell.
  double peak_beside_boxes() const {
    std::vector<double> peaks;
    for (std::size_t i = 0; i < cells_.maps.size(); ++i) {
      const std::vector<int>& labels = samples_[i].labels;
      if (!set_.calibrates(i) || labels.empty()) continue;
      std::vector<float> drawn(labels.size());
      std::ranges::transform(labels, drawn.begin(), [](int label) { return label == 0 ? 0.0F : 1.0F; });
      const auto near_a_box = highest_nearby(drawn, dense_cells_, trained_.head.reach_cells);
      double peak = std::numeric_limits<double>::lowest();
      for (std::size_t cell = 0; cell < labels.size(); ++cell) {
        if (near_a_box[cell] == 0) peak = std::max<double>(peak, trained_.scored[i].map[cell]);
      }
      peaks.push_back(peak);
    }
    return peaks.empty() ? std::numeric_limits<double>::lowest() : stats::quantile(peaks, kPicturesBelowPeak);
  }

  void keep_maps() {
    for (std::size_t i = 0; i < cross_fitted_.scored.size(); ++i) trained_.scored[i].map = cross_fitted_.scored[i].map;
    trained_.levels.inside = calibrate_regions(good_ones(set_, cross_fitted_.scored), 0).inside;
  }

  const TrainingSet& set_;
  const FeatureExtractor& extractor_;
  const TrainConfig& config_;
  const int dense_cells_;
  const CrossFitted& cross_fitted_;
  const int threads_;
  const ProgressFunction& progress_;
  bool boxes_ = false;  // the defects are boxes that people drew
  std::vector<LabelledPicture> samples_;
  LabelledScores cells_;
  LabelledTraining trained_;
};

}  // namespace

std::vector<std::string> classes_of(const TrainingSet& set) {
  std::set<std::string> classes;
  for (const TrainingPicture& picture : set.pictures) {
    if (picture.good()) continue;
    if (picture.sample->mask) classes.insert(picture.sample->class_name);
    for (const dataset::LabelledBox& box : picture.sample->boxes) {
      if (!picture.sample->mask) classes.insert(box.class_name);
    }
  }
  return {classes.begin(), classes.end()};
}

Result<LabelledTraining> train_labelled(const TrainingSet& set, const FeatureExtractor& extractor,
                                        const TrainConfig& config, int dense_cells, const CrossFitted& cross_fitted,
                                        int threads, const ProgressFunction& progress) {
  return LabelledTrainer(set, extractor, config, dense_cells, cross_fitted, threads, progress).run();
}

}  // namespace lineguard::training
