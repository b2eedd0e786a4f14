// Two packages on the same pictures: is the new one better, and how sure is that.
#pragma once

#include <optional>
#include <string>
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

// A labelled picture that both predicted: rows of either evaluation.
struct PairedRows {
  std::size_t row_a = 0, row_b = 0;
};

// One on which the decisions differ.
struct ChangedPicture {
  std::size_t row_a = 0, row_b = 0;
  bool better_in_b = false;  // b is right where a errs
};

// Of the model in B, by the intervals of the differences in miss rate, overkill rate and image AUROC: one that lies
// whole on one side of 0 tells the models apart.
enum class Verdict { better, worse, mixed, not_told_apart };
std::string_view to_string(Verdict verdict);  // "not told apart"

struct Comparison {
  Evaluation a, b;
  std::vector<PairedRows> pairs;
  std::size_t n_good = 0, n_defective = 0;  // of these pairs
  std::optional<stats::PairedDifference> auroc;
  RateChange miss, overkill;
  // Worst first: what b gets wrong, defective before good, those farthest from the threshold first.
  std::vector<ChangedPicture> changed;
  Verdict verdict = Verdict::not_told_apart;
  std::string verdict_in_words;  // one sentence: by which figure, with its interval
  double confidence = 0.95;
};

// Errors: refused where no labelled picture was predicted by both.
Result<Comparison> compare(Evaluation a, Evaluation b, const EvaluateOptions& options = {});

// By one figure at least, whatever the others say: a trade is for a person to decide.
bool surely_worse(const Comparison& comparison);

std::string to_text(const Comparison& comparison);
std::string to_json(const Comparison& comparison);  // "lineguard.compare/2"
// One HTML file to decide by: the verdict, the differences, scores against scores, and the pictures whose decision
// changed, as either model sees them. The shown pictures are predicted again.
std::string to_html(const Comparison& comparison, const dataset::Dataset& dataset, Predictor& predictor_a,
                    Predictor& predictor_b, const ReportOptions& options = {});

}  // namespace lineguard::evaluation
