#include "words.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/parts.h>

namespace lineguard::evaluation {
namespace {

// Rows of the same sample that both predicted and somebody labelled.
std::vector<PairedRows> pairs_of(const Evaluation& a, const Evaluation& b) {
  std::map<std::size_t, std::size_t> in_b;
  for (std::size_t i = 0; i < b.rows.size(); ++i) {
    if (!b.rows[i].error) in_b[b.rows[i].sample] = i;
  }
  std::vector<PairedRows> pairs;
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

std::optional<stats::PairedDifference> ranking_of(const Comparison& comparison, const EvaluateOptions& options) {
  std::vector<double> good_a, good_b, defective_a, defective_b;
  stats::PartNumbers parts;
  std::map<std::string, std::size_t> good_parts, defective_parts;
  for (const PairedRows& pair : comparison.pairs) {
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

double distance_from_threshold(const Row& row, const Evaluation& evaluation) {
  return std::abs(row.score - evaluation.model.threshold);
}

void sort_worst_first(Comparison& comparison) {
  const auto rank = [&](const ChangedPicture& changed) {
    const Row &a = comparison.a.rows[changed.row_a], &b = comparison.b.rows[changed.row_b];
    const double distance =
        changed.better_in_b ? distance_from_threshold(a, comparison.a) : distance_from_threshold(b, comparison.b);
    return std::tuple(changed.better_in_b, b.truth != Label::defective, -distance);
  };
  std::ranges::stable_sort(comparison.changed, {}, rank);
}

// A figure's difference b - a with its interval. Whether more of it is better is in `sign`.
struct Difference {
  std::string words;
  stats::Interval interval;
  int sign = 1;
  bool told_apart() const { return interval.low > 0 || interval.high < 0; }
  bool better() const { return sign > 0 ? interval.low > 0 : interval.high < 0; }
};

std::string percentage_points(double share) {
  return fmt::format("{:+.2f}", 100 * share);
}

std::vector<Difference> differences_of(const Comparison& comparison) {
  std::vector<Difference> differences;
  const auto add_rate = [&](std::string_view name, const RateChange& change) {
    if (change.discordant.n == 0) return;
    const auto interval = change.discordant.difference_interval(comparison.confidence);
    differences.push_back(
        {fmt::format("the {} rate differs by {} percentage points ({:g} % interval {} to {}, n = {} {}s)", name,
                     percentage_points(change.b.count.rate() - change.a.count.rate()), 100 * comparison.confidence,
                     percentage_points(interval.low), percentage_points(interval.high), change.discordant.n,
                     unit_of(change.a)),
         interval, -1});
  };
  add_rate("miss", comparison.miss);
  add_rate("overkill", comparison.overkill);
  if (const auto& ranking = comparison.auroc) {
    differences.push_back(
        {fmt::format("the image AUROC differs by {:+.4f} ({:g} % interval {:+.4f} to {:+.4f})", ranking->difference(),
                     100 * comparison.confidence, ranking->interval.low, ranking->interval.high),
         ranking->interval, 1});
  }
  return differences;
}

void fill_verdict(Comparison& comparison) {
  std::vector<std::string> better, worse, open;
  for (const Difference& difference : differences_of(comparison))
    (!difference.told_apart() ? open : difference.better() ? better : worse).push_back(difference.words);
  if (better.empty() && worse.empty()) {
    comparison.verdict_in_words = fmt::format("These pictures do not tell B from A: {}.", fmt::join(open, "; "));
    return;
  }
  comparison.verdict = worse.empty() ? Verdict::better : better.empty() ? Verdict::worse : Verdict::mixed;
  std::string words;
  if (!worse.empty()) words = fmt::format("B is worse than A: {}.", fmt::join(worse, "; "));
  if (!better.empty())
    words += fmt::format("{}B is better than A: {}.", words.empty() ? "" : " ", fmt::join(better, "; "));
  comparison.verdict_in_words = words;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
    case Verdict::mixed:
      return "mixed";
    case Verdict::not_told_apart:
      return "not told apart";
  }
  return "not told apart";
}

bool surely_worse(const Comparison& comparison) {
  return comparison.verdict == Verdict::worse || comparison.verdict == Verdict::mixed;
}

Result<Comparison> compare(Evaluation a, Evaluation b, const EvaluateOptions& options) {
  Comparison comparison;
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  comparison.confidence = options.confidence;
  comparison.pairs = pairs_of(comparison.a, comparison.b);
  if (comparison.pairs.empty())
    return make_error(ErrorCode::refused, "no labelled picture was predicted by both models: nothing to compare");
  for (const PairedRows& pair : comparison.pairs) {
    const Row &row_a = comparison.a.rows[pair.row_a], &row_b = comparison.b.rows[pair.row_b];
    const bool defective = row_a.truth == Label::defective;
    ++(defective ? comparison.n_defective : comparison.n_good);
    if (errs(row_a) != errs(row_b)) comparison.changed.push_back({pair.row_a, pair.row_b, errs(row_a)});
  }
  fill_rates(comparison);
  sort_worst_first(comparison);
  comparison.auroc = ranking_of(comparison, options);
  fill_verdict(comparison);
  return comparison;
}

}  // namespace lineguard::evaluation
