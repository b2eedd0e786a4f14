#include "words.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/parts.h>

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

// Of `a` those that are in `b` too, by name; both lists have the same order.
std::vector<Part> common_parts(const std::vector<Part>& a, const std::vector<Part>& b) {
  std::set<std::string> names;
  for (const Part& part : b) names.insert(part.name);
  std::vector<Part> common;
  std::ranges::copy_if(a, std::back_inserter(common), [&](const Part& part) { return names.contains(part.name); });
  return common;
}

RateChange change_of(const std::vector<Part>& a, const std::vector<Part>& b, Label truth, double confidence) {
  RateChange change{rate_of(a, truth, confidence), rate_of(b, truth, confidence), {}};
  change.discordant.n = change.a.count.n;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].truth != truth) continue;
    change.discordant.only_a += a[i].wrongly_decided() && !b[i].wrongly_decided();
    change.discordant.only_b += b[i].wrongly_decided() && !a[i].wrongly_decided();
  }
  return change;
}

// Parts count where every one of their pictures was predicted by both.
void fill_rates(Comparison& comparison) {
  std::map<std::size_t, const Row*> in_b;
  for (const Row& row : comparison.b.rows) in_b[row.sample] = &row;
  std::vector<const Row*> rows_a, rows_b;
  for (const Row& row : comparison.a.rows) {
    const auto found = in_b.find(row.sample);
    if (found == in_b.end()) continue;
    rows_a.push_back(&row);
    rows_b.push_back(found->second);
  }
  const auto parts_a = parts_of(rows_a), parts_b = parts_of(rows_b);
  const auto a = common_parts(parts_a, parts_b), b = common_parts(parts_b, parts_a);
  comparison.miss = change_of(a, b, Label::defective, comparison.confidence);
  comparison.overkill = change_of(a, b, Label::good, comparison.confidence);
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
    if (errs(row_a) != errs(row_b)) comparison.changed.push_back({pair.row_a, pair.row_b, errs(row_a)});
  }
  fill_rates(comparison);
  std::ranges::stable_sort(comparison.changed, {}, [&](const ChangedPicture& changed) {
    return std::pair(changed.better_in_b, comparison.b.rows[changed.row_b].truth != Label::defective);
  });
  comparison.auroc = ranking_of(comparison, pairs, options);
  comparison.verdict = verdict_of(comparison);
  return comparison;
}

}  // namespace lineguard::evaluation
