#include "words.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <lineguard/evaluation/compare.h>

namespace lineguard::evaluation {
namespace {

struct Pair {
  std::size_t row_a = 0, row_b = 0;
};

// Rows of the same sample that both predicted and somebody labelled.
std::vector<Pair> pairs_of(const Evaluation& a, const Evaluation& b) {
  std::map<std::size_t, std::size_t> in_b;
  for (std::size_t i = 0; i < b.rows.size(); ++i) {
    if (!b.rows[i].error) in_b[b.rows[i].sample] = i;
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    const auto found = in_b.find(a.rows[i].sample);
    if (a.rows[i].error || a.rows[i].truth == Label::unknown || found == in_b.end()) continue;
    pairs.push_back({i, found->second});
  }
  return pairs;
}

bool errs(const Row& row) {
  return row.truth == Label::defective ? row.label == Label::good : row.label != Label::good;
}

void count(const Row& a, const Row& b, RateChange& change) {
  ++change.discordant.n;
  change.a.count.events += errs(a);
  change.b.count.events += errs(b);
  change.discordant.only_a += errs(a) && !errs(b);
  change.discordant.only_b += errs(b) && !errs(a);
}

void finish(RateChange& change, double confidence) {
  change.a.count.n = change.b.count.n = change.discordant.n;
  change.a.interval = stats::exact_interval(change.a.count, confidence);
  change.b.interval = stats::exact_interval(change.b.count, confidence);
}

std::optional<stats::PairedDifference> ranking_of(const Comparison& comparison, const std::vector<Pair>& pairs,
                                                  const EvaluateOptions& options) {
  std::vector<double> good_a, good_b, defective_a, defective_b;
  stats::PartNumbers parts;
  std::map<std::string, std::size_t> good_parts, defective_parts;
  for (const Pair& pair : pairs) {
    const Row &a = comparison.a.rows[pair.row_a], &b = comparison.b.rows[pair.row_b];
    const bool good = a.truth == Label::good;
    (good ? good_a : defective_a).push_back(a.score);
    (good ? good_b : defective_b).push_back(b.score);
    auto& known = good ? good_parts : defective_parts;
    (good ? parts.good : parts.defective).push_back(known.try_emplace(a.part, known.size()).first->second);
  }
  const auto difference = stats::auroc_difference(good_a, defective_a, good_b, defective_b, parts,
                                                  {.seed = options.seed, .confidence = options.confidence});
  return difference ? std::optional(*difference) : std::nullopt;
}

std::string verdict_of(const Comparison& comparison) {
  const auto& ranking = comparison.auroc;
  if (!ranking) return "Nothing can be said about the ranking: it takes good and defective pictures.";
  const auto& interval = ranking->interval;
  const char* which = interval.low > 0    ? "B ranks defective above good pictures better than A"
                      : interval.high < 0 ? "B ranks defective above good pictures worse than A"
                                          : "These pictures do not show which model ranks better";
  return fmt::format("{}: the image AUROC differs by {:+.4f} ({:g} % interval {:+.4f} to {:+.4f}).", which,
                     ranking->difference(), 100 * comparison.confidence, interval.low, interval.high);
}

}  // namespace

Result<Comparison> compare(Evaluation a, Evaluation b, const EvaluateOptions& options) {
  Comparison comparison;
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  comparison.confidence = options.confidence;
  const auto pairs = pairs_of(comparison.a, comparison.b);
  if (pairs.empty())
    return make_error(ErrorCode::refused, "no labelled picture was predicted by both models: nothing to compare");
  for (const Pair& pair : pairs) {
    const Row &row_a = comparison.a.rows[pair.row_a], &row_b = comparison.b.rows[pair.row_b];
    const bool defective = row_a.truth == Label::defective;
    ++(defective ? comparison.n_defective : comparison.n_good);
    count(row_a, row_b, defective ? comparison.miss : comparison.overkill);
    if (errs(row_a) != errs(row_b)) comparison.changed.push_back({pair.row_a, pair.row_b, errs(row_a)});
  }
  finish(comparison.miss, options.confidence);
  finish(comparison.overkill, options.confidence);
  std::ranges::stable_sort(comparison.changed, {}, [&](const ChangedPicture& changed) {
    return std::pair(changed.better_in_b, comparison.b.rows[changed.row_b].truth != Label::defective);
  });
  comparison.auroc = ranking_of(comparison, pairs, options);
  comparison.verdict = verdict_of(comparison);
  return comparison;
}

}  // namespace lineguard::evaluation
