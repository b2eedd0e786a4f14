#include "labelled_scores.h"

#include <lineguard/core/parallel.h>
#include <lineguard/detector/fusion.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::training {
namespace {

// Cells of one picture, and the boxes that they predict.
Result<void> score_cells(const TrainingPicture& picture, const Heads& heads, const FeatureExtractor& extractor,
                         bool wants_boxes, std::size_t i, LabelledScores& scores) {
  LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor.preprocessing()));
  scores.shown[i] = shown_by(picture, image, extractor.preprocessing()).area;
  LINEGUARD_ASSIGN(const Features features, extractor.extract_all(prepare_tile(image, extractor.preprocessing())));
  scores.maps[i].assign(features.dense.rows, 0);
  if (!heads.patch) return {};
  Matrix outputs = heads.patch->apply(features.dense);
  scores.maps[i] = defect_logits(outputs);
  if (!heads.sides || !wants_boxes) return {};
  const BoxMaps maps = box_maps(std::move(outputs), heads.sides->apply(features.dense));
  scores.predicted[i] = boxes_of_cells(maps, scores.shown[i], kFaintestOdds);
  return {};
}

}  // namespace

Result<LabelledScores> score_labelled(const TrainingSet& set, const std::vector<LabelledPicture>& samples,
                                      const FeatureExtractor& extractor, const TrainConfig& config,
                                      const std::vector<std::string>& classes, bool boxes, int threads,
                                      const ProgressFunction& progress) {
  LINEGUARD_ASSIGN(std::vector<Heads> heads, fit_heads(set, samples, config, classes, boxes, threads, progress));
  const std::size_t count = set.pictures.size();
  LabelledScores scores;
  scores.picture_values.resize(count);
  scores.maps.resize(count);
  scores.shown.resize(count);
  scores.predicted.resize(count);
  LINEGUARD_TRY(parallel_for(count, threads, [&](std::size_t i) -> Result<void> {
    const TrainingPicture& picture = set.pictures[i];
    const Heads& without = heads[set.calibrates(i) ? static_cast<std::size_t>(picture.fold) + 1 : 0];
    if (heads[0].picture && without.picture) scores.picture_values[i] = without.picture->apply(samples[i].pooled)[0];
    if (!heads[0].patch) return {};
    return score_cells(picture, without, extractor, set.calibrates(i), i, scores);
  }));
  scores.of_all = std::move(heads[0]);
  return scores;
}

}  // namespace lineguard::training
