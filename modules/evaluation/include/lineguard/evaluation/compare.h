// Two packages on the same pictures: is the new one better, and how sure is that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/stats/paired.h>

namespace lineguard::evaluation {

// One rate of both models on the parts that both predicted.
struct RateChange {
  Rate a, b;
  stats::Discordant discordant;  // parts on which just one errs
};

// A picture on which the decisions differ: rows of either evaluation.
struct ChangedPicture {
  std::size_t row_a = 0, row_b = 0;
  bool better_in_b = false;  // b is right where a errs
};

struct Comparison {
  Evaluation a, b;
  std::size_t n_good = 0, n_defective = 0;  // pictures that both predicted
  std::optional<stats::PairedDifference> auroc;
  RateChange miss, overkill;
  std::vector<ChangedPicture> changed;  // worst first: what b gets wrong, defective before good
  std::string verdict;                  // one sentence
  double confidence = 0.95;
};

// Errors: refused where no labelled picture was predicted by both.
Result<Comparison> compare(Evaluation a, Evaluation b, const EvaluateOptions& options = {});

std::string to_text(const Comparison& comparison);
std::string to_json(const Comparison& comparison);  // "lineguard.compare/2"
// One HTML file; pictures are drawn with b's heat map.
std::string to_html(const Comparison& comparison, const dataset::Dataset& dataset, Predictor& predictor_b);

}  // namespace lineguard::evaluation
