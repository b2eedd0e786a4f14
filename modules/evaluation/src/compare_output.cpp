#include "words.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/parts.h>

namespace lineguard::evaluation {
namespace {

using Json = nlohmann::ordered_json;

std::string name_of(const Evaluation& evaluation) {
  const Model& model = evaluation.model;
  return fmt::format("{} version {} at \"{}\"", model.identity.name, model.identity.version, model.operating_point);
}

// "A 3.1 %, B 2.0 %: only A errs on 2, only B on 1 of 97 (p = 1, exact McNemar)"
std::string words_of(const RateChange& change, double confidence) {
  if (change.discordant.n == 0) return "unknown: no such pictures";
  const auto interval = change.discordant.difference_interval(confidence);
  return fmt::format(
      "A {}, B {}; difference {:+.2f} % (interval {:+.2f} to {:+.2f} %); only A errs on {}, only B on {} of {} {}s "
      "(p = {:.3g}, exact McNemar test)",
      rate_in_words(change.a), rate_in_words(change.b), 100 * (change.b.count.rate() - change.a.count.rate()),
      100 * interval.low, 100 * interval.high, change.discordant.only_a, change.discordant.only_b, change.discordant.n,
      unit_of(change.a), change.discordant.p_value());
}

std::string ranking_in_words(const Comparison& comparison) {
  if (!comparison.auroc) return "unknown";
  return fmt::format("A {:.4f}, B {:.4f}; difference {:+.4f} ({:g} % interval {:+.4f} to {:+.4f}, paired bootstrap)",
                     comparison.auroc->a, comparison.auroc->b, comparison.auroc->difference(),
                     100 * comparison.confidence, comparison.auroc->interval.low, comparison.auroc->interval.high);
}

Json json_of(const Evaluation& evaluation) {
  const Model& model = evaluation.model;
  return {{"name", model.identity.name},
          {"version", model.identity.version},
          {"digest", model.identity.digest},
          {"operating_point", model.operating_point},
          {"threshold", model.threshold}};
}

Json json_of(const RateChange& change, double confidence) {
  if (change.discordant.n == 0) return nullptr;
  const auto interval = change.discordant.difference_interval(confidence);
  return {{"a", change.a.count.rate()},
          {"b", change.b.count.rate()},
          {"interval", {interval.low, interval.high}},
          {"only_a", change.discordant.only_a},
          {"only_b", change.discordant.only_b},
          {"n", change.discordant.n},
          {"unit", unit_of(change.a)},
          {"pictures", change.a.pictures},
          {"p_value", change.discordant.p_value()}};
}

}  // namespace

std::string to_text(const Comparison& comparison) {
  std::string text =
      fmt::format("A  {}\nB  {}\n{} good and {} defective pictures of {}, predicted by both\n", name_of(comparison.a),
                  name_of(comparison.b), comparison.n_good, comparison.n_defective, comparison.a.dataset);
  text += fmt::format("  image AUROC  {}\n", ranking_in_words(comparison));
  text += fmt::format("  miss rate    {}\n", words_of(comparison.miss, comparison.confidence));
  text += fmt::format("  overkill     {}\n", words_of(comparison.overkill, comparison.confidence));
  text += fmt::format("  time         A {:.1f} ms, B {:.1f} ms a picture (p50, one after the other)\n",
                      comparison.a.predict_p50_ms, comparison.b.predict_p50_ms);
  return text + comparison.verdict_in_words + "\n";
}

std::string to_json(const Comparison& comparison) {
  Json json{{"schema", "lineguard.compare/2"},     {"dataset", comparison.a.dataset},
            {"split", comparison.a.selection},     {"a", json_of(comparison.a)},
            {"b", json_of(comparison.b)},          {"good", comparison.n_good},
            {"defective", comparison.n_defective}, {"confidence", comparison.confidence}};
  json["image_auroc"] = nullptr;
  if (comparison.auroc) {
    json["image_auroc"] = {{"a", comparison.auroc->a},
                           {"b", comparison.auroc->b},
                           {"difference", comparison.auroc->difference()},
                           {"interval", {comparison.auroc->interval.low, comparison.auroc->interval.high}}};
  }
  json["miss"] = json_of(comparison.miss, comparison.confidence);
  json["overkill"] = json_of(comparison.overkill, comparison.confidence);
  json["predict_p50_ms"] = {{"a", comparison.a.predict_p50_ms}, {"b", comparison.b.predict_p50_ms}};
  json["outcome"] = to_string(comparison.verdict);
  json["verdict"] = comparison.verdict_in_words;
  json["changed"] = Json::array();
  for (const ChangedPicture& changed : comparison.changed) {
    const Row &a = comparison.a.rows[changed.row_a], &b = comparison.b.rows[changed.row_b];
    json["changed"].push_back({{"image", a.image},
                               {"truth", lineguard::to_string(a.truth)},
                               {"label_a", lineguard::to_string(a.label)},
                               {"label_b", lineguard::to_string(b.label)},
                               {"score_a", a.score},
                               {"score_b", b.score}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lineguard::evaluation
