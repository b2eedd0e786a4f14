// Two packages on the same pictures: is the new one better, and how sure is that.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/stats/paired.h>

namespace lineguard::evaluation {

// One rate of both models on the parts that both predicted.
struct RateChange {
  Rate a, b;
  stats::Discordant discordant;  // parts on which just one errs
};

// A picture: its rows of either evaluation.
struct PairedRows {
  std::size_t row_a = 0, row_b = 0;
};

// Pictures that could not be read or predicted, labelled or not.
struct Failures {
  std::size_t both = 0, only_a = 0, only_b = 0;
  std::vector<PairedRows> pictures;
};

// One that just one model diverts, of a part on which just one errs.
struct ChangedPicture {
  std::size_t row_a = 0, row_b = 0;
  Label part_truth = Label::good;
  bool better_in_b = false;  // b is right where a errs
};

inline constexpr std::string_view kMissRate = "miss rate", kOverkillRate = "overkill rate", kImageAuroc = "image AUROC";

// A figure of B minus that of A, in the numbers and words that every output gives.
struct Difference {
  std::string_view figure;  // one of the three above
  bool more_is_better = false;
  stats::Interval interval;       // of Comparison::confidence
  std::string in_words;           // "+16.67 percentage points"
  std::string interval_in_words;  // "-3.20 to +36.54", in the same unit
  std::string n_in_words;         // "20 parts"
  bool told_apart = false;        // the interval lies on one side of 0, and enough parts make it so
  std::string test_in_words;  // what beside the interval decides that: "p = 0.0625 by McNemar's test"; empty: nothing

  bool better_in_b() const { return more_is_better ? interval.low > 0 : interval.high < 0; }
};

// Of the model in B, by the intervals of the differences in miss rate, overkill rate and image AUROC: one that lies
// whole on one side of 0 tells the models apart, of a rate only with McNemar's exact test (its p at most 1 -
// confidence), of the AUROC only where so many parts are ranked otherwise that their signs could show it.
enum class Verdict { better, worse, mixed, not_told_apart };
std::string_view to_string(Verdict verdict);  // "not told apart"

struct Comparison {
  Evaluation a, b;
  std::vector<PairedRows> pairs;            // labelled and predicted by both
  std::size_t n_good = 0, n_defective = 0;  // of these pairs
  Failures failures;
  std::optional<stats::PairedDifference> auroc;
  RateChange miss, overkill;
  std::vector<Difference> differences;  // without what is unknown
  // Worst first: what b gets wrong, of defective parts before good ones, those farthest from the threshold first.
  std::vector<ChangedPicture> changed;
  Verdict verdict = Verdict::not_told_apart;
  std::string verdict_in_words;  // one sentence: by which figure, with its interval
  double confidence = 0.95;
};

// Errors: refused where no labelled picture was predicted by both.
Result<Comparison> compare(Evaluation a, Evaluation b, const EvaluateOptions& options = {});

// None where the figure is unknown.
const Difference* find_difference(const Comparison& comparison, std::string_view figure);

// Why B should not take A's place unseen, each as a clause: B is worse by a figure, whatever the others say (a
// trade is for a person to decide), failed on pictures that A predicted, or nothing shows one of its rates. Empty:
// none.
std::vector<std::string> reasons_against_b(const Comparison& comparison);

std::string to_text(const Comparison& comparison);
std::string to_json(const Comparison& comparison);  // "lineguard.compare/2"
// One HTML file to decide by: the verdict, the differences, scores against scores, and the pictures whose decision
// changed, as either model sees them. The shown pictures are predicted again.
std::string to_html(const Comparison& comparison, const dataset::Dataset& dataset, Predictor& predictor_a,
                    Predictor& predictor_b, const ReportOptions& options = {});

}  // namespace lineguard::evaluation
