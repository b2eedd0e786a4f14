#include "labelled_training.h"

#include "box_cells.h"
#include "fixed_settings.h"
#include "head_fitting.h"
#include "labelled_samples.h"
#include "region_fit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <set>

#include <lineguard/core/parallel.h>
#include <lineguard/detector/boxes.h>
#include <lineguard/detector/fusion.h>
#include <lineguard/detector/labelled_map.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::training {
namespace {

constexpr double kPicturesBelowPeak = 0.95;
constexpr double kGoodBelowFloor = 0.99, kGoodCellsBelowFloor = 0.999, kGoodAtLevel = 0.98;

// log(P(any defect) / P(good)) of one row of logits.
float defect_logit(std::span<const float> logits) {
  const float highest = *std::ranges::max_element(logits.subspan(1));
  float sum = 0;
  for (const float logit : logits.subspan(1)) sum += std::exp(logit - highest);
  return highest + std::log(sum) - logits[0];
}

double mean_of_highest(std::vector<float> values, int count) {
  const auto top = std::min(static_cast<std::ptrdiff_t>(count), std::ssize(values));
  std::partial_sort(values.begin(), values.begin() + top, values.end(), std::greater<>());
  return std::accumulate(values.begin(), values.begin() + top, 0.0) / static_cast<double>(top);
}

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
  LabelledTrainer(const TrainingSet& set, const FeatureExtractor& extractor, int dense_cells,
                  const CrossFitted& cross_fitted, const TrainingWork& work)
      : set_(set), extractor_(extractor), dense_cells_(dense_cells), cross_fitted_(cross_fitted), work_(work) {}

  Result<LabelledTraining> run() {
    trained_.head.classes = classes_of(set_);
    trained_.head.dense_cells = dense_cells_;
    trained_.head.top_cells = kLabelTopCells;
    boxes_ = draws_boxes(set_);
    LINEGUARD_ASSIGN(samples_, collect_labelled(set_, extractor_, trained_.head.classes, boxes_, dense_cells_, work_));
    LINEGUARD_TRY(fit_all());
    LINEGUARD_TRY(score_all());
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
  Result<void> fit_all() {
    LINEGUARD_ASSIGN(fold_heads_, fit_heads(set_, samples_, trained_.head.classes, boxes_, work_));
    trained_.head.patch = fold_heads_[0].patch;
    trained_.head.picture = fold_heads_[0].picture;
    trained_.head.sides = fold_heads_[0].sides;
    const std::size_t classes = trained_.head.classes.size();
    if (trained_.head.sides && classes > 1) {
      LINEGUARD_ASSIGN(trained_.head.looks, fit_box_classifiers(samples_, work_.config, classes, work_.threads));
    }
    return {};
  }

  Result<void> score_all() {
    partial_.resize(set_.pictures.size());
    maps_.resize(set_.pictures.size());
    shown_.resize(set_.pictures.size());
    predicted_.resize(set_.pictures.size());
    return parallel_for(set_.pictures.size(), work_.threads, [&](std::size_t i) -> Result<void> {
      const TrainingPicture& picture = set_.pictures[i];
      // Nothing rests on the scores of those that do not calibrate.
      const Heads& heads = fold_heads_[set_.calibrates(i) ? static_cast<std::size_t>(picture.fold) + 1 : 0];
      partial_[i].distance = cross_fitted_.scored[i].score;
      if (!cross_fitted_.highest_brightness.empty()) partial_[i].brightness = cross_fitted_.highest_brightness[i];
      partial_[i].defective = !picture.good();
      if (trained_.head.picture && heads.picture) {
        partial_[i].picture = heads.picture->apply(samples_[i].pooled)[0];
      }
      if (!trained_.head.patch) return {};
      LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor_.preprocessing()));
      shown_[i] = shown_by(picture, image, extractor_.preprocessing()).area;
      LINEGUARD_ASSIGN(const Features features,
                       extractor_.extract_all(prepare_tile(image, extractor_.preprocessing())));
      maps_[i].assign(features.dense.rows, 0);
      if (heads.patch) {
        Matrix logits = heads.patch->apply(features.dense);
        for (std::size_t cell = 0; cell < logits.rows; ++cell) maps_[i][cell] = defect_logit(logits.row(cell));
        if (heads.sides && set_.calibrates(i)) {
          const BoxMaps maps = box_maps(std::move(logits), heads.sides->apply(features.dense));
          predicted_[i] = boxes_of_cells(maps, shown_[i], kFaintestOdds);
        }
      }
      partial_[i].patch = mean_of_highest(maps_[i], trained_.head.top_cells);
      return {};
    });
  }

  void join_scores() {
    std::vector<PartialScores> calibrating;
    for (std::size_t i = 0; i < partial_.size(); ++i) {
      if (set_.calibrates(i)) calibrating.push_back(partial_[i]);
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
    for (const PartialScores& scores : partial_) {
      const double fused = fused_score(trained_.head.fusion, scores);
      trained_.scored.push_back({{}, std::max(fused, trained_.head.score_floor.at(scores.distance))});
    }
  }

  std::vector<float> spread_distances(std::size_t i) const {
    const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(cross_fitted_.scored[i].map.size()))));
    return imaging::resize_map({{side, side}, cross_fitted_.scored[i].map}, {dense_cells_, dense_cells_}).values;
  }

  // Two deviations of the map's smoothing, the mean over neighbours and half a cell of the coarsest member, in dense
  // cells.
  int reach_of_distances() const {
    const double cells = 2 * kSmoothingCells + kPoolCells / 2.0 + 0.5;
    const double coarsest = work_.config.members.back().input_px;  // whose cells are largest
    const double dense_cells_of_cell = kGridStride * extractor_.preprocessing().input_px / coarsest / kLabelStride;
    return std::clamp(static_cast<int>(std::lround(cells * dense_cells_of_cell)), 1, dense_cells_ / 2);
  }

  // Those of pictures that calibrate whose labels say what they are.
  std::vector<CellScores> labelled_cells(const std::vector<std::vector<float>>& distances) const {
    std::vector<CellScores> cells;
    for (std::size_t i = 0; i < maps_.size(); ++i) {
      if (!set_.calibrates(i)) continue;
      const std::vector<int>& labels = samples_[i].labels;
      for (std::size_t cell = 0; cell < labels.size(); ++cell) {
        if (labels[cell] >= 0) cells.push_back({maps_[i][cell], distances[i][cell], labels[cell] > 0});
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
    for (std::size_t i = 0; i < maps_.size(); ++i) distances.push_back(spread_distances(i));
    const std::vector<CellScores> cells = labelled_cells(distances);
    LabelledHead& head = trained_.head;
    head.cell_fusion = fusion_of(cells);
    head.cell_level = best_level(cells, {});
    trained_.levels.inside = best_level(cells, head.cell_fusion);
    head.reach_cells = reach_of_distances();
    std::vector<double> good_cells, good_distances;
    for (std::size_t i = 0; i < maps_.size(); ++i) {
      if (!set_.calibrates(i) || !set_.pictures[i].good()) continue;
      const auto fused = fused_cells(head.cell_fusion, maps_[i], distances[i]);
      good_cells.insert(good_cells.end(), fused.begin(), fused.end());
      good_distances.insert(good_distances.end(), distances[i].begin(), distances[i].end());
    }
    head.map_floor = fit_floor(good_distances, good_cells, kGoodCellsBelowFloor, trained_.levels.inside);
    for (std::size_t i = 0; i < maps_.size(); ++i) trained_.scored[i].map = joined_map(head, maps_[i], distances[i]);
  }

  // Boxes tell how large people draw them; masks are followed as they are.
  void fit_boxes() {
    if (trained_.head.sides) return fit_predicted_boxes();
    std::vector<BoxedMap> boxed;
    for (std::size_t i = 0; i < maps_.size(); ++i) {
      const TrainingPicture& picture = set_.pictures[i];
      if (!set_.calibrates(i) || picture.sample->mask || picture.sample->boxes.empty()) continue;
      BoxedMap map{{{dense_cells_, dense_cells_}, trained_.scored[i].map}, shown_[i], {}};
      map.truth = drawn_in(picture, map.area);
      boxed.push_back(std::move(map));
    }
    const RegionFit fit = fit_regions(boxed, trained_.levels.inside, work_.threads);
    trained_.levels.inside = fit.inside;
    trained_.levels.size_factor = fit.size_factor;
  }

  void fit_predicted_boxes() {
    std::vector<PredictedBoxes> pictures;
    for (std::size_t i = 0; i < predicted_.size(); ++i) {
      if (set_.calibrates(i)) pictures.push_back({predicted_[i], shown_[i], drawn_in(set_.pictures[i], shown_[i])});
    }
    trained_.levels.inside = fit_box_level(pictures, trained_.levels.inside, work_.threads).inside;
    trained_.levels.peak = peak_beside_boxes();
  }

  // What the map reaches out of reach of every drawn box, in all but few pictures: there nothing is wrong, so that an
  // outline that is reported beside the boxes must be higher. Templates as good pictures are too good to tell.
  double peak_beside_boxes() const {
    std::vector<double> peaks;
    for (std::size_t i = 0; i < maps_.size(); ++i) {
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
  const int dense_cells_;
  const CrossFitted& cross_fitted_;
  const TrainingWork& work_;
  bool boxes_ = false;  // the defects are boxes that people drew
  std::vector<LabelledPicture> samples_;
  std::vector<Heads> fold_heads_;  // as fit_heads() gives them
  std::vector<PartialScores> partial_;
  std::vector<std::vector<float>> maps_;         // log odds of the patch head's cells
  std::vector<PixelRect> shown_;                 // of each picture
  std::vector<std::vector<CellBox>> predicted_;  // boxes of its cells, where people drew boxes
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

Result<LabelledTraining> train_labelled(const TrainingSet& set, const FeatureExtractor& extractor, int dense_cells,
                                        const CrossFitted& cross_fitted, const TrainingWork& work) {
  return LabelledTrainer(set, extractor, dense_cells, cross_fitted, work).run();
}

}  // namespace lineguard::training
