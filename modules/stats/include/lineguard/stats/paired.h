// Two models on the same pictures: differences with intervals that use the pairing. Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/stats/bootstrap.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/roc.h>

namespace lineguard::stats {

struct PairedDifference {
  double a = 0, b = 0;  // the figure of either model
  double difference() const { return b - a; }
  Interval interval;   // of b - a
  std::string method;  // how the interval came about, in words
  // Parts that the two models rank otherwise among those of the other label; of the label that has fewer of them. So
  // many signs could have fallen as they did by chance: a difference of five parts has p = 0.0625 at best.
  std::size_t changed = 0;
  bool shown(double confidence) const;  // the interval leaves out 0, and there are enough of these parts
};

// The same pictures scored by two models, in the same order. Resamples draw whole parts, stratified by label, and the
// same ones for both models. Where both rank all pictures alike no resample would differ and a bootstrap would claim
// certainty: the width of Newcombe's interval for a perfect order stands on either side instead. Errors as auroc().
// REQUIRES lists of equal length.
Result<PairedDifference> auroc_difference(std::span<const double> good_a, std::span<const double> defective_a,
                                          std::span<const double> good_b, std::span<const double> defective_b,
                                          const PartNumbers& parts = {}, const BootstrapOptions& options = {});

// Pictures on which just one of two models errs.
struct Discordant {
  std::size_t only_a = 0, only_b = 0, n = 0;
  // Exact McNemar test (Liddell 1983): the chance of a split at least as uneven if both err alike. 1 without any.
  double p_value() const;
  // Of b's rate minus a's: Wald's with one picture more on either side (Bonett and Price 2012), which does not claim
  // certainty where few pictures, or none, differ. [-1, 1] without pictures.
  Interval difference_interval(double confidence = 0.95) const;
  bool shown(double confidence) const;  // the interval leaves out 0, and the test agrees
};

}  // namespace lineguard::stats
