#include "figures.h"

#include "breakdown.h"
#include "words.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <lineguard/core/words.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::evaluation {
namespace {

double median_or_zero(std::vector<double> values) {
  return values.empty() ? 0 : stats::median(std::move(values));
}

// Scores with the number of the part that each shows.
struct ScoredParts {
  std::vector<double> scores;
  std::vector<std::size_t> parts;
  stats::PartNumbering numbering;

  void add(const Row& row) {
    scores.push_back(row.score);
    parts.push_back(numbering.number_of(row.part));
  }
};

ScoredParts scored_parts(const std::vector<Row>& rows, Label truth) {
  ScoredParts scored;
  for (const Row& row : rows) {
    if (row.truth == truth && !row.error) scored.add(row);
  }
  return scored;
}

template <typename T>
std::optional<T> value_of(const Result<T>& result) {
  return result ? std::optional<T>(*result) : std::nullopt;
}

std::optional<stats::AurocEstimate> auroc_of(const ScoredParts& good, const ScoredParts& defective,
                                             const EvaluateOptions& options) {
  return value_of(stats::auroc_with_interval(good.scores, defective.scores,
                                             {.seed = options.seed, .confidence = options.confidence},
                                             {good.parts, defective.parts}));
}

void count_rows(Evaluation& evaluation) {
  for (const Row& row : evaluation.rows) {
    if (row.error) {
      ++evaluation.n_errors;
    } else if (row.truth == Label::good) {
      ++evaluation.n_good;
    } else if (row.truth == Label::defective) {
      ++evaluation.n_defective;
    } else {
      ++evaluation.n_unlabelled;
    }
  }
}

// A picture with defects of several classes counts under each of them.
std::vector<ClassFigures> class_figures(const std::vector<Row>& rows, const std::vector<Part>& parts,
                                        const ScoredParts& good, const EvaluateOptions& options) {
  std::map<std::string, ClassFigures> by_name;
  std::map<std::string, ScoredParts> scored;
  for (const Row& row : rows) {
    if (row.truth != Label::defective) continue;
    for (const std::string& name : classes_of(row)) {
      by_name[name].errors += row.error.has_value();
      if (!row.error) scored[name].add(row);
    }
  }
  std::map<std::string, std::vector<Part>> parts_with;
  for (const Part& part : parts) {
    for (const std::string& name : part.classes) parts_with[name].push_back(part);
  }
  std::vector<ClassFigures> list;
  for (auto& [name, figures] : by_name) {
    figures.class_name = name;
    figures.miss = rate_of(parts_with[name], Label::defective, options.confidence);
    figures.auroc = auroc_of(good, scored[name], options);
    list.push_back(figures);
  }
  return list;
}

void add_notes(Evaluation& evaluation) {
  auto& notes = evaluation.notes;
  if (evaluation.miss.count.n == 0) {
    notes.push_back(fmt::format("{}: the miss rate is unknown. Good pictures bound overkill only.",
                                why_unknown(evaluation.miss, "defective")));
  }
  if (evaluation.overkill.count.n == 0)
    notes.push_back(fmt::format("{}: the overkill rate is unknown.", why_unknown(evaluation.overkill, "good")));
  if (evaluation.n_errors > 0) {
    const auto first = std::ranges::find_if(evaluation.rows, [](const Row& row) { return row.error.has_value(); });
    notes.push_back(fmt::format(
        "Pictures that could not be read or predicted: {}. Their parts, {} good and {} defective, are in no "
        "rate; on a line each would be diverted. The first: {}: {}",
        evaluation.n_errors, evaluation.overkill.left_out, evaluation.miss.left_out, first->image,
        first->error->message));
  }
  const std::size_t n_parts = evaluation.miss.count.n + evaluation.overkill.count.n;
  if (evaluation.counts_parts && n_parts > 0) {
    notes.push_back(fmt::format(
        "The {} show {}. Rates count parts: a part is diverted where one of its pictures is, and "
        "pictures of one part are no independent trials. The AUROC ranks pictures; its interval draws whole parts.",
        count_of(evaluation.miss.pictures + evaluation.overkill.pictures, "picture"), count_of(n_parts, "part")));
  }
  const auto ruled = std::ranges::count_if(evaluation.rows, [](const Row& row) { return !row.rule.empty(); });
  if (ruled > 0) {
    notes.push_back(fmt::format("Good by the region rules although the score is above the threshold: {}.",
                                count_of(static_cast<std::size_t>(ruled), "picture")));
  }
  constexpr std::size_t kFew = 30;
  const std::size_t n_defective = evaluation.miss.count.n;
  if (n_defective > 0 && n_defective < kFew) {
    notes.push_back(fmt::format(
        "{} {} too few for a claim on the miss rate: showing 5 % with {:g} % confidence takes {} without a miss.",
        count_of(n_defective, fmt::format("defective {}", unit_of(evaluation.miss))), n_defective == 1 ? "is" : "are",
        100 * evaluation.confidence, stats::trials_needed(0.05, 0, evaluation.confidence)));
  }
}

}  // namespace

std::vector<double> scores_of(const std::vector<Row>& rows, Label truth) {
  return scored_parts(rows, truth).scores;
}

void fill_figures(Evaluation& evaluation, const EvaluateOptions& options) {
  count_rows(evaluation);
  const std::vector<Part> parts = all_parts_of(evaluation.rows);
  evaluation.counts_parts =
      std::ranges::any_of(parts, [](const Part& part) { return part.pictures + part.failed > 1; });
  evaluation.miss = rate_of(parts, Label::defective, options.confidence);
  evaluation.overkill = rate_of(parts, Label::good, options.confidence);
  const auto good = scored_parts(evaluation.rows, Label::good);
  const auto defective = scored_parts(evaluation.rows, Label::defective);
  evaluation.auroc = auroc_of(good, defective, options);
  evaluation.average_precision = value_of(stats::average_precision(good.scores, defective.scores));
  evaluation.f1_max = value_of(stats::f1_max(good.scores, defective.scores));
  evaluation.classes = class_figures(evaluation.rows, parts, good, options);
  evaluation.groups = group_figures(evaluation.rows, options.confidence);
  evaluation.confusion = confusion_of(evaluation.rows);
  evaluation.thresholds = acceptance::threshold_table(parts, evaluation.model.threshold,
                                                      {.unknown_band = evaluation.model.unknown_band,
                                                       .confidence = options.confidence,
                                                       .defect_rate = options.defect_rate});
  std::vector<double> decode_ms, predict_ms;
  for (const Row& row : evaluation.rows) {
    if (row.error) continue;
    decode_ms.push_back(row.decode_ms);
    predict_ms.push_back(row.predict_ms);
  }
  evaluation.decode_p50_ms = median_or_zero(std::move(decode_ms));
  evaluation.predict_p50_ms = median_or_zero(std::move(predict_ms));
  add_notes(evaluation);
}

}  // namespace lineguard::evaluation
