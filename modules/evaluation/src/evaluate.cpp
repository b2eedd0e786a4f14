#include "decoded_capture.h"
#include "figures.h"
#include "pixels.h"
#include "true_boxes.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/ordered.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/stats/pixel_curve.h>

namespace lineguard::evaluation {
namespace {

// What a worker thread makes of one sample.
struct Outcome {
  Row row;
  std::optional<GridPair> pixels;
  std::vector<stats::TrueBox> true_boxes;
  std::string mask_problem, box_problem;
  std::vector<Region> faint_regions;  // below the level from which regions are reported: counted, then forgotten
};

// What is asked of every picture of a selection.
struct Wanted {
  bool map = false, regions = false;
  int grid_px = 512;
  const Model* model = nullptr;
};

Row row_of(const dataset::Sample& sample, std::size_t index) {
  Row row;
  row.sample = index;
  row.image = sample.name;
  row.class_name = sample.class_name.empty() ? std::string(to_string(sample.label)) : sample.class_name;
  row.part = sample.part;
  row.view = sample.view;
  row.lot = sample.lot;
  row.truth = sample.label;
  std::set<std::string> classes;
  for (const dataset::LabelledBox& box : sample.boxes) classes.insert(box.class_name);
  classes.erase("");
  // As in training: an object is of its own class, whatever its picture is called; a mask is of the picture's.
  if (!sample.mask && !classes.empty() && classes != std::set{row.class_name})
    row.classes.assign(classes.begin(), classes.end());
  return row;
}

Result<Prediction> predict(Predictor& predictor, const Capture& capture, const Wanted& wanted) {
  PredictOptions options;
  options.want_map = wanted.map;
  options.want_regions = options.want_faint_regions = wanted.regions;
  LINEGUARD_ASSIGN(Prediction prediction, predictor.predict(capture, options));
  if (!std::isfinite(prediction.score)) return make_error(ErrorCode::internal, "the model gave no finite score");
  return prediction;
}

void add_regions(Row& row, std::vector<Region> regions) {
  for (Region& region : regions) {
    if (row.predicted_class.empty()) row.predicted_class = region.class_name;
    region.polygon.clear();
  }
  row.regions = std::move(regions);
}

// The station's order: the score against the threshold, then the rules.
void apply_rules(Row& row, const Model& model) {
  if (model.rules.empty()) return;
  const Label by_score = package::label_of_score(row.score, model.threshold, model.unknown_band);
  package::RuledLabel ruled = package::apply_rules(by_score, row.regions, model.rules);
  row.label = ruled.label;
  row.rule = std::move(ruled.rule);
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

Outcome evaluate_one(Predictor& predictor, const dataset::Sample& sample, std::size_t index, const Wanted& wanted) {
  Outcome outcome{row_of(sample, index), std::nullopt, {}, {}, {}, {}};
  Row& row = outcome.row;
  auto decoded = read_decoded(sample.image, sample.defect_free_template);
  const auto prediction_of = [&]() -> Result<Prediction> {
    if (!decoded) return decoded.error();
    return predict(predictor, decoded->capture, wanted);
  };
  auto prediction = prediction_of();
  if (!prediction) {
    row.error = prediction.error();
    return outcome;
  }
  row.label = prediction->label;
  row.score = prediction->score;
  row.size = prediction->image_size;
  row.decode_ms = decoded->decode_ms + prediction->decode_ms;
  row.predict_ms = prediction->predict_ms;
  add_regions(row, std::move(prediction->regions));
  apply_rules(row, *wanted.model);
  outcome.faint_regions = std::move(prediction->faint_regions);
  add_pixels(outcome, *prediction, sample, wanted.grid_px);
  row.properties = imaging::measure_properties(decoded->image());
  if (auto boxes = true_boxes(sample, prediction->image_size)) {
    outcome.true_boxes = std::move(*boxes);
  } else {
    outcome.box_problem = boxes.error().message;
  }
  for (const stats::TrueBox& truth : outcome.true_boxes)
    row.defect_side_px = std::max({row.defect_side_px, truth.box.width, truth.box.height});
  return outcome;
}

// A picture too large for the memory there is fails alone.
Outcome evaluate_or_fail(Predictor& predictor, const dataset::Sample& sample, std::size_t index, const Wanted& wanted) {
  try {
    return evaluate_one(predictor, sample, index, wanted);
  } catch (const std::bad_alloc&) {
    Outcome outcome{row_of(sample, index), std::nullopt, {}, {}, {}, {}};
    outcome.row.error = make_error(ErrorCode::unavailable, sample.name + ": not enough memory for this picture");
    return outcome;
  }
}

// Takes the outcomes in order.
class Collector {
 public:
  Collector(Evaluation& evaluation, const Wanted& wanted) : evaluation_(evaluation), boxes_wanted_(wanted.regions) {
    if (wanted.map) curve_ = std::make_unique<stats::PixelCurve>();
  }

  void add(Outcome outcome) {
    add_boxes(outcome);  // before its row is moved away
    evaluation_.rows.push_back(std::move(outcome.row));
    if (curve_ && outcome.pixels) {
      const auto added = curve_->add(outcome.pixels->map, outcome.pixels->mask);
      if (!added) outcome.mask_problem = evaluation_.rows.back().image + ": " + added.error().message;
      pictures_with_mask_ += added.ok() && !outcome.pixels->mask.empty();
    }
    add_notes(outcome);
  }

  void finish(int grid_px, const EvaluateOptions& options) {
    const bool by_class = std::ranges::any_of(pictures_, [](const auto& p) {
      return std::ranges::any_of(p.found, &has_class, &stats::FoundBox::class_name);
    });
    for (const double iou : {kLooseIou, 0.5}) {
      if (auto figures = stats::detection_figures(
              pictures_, iou, by_class, {.resamples = 500, .seed = options.seed, .confidence = options.confidence}))
        evaluation_.detections.push_back(std::move(*figures));
    }
    if (!curve_) return;
    const auto auroc = curve_->auroc(), aupro = curve_->aupro();
    if (auroc && aupro)
      evaluation_.pixels = PixelFigures{*auroc, *aupro, pictures_with_mask_, curve_->regions(), grid_px};
  }

 private:
  static bool has_class(const std::string& name) { return !name.empty(); }

  // A mask that can't be read is one problem of two kinds of figures.
  void add_notes(const Outcome& outcome) {
    const auto note = [&](const char* figures, const std::string& problem) {
      if (!problem.empty()) evaluation_.notes.push_back(fmt::format("Not in the {}: {}", figures, problem));
    };
    if (outcome.box_problem == outcome.mask_problem)
      return note("pixel figures and the figures of boxes and of defect sizes", outcome.mask_problem);
    note("figures of boxes and of defect sizes", outcome.box_problem);
    note("pixel figures", outcome.mask_problem);
  }

  // Only pictures whose defects' places are known, and good ones. None that a note says is left out.
  void add_boxes(Outcome& outcome) {
    Row& row = outcome.row;
    const bool known = row.truth == Label::good || !outcome.true_boxes.empty();
    if (!boxes_wanted_ || row.error || !known || !outcome.box_problem.empty()) return;
    stats::BoxedPicture picture{{}, outcome.true_boxes, row.part};
    for (const Region& region : row.regions) picture.found.push_back({region.box, region.score, region.class_name});
    for (const Region& region : outcome.faint_regions)
      picture.found.push_back({region.box, region.score, region.class_name, false});
    row.boxes = stats::box_outcome(picture, kLooseIou);
    pictures_.push_back(std::move(picture));
  }

  Evaluation& evaluation_;
  const bool boxes_wanted_;
  std::vector<stats::BoxedPicture> pictures_;
  std::unique_ptr<stats::PixelCurve> curve_;
  std::size_t pictures_with_mask_ = 0;
};

}  // namespace

Result<Capture> read_capture(const std::filesystem::path& file, const std::optional<std::filesystem::path>& twin) {
  LINEGUARD_ASSIGN(Bytes bytes, read_file(file));
  Capture capture;
  capture.views.push_back({"", std::make_shared<const Bytes>(std::move(bytes)), file.string(), std::nullopt});
  if (!twin) return capture;
  auto template_bytes = read_file(*twin);
  if (!template_bytes && template_bytes.error().code == ErrorCode::not_found)
    return make_error(ErrorCode::no_template, "no template: there is no " + twin->string());
  if (!template_bytes) return template_bytes.error();
  capture.views[0].defect_free_template = std::make_shared<const Bytes>(std::move(*template_bytes));
  return capture;
}

const Image& DecodedCapture::image() const {
  return *std::get<std::shared_ptr<const Image>>(capture.views.front().content);
}

Result<DecodedCapture> read_decoded(const std::filesystem::path& file,
                                    const std::optional<std::filesystem::path>& twin) {
  DecodedCapture decoded;
  LINEGUARD_ASSIGN(decoded.capture, read_capture(file, twin));
  ViewContent& content = decoded.capture.views.front().content;
  const SteadyTime start = system_clock().now();
  LINEGUARD_ASSIGN(Image image, imaging::decode(*std::get<std::shared_ptr<const Bytes>>(content)));
  decoded.decode_ms = milliseconds_between(start, system_clock().now());
  content = std::make_shared<const Image>(std::move(image));
  return decoded;
}

Result<Evaluation> evaluate(Predictor& predictor, const Model& model, const dataset::Dataset& dataset,
                            Selection selection, const std::vector<std::size_t>& samples,
                            const EvaluateOptions& options, const ProgressFunction& progress) {
  if (samples.empty()) {
    return make_error(
        ErrorCode::refused,
        fmt::format("{}: no pictures in the selection \"{}\"; --split val, test or all says which are meant",
                    dataset.root.string(), to_string(selection)));
  }
  Evaluation evaluation;
  evaluation.model = model;
  evaluation.dataset = dataset.root.string();
  evaluation.layout = dataset::to_string(dataset.layout);
  evaluation.selection = to_string(selection);
  evaluation.confidence = options.confidence;
  evaluation.threads = options.threads;
  Wanted wanted;
  wanted.model = &model;
  wanted.grid_px = options.pixel_grid_px;
  wanted.regions = options.want_regions || !model.rules.empty();
  for (const std::size_t i : samples) {
    if (!options.places) break;
    wanted.map |= !options.rows_only && outlines_its_defects(dataset.samples[i]);
    wanted.regions |= dataset.samples[i].mask.has_value() || !dataset.samples[i].boxes.empty();
  }
  Collector collector(evaluation, wanted);
  std::size_t given = 0;
  OrderedWork<std::size_t, Outcome>::run(
      options.threads,
      [&]() -> std::optional<std::size_t> {
        return given < samples.size() ? std::optional(samples[given++]) : std::nullopt;
      },
      [&](std::size_t i) { return evaluate_or_fail(predictor, dataset.samples[i], i, wanted); },
      [&](Outcome outcome) {
        collector.add(std::move(outcome));
        if (progress) progress("predicting", evaluation.rows.size(), samples.size());
        return true;
      });
  if (options.rows_only) return evaluation;
  collector.finish(options.pixel_grid_px, options);
  fill_figures(evaluation, options);
  return evaluation;
}

}  // namespace lineguard::evaluation
