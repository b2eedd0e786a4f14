#include "verdict.h"
#include "words.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include <lineguard/evaluation/compare.h>

namespace lineguard::evaluation {
namespace {

// Every picture that both were asked about.
std::vector<PairedRows> common_rows(const Evaluation& a, const Evaluation& b) {
  std::map<std::size_t, std::size_t> in_b;
  for (std::size_t i = 0; i < b.rows.size(); ++i) in_b[b.rows[i].sample] = i;
  std::vector<PairedRows> common;
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    const auto found = in_b.find(a.rows[i].sample);
    if (found != in_b.end()) common.push_back({i, found->second});
  }
  return common;
}

void count(const PairedRows& rows, Comparison& comparison) {
  const Row &a = comparison.a.rows[rows.row_a], &b = comparison.b.rows[rows.row_b];
  if (a.error || b.error) {
    Failures& failures = comparison.failures;
    failures.pictures.push_back(rows);
    ++(a.error && b.error ? failures.both : a.error ? failures.only_a : failures.only_b);
  } else if (a.truth != Label::unknown) {
    comparison.pairs.push_back(rows);
    ++(a.truth == Label::defective ? comparison.n_defective : comparison.n_good);
  }
}

// The same parts as either model decides them: both lists have the same order. A picture that one failed on counts as
// failed in both, so that no rate has a part that the other one lacks.
struct PairedParts {
  std::vector<Part> a, b;
  std::vector<PairedRows> rows;  // to which the parts' places refer
};

PairedParts paired_parts(const Comparison& comparison, std::vector<PairedRows> common) {
  PairedParts parts;
  parts.rows = std::move(common);
  std::vector<const Row*> rows_a, rows_b;
  for (const PairedRows& rows : parts.rows) {
    rows_a.push_back(&comparison.a.rows[rows.row_a]);
    rows_b.push_back(&comparison.b.rows[rows.row_b]);
  }
  parts.a = all_parts_of(rows_a);
  parts.b = all_parts_of(rows_b);
  for (std::size_t i = 0; i < parts.a.size(); ++i)
    parts.a[i].failed = parts.b[i].failed = parts.a[i].failed + parts.b[i].failed;
  return parts;
}

bool differs(const Part& a, const Part& b) {
  return a.failed == 0 && a.wrongly_decided() != b.wrongly_decided();
}

RateChange change_of(const PairedParts& parts, Label truth, double confidence) {
  RateChange change{rate_of(parts.a, truth, confidence), rate_of(parts.b, truth, confidence), {}};
  change.discordant.n = change.a.count.n;
  for (std::size_t i = 0; i < parts.a.size(); ++i) {
    const Part &a = parts.a[i], &b = parts.b[i];
    if (a.truth != truth || !differs(a, b)) continue;
    ++(a.wrongly_decided() ? change.discordant.only_a : change.discordant.only_b);
  }
  return change;
}

void fill_changed(Comparison& comparison, const PairedParts& parts) {
  for (std::size_t i = 0; i < parts.a.size(); ++i) {
    const Part& part = parts.a[i];
    if (!differs(part, parts.b[i])) continue;
    for (const std::size_t place : part.rows) {
      const auto [a, b] = parts.rows[place];
      if ((comparison.a.rows[a].label == Label::good) != (comparison.b.rows[b].label == Label::good))
        comparison.changed.push_back({a, b, part.truth, part.wrongly_decided()});
    }
  }
}

std::optional<stats::PairedDifference> ranking_of(const Comparison& comparison, const EvaluateOptions& options) {
  std::vector<double> good_a, good_b, defective_a, defective_b;
  stats::PartNumbers parts;
  stats::PartNumbering good_parts, defective_parts;
  for (const PairedRows& pair : comparison.pairs) {
    const Row &a = comparison.a.rows[pair.row_a], &b = comparison.b.rows[pair.row_b];
    const bool good = a.truth == Label::good;
    (good ? good_a : defective_a).push_back(a.score);
    (good ? good_b : defective_b).push_back(b.score);
    (good ? parts.good : parts.defective).push_back((good ? good_parts : defective_parts).number_of(a.part));
  }
  const auto difference = stats::auroc_difference(good_a, defective_a, good_b, defective_b, parts,
                                                  {.seed = options.seed, .confidence = options.confidence});
  return difference ? std::optional(*difference) : std::nullopt;
}

double distance_from_threshold(const Row& row, const Evaluation& evaluation) {
  return std::abs(row.score - evaluation.model.threshold);
}

void sort_worst_first(Comparison& comparison) {
  const auto rank = [&](const ChangedPicture& changed) {
    const Row &a = comparison.a.rows[changed.row_a], &b = comparison.b.rows[changed.row_b];
    const double distance =
        changed.better_in_b ? distance_from_threshold(a, comparison.a) : distance_from_threshold(b, comparison.b);
    return std::tuple(changed.better_in_b, changed.part_truth != Label::defective, -distance);
  };
  std::ranges::stable_sort(comparison.changed, {}, rank);
}

Error nothing_to_compare(const Comparison& comparison) {
  std::string words = "no labelled picture was predicted by both models: nothing to compare";
  if (!comparison.failures.pictures.empty()) {
    const PairedRows& first = comparison.failures.pictures.front();
    const Row &a = comparison.a.rows[first.row_a], &b = comparison.b.rows[first.row_b];
    words += fmt::format(" ({}, the first: {}: {})", failures_in_words(comparison.failures), a.image,
                         (b.error ? b : a).error->message);
  }
  return make_error(ErrorCode::refused, words);
}

}  // namespace

Result<Comparison> compare(Evaluation a, Evaluation b, const EvaluateOptions& options) {
  Comparison comparison;
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  comparison.confidence = options.confidence;
  auto common = common_rows(comparison.a, comparison.b);
  for (const PairedRows& rows : common) count(rows, comparison);
  if (comparison.pairs.empty()) return nothing_to_compare(comparison);
  const PairedParts parts = paired_parts(comparison, std::move(common));
  comparison.miss = change_of(parts, Label::defective, comparison.confidence);
  comparison.overkill = change_of(parts, Label::good, comparison.confidence);
  comparison.auroc = ranking_of(comparison, options);
  fill_changed(comparison, parts);
  sort_worst_first(comparison);
  decide(comparison);
  return comparison;
}

}  // namespace lineguard::evaluation
