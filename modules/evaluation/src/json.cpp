#include "words.h"

#include <nlohmann/json.hpp>

#include <lineguard/acceptance/escape.h>
#include <lineguard/evaluation/output.h>

namespace lineguard::evaluation {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const stats::Interval& interval) {
  return {interval.low, interval.high};
}

// Nothing was counted: the rate is null, not 0.
Json json_of(const Rate& rate) {
  Json json;
  json["rate"] = rate.count.n == 0 ? Json() : Json(rate.count.rate());
  json["events"] = rate.count.events;
  json["n"] = rate.count.n;
  json["interval"] = rate.count.n == 0 ? Json() : json_of(rate.interval);
  json["unit"] = unit_of(rate);
  json["pictures"] = rate.pictures;
  json["unknown"] = rate.unknown;
  json["left_out"] = rate.left_out;
  return json;
}

Json json_of(const std::optional<stats::AurocEstimate>& auroc) {
  if (!auroc) return nullptr;
  return {{"value", auroc->value},
          {"interval", json_of(auroc->interval)},
          {"n_good", auroc->n_good},
          {"n_defective", auroc->n_defective},
          {"method", auroc->method}};
}

Json json_of(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const std::optional<ThresholdForMiss>& chosen) {
  if (!chosen) return nullptr;
  Json json{{"max_miss", chosen->max_miss}, {"confidence", chosen->confidence}};
  if (!chosen->refused.empty()) {
    json["refused"] = chosen->refused;
    return json;
  }
  json["threshold"] = chosen->threshold;
  json["miss"] = {{"events", chosen->below.events}, {"n", chosen->below.n}, {"bound", chosen->miss_bound}};
  json["overkill"] = {
      {"events", chosen->above.events}, {"n", chosen->above.n}, {"bound", json_of(chosen->overkill_bound)}};
  return json;
}

Json json_of(const Model& model) {
  return {{"name", model.identity.name},     {"version", model.identity.version},
          {"digest", model.identity.digest}, {"operating_point", model.operating_point},
          {"threshold", model.threshold},    {"unknown_band", model.unknown_band}};
}

Json json_of(const std::optional<PixelFigures>& pixels) {
  if (!pixels) return nullptr;
  return {{"auroc", pixels->auroc},     {"aupro", pixels->aupro},
          {"aupro_max_fpr", 0.3},       {"pictures_with_mask", pixels->pictures_with_mask},
          {"regions", pixels->regions}, {"grid_px", pixels->grid_px}};
}

Json json_of(const ClassFigures& figures) {
  return {{"class", figures.class_name},
          {"auroc", json_of(figures.auroc)},
          {"miss", json_of(figures.miss)},
          {"errors", figures.errors}};
}

Json json_of(const stats::DetectionFigures& figures) {
  Json json{{"iou", figures.iou},
            {"mean_average_precision", figures.mean_average_precision},
            {"interval", json_of(figures.interval)},
            {"by_class", figures.by_class},
            {"true_boxes", figures.recalled.n},
            {"true_boxes_found", figures.recalled.events},
            {"found_boxes", figures.false_boxes.n},
            {"found_boxes_false", figures.false_boxes.events},
            {"pictures", figures.pictures},
            {"good_pictures", figures.pictures_good}};
  json["false_boxes_a_good_picture"] = figures.pictures_good > 0 ? Json(figures.false_boxes_a_good_picture) : Json();
  json["classes"] = Json::array();
  for (const auto& one : figures.classes) {
    json["classes"].push_back(
        {{"class", one.class_name}, {"average_precision", one.average_precision}, {"true_boxes", one.true_boxes}});
  }
  return json;
}

Json json_of(const GroupFigures& group) {
  return {{"property", group.property},
          {"group", group.group},
          {"miss", json_of(group.miss)},
          {"overkill", json_of(group.overkill)}};
}

Json json_of(const Row& row) {
  Json json{{"image", row.image}, {"class", row.class_name}, {"part", row.part}};
  if (!row.classes.empty()) json["classes"] = row.classes;
  json["truth"] = lineguard::to_string(row.truth);
  json["label"] = lineguard::to_string(row.label);
  if (row.error) {
    json["error"] = {{"code", lineguard::to_string(row.error->code)}, {"message", row.error->message}};
    return json;
  }
  json["score"] = row.score;
  if (!row.rule.empty()) json["rule"] = row.rule;
  if (!row.predicted_class.empty()) json["predicted_class"] = row.predicted_class;
  if (row.defect_side_px > 0) json["defect_side_px"] = row.defect_side_px;
  json["properties"] = {{"brightness", row.properties.brightness},
                        {"contrast", row.properties.contrast},
                        {"warmth", row.properties.warmth},
                        {"sharpness", row.properties.sharpness}};
  if (row.boxes)
    json["boxes"] = {{"true", row.boxes->true_boxes}, {"found", row.boxes->found}, {"false", row.boxes->false_boxes}};
  json["timings_ms"] = {{"decode", row.decode_ms}, {"predict", row.predict_ms}};
  return json;
}

Json json_of(const acceptance::ThresholdRow& row) {
  const auto rate = [](const stats::Count& count, const stats::Interval& interval) {
    if (count.n == 0) return Json();
    return Json{{"events", count.events}, {"n", count.n}, {"rate", count.rate()}, {"interval", json_of(interval)}};
  };
  Json json{{"threshold", row.threshold},
            {"in_use", row.in_use},
            {"miss", rate(row.missed, row.miss)},
            {"overkill", rate(row.diverted, row.overkill)}};
  json["f1"] = row.f1 ? Json{{"value", *row.f1}, {"interval", json_of(row.f1_interval)}} : Json();
  constexpr double kPpm = acceptance::kPartsPerMillion;
  json["escapes_ppm"] = row.escapes
                            ? Json{{"value", *row.escapes * kPpm},
                                   {"interval", {row.escapes_interval.low * kPpm, row.escapes_interval.high * kPpm}}}
                            : Json();
  return json;
}

Json counts_of(const Evaluation& evaluation) {
  return {{"pictures", evaluation.rows.size()},
          {"good", evaluation.n_good},
          {"defective", evaluation.n_defective},
          {"unlabelled", evaluation.n_unlabelled},
          {"errors", evaluation.n_errors}};
}

}  // namespace

std::string to_json(const Evaluation& evaluation) {
  Json json;
  json["schema"] = "lineguard.evaluate/2";
  json["dataset"] = evaluation.dataset;
  json["layout"] = evaluation.layout;
  json["split"] = evaluation.selection;
  json["model"] = json_of(evaluation.model);
  json["counts"] = counts_of(evaluation);
  json["learned_pictures"] = evaluation.learned.count;
  json["left_out"] = {{"learned", evaluation.left_out.learned},
                      {"same_part", evaluation.left_out.same_part},
                      {"other_splits", evaluation.left_out.other_splits}};
  json["confidence"] = evaluation.confidence;
  json["image_auroc"] = json_of(evaluation.auroc);
  json["average_precision"] = json_of(evaluation.average_precision);
  json["f1_max"] =
      evaluation.f1_max ? Json{{"f1", evaluation.f1_max->f1}, {"threshold", evaluation.f1_max->threshold}} : Json();
  json["max_miss"] = json_of(evaluation.max_miss);
  json["miss"] = json_of(evaluation.miss);
  json["overkill"] = json_of(evaluation.overkill);
  json["pixels"] = json_of(evaluation.pixels);
  json["classes"] = Json::array();
  for (const ClassFigures& figures : evaluation.classes) json["classes"].push_back(json_of(figures));
  json["detections"] = Json::array();
  for (const auto& figures : evaluation.detections) json["detections"].push_back(json_of(figures));
  json["groups"] = Json::array();
  for (const GroupFigures& group : evaluation.groups) json["groups"].push_back(json_of(group));
  json["confusion"] = Json::array();
  for (const ConfusionRow& row : evaluation.confusion) {
    json["confusion"].push_back({{"truth", row.class_name}, {"said", row.said}});
  }
  const auto timed = [&](double p50_ms) { return evaluation.any_predicted() ? Json(p50_ms) : Json(); };
  json["timings_ms"] = {{"decode_p50", timed(evaluation.decode_p50_ms)},
                        {"predict_p50", timed(evaluation.predict_p50_ms)},
                        {"threads", evaluation.threads}};
  json["thresholds"] = Json::array();
  for (const acceptance::ThresholdRow& row : evaluation.thresholds) json["thresholds"].push_back(json_of(row));
  json["notes"] = Json::array();
  for (const std::string& note : caveats_of(evaluation)) json["notes"].push_back(note);
  for (const std::string& note : evaluation.notes) json["notes"].push_back(note);
  json["pictures"] = Json::array();
  for (const Row& row : evaluation.rows) json["pictures"].push_back(json_of(row));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lineguard::evaluation
