#include "figures.h"
#include "pixels.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/dataset/split.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/ordered.h>
#include <lineguard/stats/pixel_curve.h>

namespace lineguard::evaluation {
namespace {

// What a worker thread makes of one sample.
struct Outcome {
  Row row;
  std::optional<GridPair> pixels;
  std::string mask_problem;
};

Row row_of(const dataset::Sample& sample, std::size_t index) {
  Row row;
  row.sample = index;
  row.image = sample.name;
  row.class_name = sample.class_name.empty() ? std::string(to_string(sample.label)) : sample.class_name;
  row.part = sample.part;
  row.truth = sample.label;
  return row;
}

Result<Prediction> predict(Predictor& predictor, const dataset::Sample& sample, bool want_map) {
  LINEGUARD_ASSIGN(const Capture capture, read_capture(sample.image));
  PredictOptions options;
  options.want_map = want_map;
  options.want_regions = false;
  LINEGUARD_ASSIGN(Prediction prediction, predictor.predict(capture, options));
  if (!std::isfinite(prediction.score)) return make_error(ErrorCode::internal, "the model gave no finite score");
  return prediction;
}

void add_pixels(Outcome& outcome, const Prediction& prediction, const dataset::Sample& sample, int grid_px) {
  if (!prediction.map) return;
  auto pair = on_grid(*prediction.map, sample, grid_px);
  if (pair) {
    outcome.pixels = std::move(*pair);
  } else {
    outcome.mask_problem = pair.error().message;
  }
}

Outcome evaluate_one(Predictor& predictor, const dataset::Sample& sample, std::size_t index, bool want_map,
                     int grid_px) {
  Outcome outcome{row_of(sample, index), std::nullopt, {}};
  const auto prediction = predict(predictor, sample, want_map);
  if (!prediction) {
    outcome.row.error = prediction.error();
    return outcome;
  }
  outcome.row.label = prediction->label;
  outcome.row.score = prediction->score;
  outcome.row.decode_ms = prediction->decode_ms;
  outcome.row.predict_ms = prediction->predict_ms;
  add_pixels(outcome, *prediction, sample, grid_px);
  return outcome;
}

// Takes the outcomes in order.
class Collector {
 public:
  Collector(Evaluation& evaluation, bool with_pixels) : evaluation_(evaluation) {
    if (with_pixels) curve_ = std::make_unique<stats::PixelCurve>();
  }

  void add(Outcome outcome) {
    evaluation_.rows.push_back(std::move(outcome.row));
    if (curve_ && outcome.pixels) {
      const auto added = curve_->add(outcome.pixels->map, outcome.pixels->mask);
      if (!added) outcome.mask_problem = evaluation_.rows.back().image + ": " + added.error().message;
      pictures_with_mask_ += added.ok() && !outcome.pixels->mask.empty();
    }
    if (!outcome.mask_problem.empty()) evaluation_.notes.push_back("Not in the pixel figures: " + outcome.mask_problem);
  }

  void finish(int grid_px) {
    if (!curve_) return;
    const auto auroc = curve_->auroc(), aupro = curve_->aupro();
    if (auroc && aupro)
      evaluation_.pixels = PixelFigures{*auroc, *aupro, pictures_with_mask_, curve_->regions(), grid_px};
  }

 private:
  Evaluation& evaluation_;
  std::unique_ptr<stats::PixelCurve> curve_;
  std::size_t pictures_with_mask_ = 0;
};

}  // namespace

std::string_view to_string(Selection selection) {
  switch (selection) {
    case Selection::validation:
      return "validation";
    case Selection::test:
      return "test";
    case Selection::all:
      return "all";
  }
  return "all";
}

std::vector<std::size_t> select(const dataset::Dataset& dataset, Selection selection,
                                const dataset::TrainingSplit& split) {
  if (selection == Selection::all) {
    std::vector<std::size_t> all(dataset.samples.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  auto chosen = selection == Selection::test ? split.test : split.validation;
  std::ranges::sort(chosen);
  return chosen;
}

Result<Capture> read_capture(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(Bytes bytes, read_file(file));
  Capture capture;
  capture.views.push_back({"", std::make_shared<const Bytes>(std::move(bytes)), file.string()});
  return capture;
}

Result<Evaluation> evaluate(Predictor& predictor, const Model& model, const dataset::Dataset& dataset,
                            Selection selection, const std::vector<std::size_t>& samples,
                            const EvaluateOptions& options, const ProgressFunction& progress) {
  if (samples.empty()) {
    return make_error(ErrorCode::refused, fmt::format("{}: no pictures in the selection \"{}\"", dataset.root.string(),
                                                      to_string(selection)));
  }
  Evaluation evaluation;
  evaluation.model = model;
  evaluation.dataset = dataset.root.string();
  evaluation.layout = dataset::to_string(dataset.layout);
  evaluation.selection = to_string(selection);
  evaluation.confidence = options.confidence;
  evaluation.threads = options.threads;
  const bool with_pixels =
      std::ranges::any_of(samples, [&](std::size_t i) { return dataset.samples[i].mask.has_value(); });
  Collector collector(evaluation, with_pixels);
  std::size_t given = 0;
  OrderedWork<std::size_t, Outcome>::run(
      options.threads,
      [&]() -> std::optional<std::size_t> {
        return given < samples.size() ? std::optional(samples[given++]) : std::nullopt;
      },
      [&](std::size_t i) { return evaluate_one(predictor, dataset.samples[i], i, with_pixels, options.pixel_grid_px); },
      [&](Outcome outcome) {
        collector.add(std::move(outcome));
        if (progress) progress("predicting", evaluation.rows.size(), samples.size());
        return true;
      });
  collector.finish(options.pixel_grid_px);
  fill_figures(evaluation, options);
  return evaluation;
}

}  // namespace lineguard::evaluation
