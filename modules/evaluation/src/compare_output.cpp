#include "words.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/evaluation/compare.h>

namespace lineguard::evaluation {
namespace {

using Json = nlohmann::ordered_json;

std::string name_of(const Evaluation& evaluation) {
  const Model& model = evaluation.model;
  return fmt::format("{} version {} at \"{}\"", model.identity.name, model.identity.version, model.operating_point);
}

// "+16.67 percentage points (95 % interval -3.20 to +36.54)"
std::string words_of(const Difference& difference, double confidence) {
  return fmt::format("{} ({:g} % interval {})", difference.in_words, 100 * confidence, difference.interval_in_words);
}

// "A 3.1 %, B 2.0 %; difference …; only A errs on 2, only B on 1 of 97 pictures (p = 1, exact McNemar test)"
std::string words_of(const Comparison& comparison, std::string_view figure, const RateChange& change,
                     std::string_view of) {
  const Difference* difference = find_difference(comparison, figure);
  if (difference == nullptr) return "unknown: " + basis_of(change.a, comparison.confidence, of);
  return fmt::format(
      "A {}, B {}; difference {}; only A errs on {}, only B on {} of {} (p = {:.3g}, exact McNemar test)",
      rate_in_words(change.a), rate_in_words(change.b), words_of(*difference, comparison.confidence),
      change.discordant.only_a, change.discordant.only_b, difference->n_in_words, change.discordant.p_value());
}

std::string ranking_in_words(const Comparison& comparison) {
  const Difference* difference = find_difference(comparison, kImageAuroc);
  if (difference == nullptr) return "unknown";
  return fmt::format("A {:.4f}, B {:.4f}; difference {}; {}", comparison.auroc->a, comparison.auroc->b,
                     words_of(*difference, comparison.confidence), comparison.auroc->method);
}

Json json_of(const Evaluation& evaluation) {
  const Model& model = evaluation.model;
  return {{"name", model.identity.name},     {"version", model.identity.version},
          {"digest", model.identity.digest}, {"operating_point", model.operating_point},
          {"threshold", model.threshold},    {"learned_pictures", evaluation.learned.count}};
}

Json json_of(const RateChange& change, const Difference* difference) {
  if (difference == nullptr) return nullptr;
  const stats::Interval& interval = difference->interval;
  return {{"a", change.a.count.rate()},
          {"b", change.b.count.rate()},
          {"interval", {interval.low, interval.high}},
          {"only_a", change.discordant.only_a},
          {"only_b", change.discordant.only_b},
          {"n", change.discordant.n},
          {"unit", unit_of(change.a)},
          {"pictures", change.a.pictures},
          {"left_out", change.a.left_out},
          {"p_value", change.discordant.p_value()}};
}

Json json_of(const Failures& failures, const Comparison& comparison) {
  Json json{{"both", failures.both}, {"only_a", failures.only_a}, {"only_b", failures.only_b}};
  json["pictures"] = Json::array();
  for (const auto& [row_a, row_b] : failures.pictures) {
    Json picture{{"image", comparison.a.rows[row_a].image}};
    const auto add = [&](const char* side, const Row& row) {
      if (row.error) picture[side] = {{"code", lineguard::to_string(row.error->code)}, {"message", row.error->message}};
    };
    add("a", comparison.a.rows[row_a]);
    add("b", comparison.b.rows[row_b]);
    json["pictures"].push_back(std::move(picture));
  }
  return json;
}

}  // namespace

std::string to_text(const Comparison& comparison) {
  std::string text =
      fmt::format("A  {}\nB  {}\n{} good and {} defective pictures of {}, predicted by both\n", name_of(comparison.a),
                  name_of(comparison.b), comparison.n_good, comparison.n_defective, comparison.a.dataset);
  text += fmt::format("  image AUROC  {}\n", ranking_in_words(comparison));
  text += fmt::format("  miss rate    {}\n", words_of(comparison, kMissRate, comparison.miss, "defective"));
  text += fmt::format("  overkill     {}\n", words_of(comparison, kOverkillRate, comparison.overkill, "good"));
  text += fmt::format("  time         A {:.1f} ms, B {:.1f} ms a picture (p50, one after the other)\n",
                      comparison.a.predict_p50_ms, comparison.b.predict_p50_ms);
  if (!comparison.failures.pictures.empty()) {
    text +=
        fmt::format("  failed       {}; {} defective and {} good parts are in no rate\n",
                    failures_in_words(comparison.failures), comparison.miss.a.left_out, comparison.overkill.a.left_out);
  }
  for (const Evaluation* model : {&comparison.a, &comparison.b}) {
    for (const std::string& note : caveats_of(*model)) text += "note: " + note + "\n";
  }
  return text + comparison.verdict_in_words + "\n";
}

std::string to_json(const Comparison& comparison) {
  Json notes = Json::array();
  for (const Evaluation* model : {&comparison.a, &comparison.b}) {
    for (const std::string& note : caveats_of(*model)) notes.push_back(note);
  }
  Json json{
      {"schema", "lineguard.compare/2"},     {"dataset", comparison.a.dataset},     {"split", comparison.a.selection},
      {"a", json_of(comparison.a)},          {"b", json_of(comparison.b)},          {"good", comparison.n_good},
      {"defective", comparison.n_defective}, {"confidence", comparison.confidence}, {"notes", std::move(notes)}};
  json["image_auroc"] = nullptr;
  if (comparison.auroc) {
    json["image_auroc"] = {{"a", comparison.auroc->a},
                           {"b", comparison.auroc->b},
                           {"difference", comparison.auroc->difference()},
                           {"interval", {comparison.auroc->interval.low, comparison.auroc->interval.high}},
                           {"method", comparison.auroc->method}};
  }
  json["miss"] = json_of(comparison.miss, find_difference(comparison, kMissRate));
  json["overkill"] = json_of(comparison.overkill, find_difference(comparison, kOverkillRate));
  json["failures"] = json_of(comparison.failures, comparison);
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
