// Agreement beyond chance: Cohen's kappa of two raters (1960), Fleiss' of several (1971), with intervals that draw
// whole parts. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <lineguard/stats/bootstrap.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::stats {

struct Kappa {
  double value = 0;  // 1: always agreed, 0: as often as chance would have it
  Interval interval;
  double observed = 0, expected = 0;  // shares of pairs that agree, and that chance alone would make agree
  std::size_t parts = 0;
};

// One part: the categories (0, 1, …) that the first and the second rater gave it, trial by trial.
using PairedAnswers = std::vector<std::pair<std::size_t, std::size_t>>;

// The interval is the bootstrap's over parts, never narrower than exact bounds on the agreement of as many independent
// parts allow: where nearly all agree most resamples say that all do. None where kappa is not defined: no answers, or
// chance alone would make all agree (one category). REQUIRES: categories below `categories`.
std::optional<Kappa> cohen_kappa(const std::vector<PairedAnswers>& parts, std::size_t categories,
                                 const BootstrapOptions& options = {});

// One part: how often each category was given. A part with fewer than two answers is left out.
using AnswerCounts = std::vector<std::size_t>;

// Pairs of answers to the same part, whoever gave them; parts may have different numbers of answers, each part counts
// by its number of answers. With `category` that category against all others.
std::optional<Kappa> fleiss_kappa(const std::vector<AnswerCounts>& parts, std::optional<std::size_t> category = {},
                                  const BootstrapOptions& options = {});

}  // namespace lineguard::stats
