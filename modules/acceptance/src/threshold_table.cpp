#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include <lineguard/acceptance/accept.h>
#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/threshold_table.h>
#include <lineguard/package/region_rules.h>

namespace lineguard::acceptance {
namespace {

// Ascending: how many would be passed at a threshold is one search.
struct SortedScores {
  std::vector<double> good, defective;
};

SortedScores sorted_scores(const std::vector<Part>& parts) {
  SortedScores scores{scores_of(parts, Label::good), scores_of(parts, Label::defective)};
  std::ranges::sort(scores.good);
  std::ranges::sort(scores.defective);
  return scores;
}

std::size_t passed(const std::vector<double>& scores, const Point& point) {
  const auto end = std::ranges::partition_point(scores, [&](double score) {
    return package::label_of_score(score, point.threshold, point.unknown_band) == Label::good;
  });
  return static_cast<std::size_t>(end - scores.begin());
}

std::vector<double> thresholds_between(const SortedScores& scores, std::size_t most) {
  std::vector<double> all = scores.good;
  all.insert(all.end(), scores.defective.begin(), scores.defective.end());
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<double> thresholds;
  if (all.empty()) return thresholds;
  const double margin = std::max((all.back() - all.front()) / 100, std::abs(all.back()) * 1e-9 + 1e-12);
  thresholds.push_back(all.front() - margin);
  for (std::size_t i = 1; i < all.size(); ++i) thresholds.push_back(all[i - 1] + (all[i] - all[i - 1]) / 2);
  thresholds.push_back(all.back() + margin);
  if (thresholds.size() <= most) return thresholds;
  std::vector<double> thinned;
  for (std::size_t i = 0; i < most; ++i) thinned.push_back(thresholds[i * (thresholds.size() - 1) / (most - 1)]);
  return thinned;
}

// Of parts mixed as these, for the model's true rates.
double f1_of(double miss, double overkill, double n_defective, double n_good) {
  const double found = (1 - miss) * n_defective, missed = miss * n_defective, false_alarms = overkill * n_good;
  return found > 0 ? 2 * found / (2 * found + missed + false_alarms) : 0;
}

void add_joint_figures(ThresholdRow& row, const ThresholdOptions& options) {
  // Both rates lie in their intervals at once with the confidence asked for; both figures are monotone in either.
  const double each = 1 - (1 - options.confidence) / 2;
  const stats::Interval miss = stats::exact_interval(row.missed, each),
                        overkill = stats::exact_interval(row.diverted, each);
  const auto n_defective = static_cast<double>(row.missed.n), n_good = static_cast<double>(row.diverted.n);
  if (row.missed.n == 0) return;
  const double miss_rate = row.missed.rate(), overkill_rate = row.diverted.n > 0 ? row.diverted.rate() : 0;
  row.f1 = f1_of(miss_rate, overkill_rate, n_defective, n_good);
  row.f1_interval = {f1_of(miss.high, overkill.high, n_defective, n_good),
                     f1_of(miss.low, overkill.low, n_defective, n_good)};
  if (!options.defect_rate || row.diverted.n == 0) return;
  const double rate = *options.defect_rate;
  row.escapes = escape_rate(miss_rate, overkill_rate, rate);
  row.escapes_interval = {escape_rate(miss.low, overkill.low, rate),
                          overkill.high < 1 ? escape_rate(miss.high, overkill.high, rate) : 1};
}

ThresholdRow row_at(double threshold, const SortedScores& scores, const ThresholdOptions& options) {
  ThresholdRow row;
  row.threshold = threshold;
  const Point point{threshold, options.unknown_band};
  row.missed = {passed(scores.defective, point), scores.defective.size()};
  row.diverted = {scores.good.size() - passed(scores.good, point), scores.good.size()};
  row.miss = stats::exact_interval(row.missed, options.confidence);
  row.overkill = stats::exact_interval(row.diverted, options.confidence);
  add_joint_figures(row, options);
  return row;
}

std::string rate_cells(const stats::Count& count, const stats::Interval& interval) {
  if (count.n == 0) return "0,0,,,";
  return fmt::format("{},{},{},{},{}", count.events, count.n, count.rate(), interval.low, interval.high);
}

}  // namespace

std::vector<ThresholdRow> threshold_table(const std::vector<Part>& all_parts, double in_use,
                                          const ThresholdOptions& options) {
  std::vector<Part> parts = all_parts;
  std::erase_if(parts, [](const Part& part) { return part.failed > 0; });
  const SortedScores scores = sorted_scores(parts);
  std::vector<ThresholdRow> table;
  if (parts.empty()) return table;
  std::vector<double> thresholds = thresholds_between(scores, options.most_rows);
  thresholds.insert(std::ranges::lower_bound(thresholds, in_use), in_use);
  for (const double threshold : thresholds) {
    if (!table.empty() && table.back().threshold == threshold) continue;
    table.push_back(row_at(threshold, scores, options));
    table.back().in_use = threshold == in_use;
  }
  return table;
}

std::string to_csv(const std::vector<ThresholdRow>& table) {
  std::string text =
      "threshold,in_use,missed,defective,miss_rate,miss_low,miss_high,diverted,good,overkill_rate,overkill_low,"
      "overkill_high,"
      "f1,f1_low,f1_high,escapes_ppm,escapes_ppm_low,escapes_ppm_high\n";
  for (const ThresholdRow& row : table) {
    text += fmt::format("{},{},{},{},", row.threshold, row.in_use ? 1 : 0, rate_cells(row.missed, row.miss),
                        rate_cells(row.diverted, row.overkill));
    text += row.f1 ? fmt::format("{},{},{},", *row.f1, row.f1_interval.low, row.f1_interval.high) : ",,,";
    const auto ppm = [&](double share) { return share * kPartsPerMillion; };
    text += row.escapes ? fmt::format("{},{},{}\n", ppm(*row.escapes), ppm(row.escapes_interval.low),
                                      ppm(row.escapes_interval.high))
                        : ",,\n";
  }
  return text;
}

std::vector<ProposedPoint> propose_points(const std::vector<ThresholdRow>& table) {
  std::vector<ProposedPoint> proposed;
  if (table.empty() || table.front().missed.n == 0 || table.front().diverted.n == 0) return proposed;
  const auto add = [&](const char* why, const ThresholdRow& row) {
    const auto same = [&](const ProposedPoint& other) {
      return other.row.missed.events == row.missed.events && other.row.diverted.events == row.diverted.events;
    };
    if (std::ranges::none_of(proposed, same)) proposed.push_back({why, row});
  };
  // Missing none: the highest such threshold, which diverts fewest.
  const auto first_miss = std::ranges::find_if(table, [](const ThresholdRow& row) { return row.missed.events > 0; });
  const auto diverts_all = [](const ThresholdRow& row) { return row.diverted.events == row.diverted.n; };
  if (first_miss != table.begin() && !diverts_all(*std::prev(first_miss)))
    add("finds every defective part", *std::prev(first_miss));
  add("best F1", *std::ranges::max_element(table, {}, [](const ThresholdRow& row) { return row.f1.value_or(0); }));
  const auto no_overkill =
      std::ranges::find_if(table, [](const ThresholdRow& row) { return row.diverted.events == 0; });
  if (no_overkill != table.end() && no_overkill->missed.events < no_overkill->missed.n)
    add("diverts no good part", *no_overkill);
  return proposed;
}

}  // namespace lineguard::acceptance
