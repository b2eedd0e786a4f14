#include "verdict.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/enum_names.h>
#include <lineguard/core/words.h>

namespace lineguard::evaluation {
namespace {

Difference rate_difference(std::string_view figure, const RateChange& change, double confidence) {
  const stats::Interval interval = change.discordant.difference_interval(confidence);
  return {figure,
          false,
          interval,
          fmt::format("{:+.2f} percentage points", 100 * (change.b.count.rate() - change.a.count.rate())),
          fmt::format("{:+.2f} to {:+.2f}", 100 * interval.low, 100 * interval.high),
          count_of(change.discordant.n, unit_of(change.a)),
          change.discordant.shown(confidence),
          fmt::format("p = {:.3g} by McNemar's test", change.discordant.p_value())};
}

Difference auroc_difference(const stats::PairedDifference& auroc, std::size_t pictures, double confidence) {
  const bool shown = auroc.shown(confidence);
  const bool too_few = !shown && auroc.interval.leaves_out(0);
  return {kImageAuroc,
          true,
          auroc.interval,
          fmt::format("{:+.4f}", auroc.difference()),
          fmt::format("{:+.4f} to {:+.4f}", auroc.interval.low, auroc.interval.high),
          count_of(pictures, "picture"),
          shown,
          too_few ? fmt::format("{} make it", count_of(auroc.changed, "part")) : ""};
}

std::vector<Difference> differences_of(const Comparison& comparison) {
  std::vector<Difference> differences;
  const auto add_rate = [&](std::string_view figure, const RateChange& change) {
    if (change.discordant.n > 0) differences.push_back(rate_difference(figure, change, comparison.confidence));
  };
  add_rate(kMissRate, comparison.miss);
  add_rate(kOverkillRate, comparison.overkill);
  if (comparison.auroc) {
    differences.push_back(
        auroc_difference(*comparison.auroc, comparison.n_good + comparison.n_defective, comparison.confidence));
  }
  return differences;
}

std::string in_words(const Difference& difference, double confidence) {
  return fmt::format("the {} differs by {} ({:g} % interval {}, n = {}{}{})", difference.figure, difference.in_words,
                     100 * confidence, difference.interval_in_words, difference.n_in_words,
                     difference.test_in_words.empty() ? "" : ", ", difference.test_in_words);
}

std::vector<std::string_view> unknown_rates(const Comparison& comparison) {
  std::vector<std::string_view> unknown;
  for (const std::string_view rate : {kMissRate, kOverkillRate}) {
    if (find_difference(comparison, rate) == nullptr) unknown.push_back(rate);
  }
  return unknown;
}

}  // namespace

void decide(Comparison& comparison) {
  comparison.differences = differences_of(comparison);
  std::vector<std::string> better, worse, open, sentences;
  for (const Difference& difference : comparison.differences) {
    (!difference.told_apart     ? open
     : difference.better_in_b() ? better
                                : worse)
        .push_back(in_words(difference, comparison.confidence));
  }
  if (better.empty() && worse.empty())
    sentences.push_back(
        fmt::format("These pictures do not tell B from A{}{}.", open.empty() ? "" : ": ", fmt::join(open, "; ")));
  else
    comparison.verdict = worse.empty() ? Verdict::better : better.empty() ? Verdict::worse : Verdict::mixed;
  if (!worse.empty()) sentences.push_back(fmt::format("B is worse than A: {}.", fmt::join(worse, "; ")));
  if (!better.empty()) sentences.push_back(fmt::format("B is better than A: {}.", fmt::join(better, "; ")));
  if (const auto unknown = unknown_rates(comparison); !unknown.empty())
    sentences.push_back(fmt::format("Unknown: {}.", fmt::join(unknown, ", ")));
  comparison.verdict_in_words = fmt::format("{}", fmt::join(sentences, " "));
}

std::string_view to_string(Verdict verdict) {
  static constexpr auto kNames = std::to_array<EnumName<Verdict>>({{Verdict::better, "better"},
                                                                   {Verdict::worse, "worse"},
                                                                   {Verdict::mixed, "mixed"},
                                                                   {Verdict::not_told_apart, "not told apart"}});
  static_assert(names_every_value(kNames));
  return name_of(kNames, verdict);
}

const Difference* find_difference(const Comparison& comparison, std::string_view figure) {
  const auto found = std::ranges::find(comparison.differences, figure, &Difference::figure);
  return found == comparison.differences.end() ? nullptr : &*found;
}

std::vector<std::string> reasons_against_b(const Comparison& comparison) {
  std::vector<std::string> reasons;
  for (const Difference& difference : comparison.differences) {
    if (difference.told_apart && !difference.better_in_b())
      reasons.push_back(fmt::format("B is worse by the {}", difference.figure));
  }
  if (comparison.failures.only_b > 0)
    reasons.push_back(fmt::format("B failed on pictures that A predicted: {}", comparison.failures.only_b));
  for (const std::string_view rate : unknown_rates(comparison))
    reasons.push_back(fmt::format("nothing shows the {}", rate));
  return reasons;
}

}  // namespace lineguard::evaluation
