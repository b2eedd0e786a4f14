#include "figures.h"

#include "breakdown.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

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
  std::map<std::string, std::size_t> known;

  void add(const Row& row) {
    scores.push_back(row.score);
    parts.push_back(known.try_emplace(row.part, known.size()).first->second);
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
      evaluation.unknown_good += row.label == Label::unknown;
      evaluation.overkill.count.events += row.label != Label::good;
    } else if (row.truth == Label::defective) {
      ++evaluation.n_defective;
      evaluation.unknown_defective += row.label == Label::unknown;
      evaluation.miss.count.events += row.label == Label::good;
    } else {
      ++evaluation.n_unlabelled;
    }
  }
  evaluation.overkill.count.n = evaluation.n_good;
  evaluation.miss.count.n = evaluation.n_defective;
}

std::vector<ClassFigures> class_figures(const std::vector<Row>& rows, const ScoredParts& good,
                                        const EvaluateOptions& options) {
  std::map<std::string, ClassFigures> by_name;
  std::map<std::string, ScoredParts> scored;
  for (const Row& row : rows) {
    if (row.truth != Label::defective) continue;
    ClassFigures& figures = by_name[row.class_name];
    if (row.error) {
      ++figures.errors;
      continue;
    }
    ++figures.miss.count.n;
    figures.miss.count.events += row.label == Label::good;
    figures.unknown += row.label == Label::unknown;
    scored[row.class_name].add(row);
  }
  std::vector<ClassFigures> list;
  for (auto& [name, figures] : by_name) {
    figures.class_name = name;
    figures.miss.interval = stats::exact_interval(figures.miss.count, options.confidence);
    figures.auroc = auroc_of(good, scored[name], options);
    list.push_back(figures);
  }
  return list;
}

void add_notes(Evaluation& evaluation) {
  auto& notes = evaluation.notes;
  if (evaluation.n_defective == 0)
    notes.push_back(
        "No defective pictures were evaluated: the miss rate is unknown. Good pictures bound overkill only.");
  if (evaluation.n_good == 0) notes.push_back("No good pictures were evaluated: the overkill rate is unknown.");
  if (evaluation.n_errors > 0) {
    notes.push_back(
        fmt::format("Pictures that could not be read or predicted: {}. They are in no rate; on a line each would be "
                    "diverted.",
                    evaluation.n_errors));
  }
  std::set<std::string> parts;
  for (const Row& row : evaluation.rows) parts.insert(row.part);
  if (parts.size() < evaluation.rows.size()) {
    notes.push_back(fmt::format(
        "The {} pictures show {} parts. The intervals of miss and overkill rate take pictures as independent and "
        "are too narrow where pictures of one part resemble each other; that of the AUROC draws whole parts.",
        evaluation.rows.size(), parts.size()));
  }
  constexpr std::size_t kFew = 30;
  if (evaluation.n_defective > 0 && evaluation.n_defective < kFew) {
    notes.push_back(
        fmt::format("{} defective pictures are too few for a claim on the miss rate: showing 5 % with 95 % "
                    "confidence takes {} without a miss.",
                    evaluation.n_defective, stats::trials_needed(0.05)));
  }
}

}  // namespace

std::vector<double> scores_of(const std::vector<Row>& rows, Label truth) {
  return scored_parts(rows, truth).scores;
}

void fill_figures(Evaluation& evaluation, const EvaluateOptions& options) {
  count_rows(evaluation);
  evaluation.miss.interval = stats::exact_interval(evaluation.miss.count, options.confidence);
  evaluation.overkill.interval = stats::exact_interval(evaluation.overkill.count, options.confidence);
  const auto good = scored_parts(evaluation.rows, Label::good);
  const auto defective = scored_parts(evaluation.rows, Label::defective);
  evaluation.auroc = auroc_of(good, defective, options);
  evaluation.average_precision = value_of(stats::average_precision(good.scores, defective.scores));
  evaluation.f1_max = value_of(stats::f1_max(good.scores, defective.scores));
  evaluation.classes = class_figures(evaluation.rows, good, options);
  evaluation.groups = group_figures(evaluation.rows, options.confidence);
  evaluation.confusion = confusion_of(evaluation.rows);
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
