// An agreement study as text, JSON and a page.
#include "percent.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/agreement.h>
#include <lineguard/report/html.h>

namespace lineguard::acceptance {
namespace {

using Json = nlohmann::ordered_json;

std::string kappa_in_words(const std::optional<stats::Kappa>& kappa) {
  if (!kappa) return "–";
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", kappa->value, kappa->interval.low, kappa->interval.high);
}

std::string count_in_words(const stats::Count& count) {
  return count.n == 0 ? "–" : fmt::format("{} of {}", count.events, count.n);
}

std::string share_in_words(const stats::Count& count, double confidence) {
  if (count.n == 0) return "–";
  const stats::Interval interval = stats::exact_interval(count, confidence);
  return fmt::format("{} of {}, {:.0f} % ({:.0f} to {:.0f} %)", count.events, count.n, 100 * count.rate(),
                     100 * interval.low, 100 * interval.high);
}

// AIAG's rule of thumb.
report::Mood mood_of(const std::optional<stats::Kappa>& kappa) {
  constexpr double kGood = 0.75, kPoor = 0.4;
  if (!kappa) return report::Mood::neutral;
  return kappa->value > kGood ? report::Mood::fine : kappa->value < kPoor ? report::Mood::bad : report::Mood::attention;
}

Json json_of(const std::optional<stats::Kappa>& kappa) {
  if (!kappa) return nullptr;
  return {{"value", kappa->value},
          {"interval", {kappa->interval.low, kappa->interval.high}},
          {"observed", kappa->observed},
          {"expected", kappa->expected},
          {"parts", kappa->parts}};
}

Json json_of(const stats::Count& count, double confidence) {
  if (count.n == 0) return nullptr;
  const stats::Interval interval = stats::exact_interval(count, confidence);
  return {{"events", count.events}, {"n", count.n}, {"interval", {interval.low, interval.high}}};
}

Json json_of(const stats::Count& count) {
  return count.n == 0 ? Json() : Json{{"events", count.events}, {"n", count.n}};
}

Json json_of(const InspectorFigures& figures, double confidence) {
  return {{"inspector", figures.name},
          {"within", json_of(figures.within, confidence)},
          {"within_kappa", json_of(figures.within_kappa)},
          {"right", json_of(figures.right, confidence)},
          {"reference_kappa", json_of(figures.reference_kappa)},
          {"missed_trials", json_of(figures.missed)},
          {"false_alarm_trials", json_of(figures.false_alarms)},
          {"wrong_kind_trials", json_of(figures.wrong_kind)}};
}

void add_inspectors(report::Page& page, const Study& study) {
  const double confidence = study.options.confidence;
  page.heading("Within each inspector: the same answer every time");
  report::Table within{{"inspector", "parts with one answer", "kappa of its trials"}, {}, 1};
  for (const InspectorFigures& figures : study.inspectors)
    within.rows.push_back(
        {figures.name, share_in_words(figures.within, confidence), kappa_in_words(figures.within_kappa)});
  page.table(within);
  if (!study.has_reference) return;
  page.heading("Each inspector against the reference");
  report::Table against{{"inspector", "parts always right", "kappa", "missed (trials)", "false alarms (trials)",
                         "wrong kind of defect (trials)"},
                        {},
                        1};
  for (const InspectorFigures& figures : study.inspectors) {
    against.rows.push_back({figures.name, share_in_words(figures.right, confidence),
                            kappa_in_words(figures.reference_kappa), count_in_words(figures.missed),
                            count_in_words(figures.false_alarms), count_in_words(figures.wrong_kind)});
  }
  page.table(against);
}

void add_between(report::Page& page, const Study& study) {
  page.heading("Between inspectors");
  report::Table pairs{{"inspectors", "kappa"}, {}, 1};
  for (const PairFigures& pair : study.pairs)
    pairs.rows.push_back({pair.a + " and " + pair.b, kappa_in_words(pair.kappa)});
  if (!pairs.rows.empty()) page.table(pairs);
  if (study.by_category.empty()) return;
  page.paragraph("Each kind against all others, over all inspectors and trials:");
  report::Table kinds{{"kind", "kappa"}, {}, 1};
  for (const CategoryFigures& category : study.by_category)
    kinds.rows.push_back({category.name, kappa_in_words(category.kappa)});
  page.table(kinds);
}

void add_disagreements(report::Page& page, const Study& study) {
  if (study.disagreements.empty()) return;
  page.heading(fmt::format("Who disagrees on what ({} of {} parts)", study.disagreements.size(), study.parts.size()));
  report::Table table{{"part", "reference"}, {}, 2 + study.inspectors.size()};
  for (const InspectorFigures& figures : study.inspectors) table.header.push_back(figures.name);
  for (const Disagreement& disagreement : study.disagreements) {
    auto& row = table.rows.emplace_back(std::vector<std::string>{disagreement.part, disagreement.reference});
    row.insert(row.end(), disagreement.answers.begin(), disagreement.answers.end());
  }
  page.table(table);
}

}  // namespace

std::string to_text(const Study& study) {
  const double confidence = study.options.confidence;
  std::string text = fmt::format("{} parts, {} inspectors, up to {} trials; answers: {}\n", study.parts.size(),
                                 study.inspectors.size(), study.trials, fmt::join(study.categories, ", "));
  for (const InspectorFigures& figures : study.inspectors) {
    text += fmt::format("  {:<16}same answer: {}; kappa {}\n", figures.name, share_in_words(figures.within, confidence),
                        kappa_in_words(figures.within_kappa));
    if (!study.has_reference) continue;
    text += fmt::format("  {:<16}right: {}; kappa {}; missed {}, false alarms {}\n", "",
                        share_in_words(figures.right, confidence), kappa_in_words(figures.reference_kappa),
                        count_in_words(figures.missed), count_in_words(figures.false_alarms));
  }
  for (const PairFigures& pair : study.pairs)
    text += fmt::format("  {} and {}: kappa {}\n", pair.a, pair.b, kappa_in_words(pair.kappa));
  text += fmt::format("  all: one answer on {}; kappa {}\n", share_in_words(study.between, confidence),
                      kappa_in_words(study.between_kappa));
  if (study.has_reference) text += fmt::format("  all right: {}\n", share_in_words(study.all_right, confidence));
  for (const CategoryFigures& category : study.by_category)
    text += fmt::format("  kind {:<11}kappa {}\n", category.name, kappa_in_words(category.kappa));
  for (const std::string& note : study.notes) text += "note: " + note + "\n";
  return text;
}

std::string to_json(const Study& study) {
  const double confidence = study.options.confidence;
  Json json{{"schema", "lineguard.agreement/1"}, {"parts", study.parts.size()}, {"trials", study.trials},
            {"categories", study.categories},    {"good", study.options.good},  {"confidence", confidence}};
  json["inspectors"] = Json::array();
  for (const InspectorFigures& figures : study.inspectors) json["inspectors"].push_back(json_of(figures, confidence));
  json["pairs"] = Json::array();
  for (const PairFigures& pair : study.pairs)
    json["pairs"].push_back({{"a", pair.a}, {"b", pair.b}, {"kappa", json_of(pair.kappa)}});
  json["between"] = json_of(study.between, confidence);
  json["between_kappa"] = json_of(study.between_kappa);
  json["all_right"] = json_of(study.all_right, confidence);
  json["by_category"] = Json::array();
  for (const CategoryFigures& category : study.by_category)
    json["by_category"].push_back({{"category", category.name}, {"kappa", json_of(category.kappa)}});
  json["disagreements"] = Json::array();
  for (const Disagreement& disagreement : study.disagreements)
    json["disagreements"].push_back(
        {{"part", disagreement.part}, {"reference", disagreement.reference}, {"answers", disagreement.answers}});
  json["notes"] = study.notes;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_html(const Study& study) {
  const double confidence = study.options.confidence;
  report::Page page("Agreement of inspectors", fmt::format("{} parts · {} inspectors · up to {} trials",
                                                           study.parts.size(), study.inspectors.size(), study.trials));
  std::vector<report::KeyFigure> figures{
      {"Kappa between all", study.between_kappa ? fmt::format("{:.2f}", study.between_kappa->value) : "–",
       kappa_in_words(study.between_kappa), mood_of(study.between_kappa)},
      {"One answer from all", count_in_words(study.between), share_in_words(study.between, confidence)}};
  if (study.has_reference)
    figures.push_back({"All right", count_in_words(study.all_right), share_in_words(study.all_right, confidence)});
  page.key_figures(figures);
  for (const std::string& note : study.notes) page.notice(report::Mood::attention, note);
  page.paragraph(
      fmt::format("Layout of AIAG's attribute analysis (MSA, 4th edition). Above 0.75 a kappa counts as good "
                  "agreement, below 0.40 as poor. "
                  "Intervals of {:g} %: shares exact (Clopper-Pearson), kappas by a bootstrap over parts, never "
                  "narrower than exact bounds on "
                  "the agreement allow. Trials of one part are not independent: counts of trials have no interval.",
                  100 * confidence));
  add_inspectors(page, study);
  add_between(page, study);
  add_disagreements(page, study);
  return page.html();
}

}  // namespace lineguard::acceptance
