// How often every interval and bound that is claimed holds, by simulation from known truths: a short run is a unit
// test, the full one bench/coverage.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include <lineguard/acceptance/accept.h>
#include <lineguard/acceptance/agreement.h>
#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/threshold_table.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/kappa.h>
#include <lineguard/stats/roc.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::acceptance::test {

using Random = std::mt19937_64;

// One claim in one situation: a draw says whether the claim held.
struct CoverageCase {
  std::string name;
  double nominal = 0.95;
  std::function<bool(Random&)> holds;
};

struct Coverage {
  std::string name;
  double nominal = 0, observed = 0;
  std::size_t draws = 0;
  // Standard errors below nominal; 0 or less: not below.
  double errors_below() const {
    return (nominal - observed) / std::sqrt(nominal * (1 - nominal) / static_cast<double>(draws));
  }
};

inline Coverage measure(const CoverageCase& of, std::size_t draws, std::uint64_t seed) {
  Random random(seed);
  std::size_t held = 0;
  for (std::size_t i = 0; i < draws; ++i) held += of.holds(random);
  return {of.name, of.nominal, static_cast<double>(held) / static_cast<double>(draws), draws};
}

// Of `cases` together a claim that holds exactly is this far below nominal as rarely as one alone is three errors
// below.
inline double allowed_errors(std::size_t cases) {
  const boost::math::normal normal;
  const double three = boost::math::cdf(complement(normal, 3.0));
  return boost::math::quantile(complement(normal, three / static_cast<double>(cases)));
}

inline double normal_cdf(double x) {
  return boost::math::cdf(boost::math::normal(), x);
}

inline stats::Count draw_count(Random& random, std::size_t n, double rate) {
  return {std::binomial_distribution<std::size_t>(n, rate)(random), n};
}

// Good parts score N(0, 1), defective ones N(shift, 1); `step` > 0 rounds scores, so that many are tied.
struct ScoreModel {
  double shift = 3, step = 0;
  double draw(Random& random, bool defective) const {
    const double score = std::normal_distribution<double>(defective ? shift : 0)(random);
    return step > 0 ? std::round(score / step) * step : score;
  }
  // P(score <= threshold), and what is passed: scores below the threshold by at least the band.
  double at_or_below(double threshold, bool defective) const {
    const double cut = step > 0 ? (std::floor(threshold / step) + 0.5) * step : threshold;
    return normal_cdf(cut - (defective ? shift : 0));
  }
  double miss(double threshold) const { return at_or_below(threshold, true); }
  double overkill(double threshold) const { return 1 - at_or_below(threshold, false); }
};

inline std::vector<Part> draw_parts(Random& random, const ScoreModel& model, std::size_t good, std::size_t defective,
                                    double threshold = 0) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < good + defective; ++i) {
    Part part;
    part.truth = i < good ? Label::good : Label::defective;
    part.score = model.draw(random, i >= good);
    part.label = part.score > threshold ? Label::defective : Label::good;
    part.pictures = 1;
    if (i >= good) part.classes = {"crack"};
    parts.push_back(std::move(part));
  }
  return parts;
}

inline void add_binomial_cases(std::vector<CoverageCase>& cases) {
  for (const std::size_t n : {20, 100, 500}) {
    for (const double rate : {0.003, 0.02, 0.1, 0.4}) {
      const std::string of = " n=" + std::to_string(n) + " rate=" + std::to_string(rate);
      cases.push_back(
          {"upper bound" + of, 0.95, [=](Random& r) { return stats::upper_bound(draw_count(r, n, rate)) >= rate; }});
      cases.push_back({"interval" + of, 0.95,
                       [=](Random& r) { return !stats::exact_interval(draw_count(r, n, rate)).leaves_out(rate); }});
    }
  }
}

// Claims of a point that was given, and that a model which violates a limit is accepted rarely enough.
inline void add_accept_cases(std::vector<CoverageCase>& cases) {
  const auto escape_holds = [](std::size_t n_good, std::size_t n_defective, double miss, double overkill,
                               double defect_rate) {
    return [=](Random& random) {
      Limits limits;
      limits.max_escapes = 0.5;
      limits.defect_rate = defect_rate;
      const stats::Count missed = draw_count(random, n_defective, miss),
                         diverted = draw_count(random, n_good, overkill);
      std::vector<Part> parts;
      for (std::size_t i = 0; i < n_good + n_defective; ++i) {
        Part part;
        const bool good = i < n_good;
        part.truth = good ? Label::good : Label::defective;
        part.label = (good ? i >= diverted.events : i - n_good < missed.events) ? Label::good : Label::defective;
        part.pictures = 1;
        parts.push_back(part);
      }
      return accept_point(parts, {}, limits)->claims.back().bound >= escape_rate(miss, overkill, defect_rate);
    };
  };
  cases.push_back({"escape bound, rare defects", 0.95, escape_holds(200, 60, 0.03, 0.05, 0.003)});
  cases.push_back({"escape bound, common defects", 0.95, escape_holds(50, 100, 0.1, 0.3, 0.2)});
  cases.push_back({"escape bound, few parts", 0.95, escape_holds(15, 15, 0.2, 0.4, 0.05)});
  // At the limit itself a point may be accepted in 5 % of draws.
  for (const double limit : {0.02, 0.1}) {
    cases.push_back(
        {"a miss rate at the limit is refused, " + std::to_string(limit), 0.95, [=](Random& random) {
           Limits limits;
           limits.max_miss = limit;
           limits.max_overkill = 0.5;
           const ScoreModel model;
           const double threshold = model.shift + boost::math::quantile(boost::math::normal(), limit);
           return !accept_point(draw_parts(random, model, 40, 200, threshold), {threshold, 0}, limits)->accepted();
         }});
  }
}

// Thresholds that are chosen on the parts: both limits hold together.
inline void add_choose_cases(std::vector<CoverageCase>& cases) {
  struct Situation {
    std::string name;
    ScoreModel model;
    std::size_t good, defective;
    double max_miss, max_overkill;
  };
  const Situation situations[] = {{"apart", {5, 0}, 300, 300, 0.02, 0.02},
                                  {"close", {2.5, 0}, 400, 400, 0.1, 0.12},
                                  {"hardly", {2, 0}, 150, 200, 0.2, 0.2},
                                  {"tied", {3, 0.25}, 300, 300, 0.08, 0.1}};
  for (const Situation& at : situations) {
    // A draw counts against the claim where a threshold was chosen and its true rates are above a limit.
    const auto holds = [at](const Limits& limits, Random& random) {
      const auto chosen = choose_point(draw_parts(random, at.model, at.good, at.defective), 0, limits);
      if (!chosen->accepted()) return true;
      const double miss = at.model.miss(chosen->threshold), overkill = at.model.overkill(chosen->threshold);
      const bool escapes =
          !limits.max_escapes || escape_rate(miss, overkill, *limits.defect_rate) <= *limits.max_escapes;
      return (!limits.max_miss || miss <= *limits.max_miss) &&
             (!limits.max_overkill || overkill <= *limits.max_overkill) && escapes;
    };
    cases.push_back({"chosen for both limits, scores " + at.name, 0.95, [=](Random& random) {
                       Limits limits;
                       limits.max_miss = at.max_miss;
                       limits.max_overkill = at.max_overkill;
                       return holds(limits, random);
                     }});
    cases.push_back({"chosen for misses, scores " + at.name, 0.95, [=](Random& random) {
                       Limits limits;
                       limits.max_miss = at.max_miss;
                       return holds(limits, random);
                     }});
    cases.push_back({"chosen for overkill, scores " + at.name, 0.95, [=](Random& random) {
                       Limits limits;
                       limits.max_overkill = at.max_overkill;
                       return holds(limits, random);
                     }});
    cases.push_back({"chosen for escapes, scores " + at.name, 0.95, [=](Random& random) {
                       Limits limits;
                       limits.max_escapes = escape_rate(at.max_miss, at.max_overkill, 0.01);
                       limits.defect_rate = 0.01;
                       limits.max_overkill = at.max_overkill;
                       return holds(limits, random);
                     }});
    // The side that chose nothing is judged by its counts at the chosen threshold.
    cases.push_back({"overkill bound where misses chose, scores " + at.name, 0.95, [at](Random& random) {
                       Limits limits;
                       limits.max_miss = at.max_miss;
                       const auto chosen = choose_point(draw_parts(random, at.model, at.good, at.defective), 0, limits);
                       return chosen->claims.size() < 2 ||
                              chosen->claims[1].bound >= at.model.overkill(chosen->threshold);
                     }});
  }
}

inline void add_table_cases(std::vector<CoverageCase>& cases) {
  const ScoreModel model;
  const double threshold = 1.6, defect_rate = 0.02;
  const auto row_in_use = [=](Random& random, std::size_t good, std::size_t defective) {
    const auto table = threshold_table(draw_parts(random, model, good, defective), threshold,
                                       {.defect_rate = defect_rate, .most_rows = 2});  // one row is looked at
    return *std::ranges::find_if(table, &ThresholdRow::in_use);
  };
  for (const std::size_t n : {30, 200}) {
    const std::string of = " of the threshold table, n=" + std::to_string(n);
    const double miss = model.miss(threshold), overkill = model.overkill(threshold);
    const auto f1 = [=] {
      const double found = (1 - miss) * static_cast<double>(n);
      return 2 * found / (2 * found + miss * static_cast<double>(n) + overkill * static_cast<double>(2 * n));
    }();
    cases.push_back(
        {"miss rate" + of, 0.95, [=](Random& r) { return !row_in_use(r, 2 * n, n).miss.leaves_out(miss); }});
    cases.push_back({"overkill rate" + of, 0.95,
                     [=](Random& r) { return !row_in_use(r, 2 * n, n).overkill.leaves_out(overkill); }});
    cases.push_back({"F1" + of, 0.95, [=](Random& r) { return !row_in_use(r, 2 * n, n).f1_interval.leaves_out(f1); }});
    cases.push_back(
        {"escapes" + of, 0.95, [=](Random& r) {
           return !row_in_use(r, 2 * n, n).escapes_interval.leaves_out(escape_rate(miss, overkill, defect_rate));
         }});
  }
}

// Two raters that see the truth with probability `right`, one or three trials a part.
inline void add_kappa_cases(std::vector<CoverageCase>& cases, int resamples) {
  struct Raters {
    std::size_t parts, trials;
    double right, prevalence;
  };
  for (const Raters& at : {Raters{50, 3, 0.95, 0.3}, Raters{50, 1, 0.9, 0.3}, Raters{50, 3, 0.98, 0.1},
                           Raters{30, 1, 0.8, 0.5}, Raters{100, 3, 0.9, 0.4}}) {
    const double agree = at.right * at.right + (1 - at.right) * (1 - at.right);
    const double says_defect = at.prevalence * at.right + (1 - at.prevalence) * (1 - at.right);
    const double expected = says_defect * says_defect + (1 - says_defect) * (1 - says_defect);
    const double truth = (agree - expected) / (1 - expected);
    const auto draw = [at](Random& random) {
      const auto chance = [&](double p) { return std::bernoulli_distribution(p)(random); };
      std::vector<stats::PairedAnswers> parts;
      for (std::size_t i = 0; i < at.parts; ++i) {
        const bool defective = chance(at.prevalence);
        auto& pairs = parts.emplace_back();
        for (std::size_t trial = 0; trial < at.trials; ++trial)
          pairs.emplace_back(chance(at.right) == defective, chance(at.right) == defective);
      }
      return parts;
    };
    const std::string of = " " + std::to_string(at.parts) + " parts x " + std::to_string(at.trials) + ", right " +
                           std::to_string(at.right);
    cases.push_back({"Cohen's kappa," + of, 0.95, [=](Random& random) {
                       const auto kappa = stats::cohen_kappa(draw(random), 2, {resamples, random(), 0.95});
                       return !kappa || !kappa->interval.leaves_out(truth);
                     }});
    cases.push_back({"Fleiss' kappa," + of, 0.95, [=](Random& random) {
                       std::vector<stats::AnswerCounts> counts;
                       for (const auto& pairs : draw(random)) {
                         auto& of_part = counts.emplace_back(2);
                         for (const auto& [a, b] : pairs) {
                           ++of_part[a];
                           ++of_part[b];
                         }
                       }
                       const auto kappa = stats::fleiss_kappa(counts, {}, {resamples, random(), 0.95});
                       return !kappa || !kappa->interval.leaves_out(truth);
                     }});
  }
}

inline void add_repeatability_cases(std::vector<CoverageCase>& cases) {
  for (const std::size_t parts : {5, 30}) {
    cases.push_back({"deviation of repeats, parts=" + std::to_string(parts), 0.95, [=](Random& random) {
                       std::vector<ScoredPicture> pictures;
                       for (std::size_t part = 0; part < parts; ++part) {
                         for (int i = 0; i < 3; ++i)
                           pictures.push_back({std::to_string(part), "good",
                                               std::normal_distribution<double>(static_cast<double>(part), 2)(random)});
                       }
                       return !repeatability(pictures, 0)->deviation_interval.leaves_out(2);
                     }});
  }
}

// A study of two inspectors and a reference: shares of parts, as its table and JSON give them.
inline void add_study_cases(std::vector<CoverageCase>& cases) {
  constexpr double kRight = 0.95, kPrevalence = 0.3;
  constexpr std::size_t kParts = 50, kTrials = 3;
  const auto draw = [](Random& random) {
    const auto chance = [&](double p) { return std::bernoulli_distribution(p)(random); };
    std::vector<Answer> answers;
    for (std::size_t part = 0; part < kParts; ++part) {
      const bool defective = chance(kPrevalence);
      for (const char* inspector : {"A", "B"}) {
        for (std::size_t trial = 0; trial < kTrials; ++trial)
          answers.push_back({std::to_string(part), inspector, std::to_string(trial),
                             chance(kRight) == defective ? "crack" : "good", defective ? "crack" : "good"});
      }
    }
    return *study(answers, {.resamples = 1});
  };
  const double steady = std::pow(kRight, kTrials) + std::pow(1 - kRight, kTrials), right = std::pow(kRight, kTrials);
  const double all_right = right * right, one_answer = all_right + std::pow(1 - kRight, 2 * kTrials);
  const auto add = [&](const char* name, double truth, auto count) {
    cases.push_back({std::string(name) + ", 50 parts x 3", 0.95,
                     [=](Random& random) { return !stats::exact_interval(count(draw(random))).leaves_out(truth); }});
  };
  add("agreement within an inspector", steady, [](const Study& made) { return made.inspectors[0].within; });
  add("agreement with the reference", right, [](const Study& made) { return made.inspectors[1].right; });
  add("agreement between inspectors", one_answer, [](const Study& made) { return made.between; });
  add("all inspectors right", all_right, [](const Study& made) { return made.all_right; });
}

// Thresholds of training and of `evaluate --max-miss`, and the area under the curve.
inline void add_score_cases(std::vector<CoverageCase>& cases, int resamples) {
  const auto scores = [](Random& random, const ScoreModel& model, std::size_t n, bool defective) {
    std::vector<double> drawn;
    for (std::size_t i = 0; i < n; ++i) drawn.push_back(model.draw(random, defective));
    return drawn;
  };
  for (const ScoreModel& model : {ScoreModel{3, 0}, ScoreModel{3, 0.25}}) {
    const std::string of = model.step > 0 ? ", scores tied" : ", scores apart";
    cases.push_back({"threshold for an overkill of 5 %" + of, 0.95, [=](Random& random) {
                       const auto chosen = stats::threshold_for_overkill(scores(random, model, 150, false), 0.05);
                       return !chosen || model.overkill(chosen->threshold) <= chosen->overkill_bound;
                     }});
    cases.push_back({"threshold for misses of 5 %" + of, 0.95, [=](Random& random) {
                       const auto chosen = stats::threshold_for_miss(scores(random, model, 150, true), 0.05);
                       return !chosen || model.miss(chosen->threshold) <= chosen->miss_bound;
                     }});
  }
  for (const double shift : {1.5, 3.0}) {
    for (const std::size_t n : {20, 60}) {
      const ScoreModel model{shift, 0};
      cases.push_back(
          {"AUROC, shift " + std::to_string(shift) + ", n=" + std::to_string(n) + " each", 0.95, [=](Random& random) {
             const auto good = scores(random, model, n, false), defective = scores(random, model, n, true);
             const auto found = stats::auroc_with_interval(good, defective, {resamples, random(), 0.95});
             return !found->interval.leaves_out(normal_cdf(shift / std::sqrt(2.0)));
           }});
    }
  }
}

// Bounds by class, each by itself.
inline void add_class_cases(std::vector<CoverageCase>& cases) {
  cases.push_back(
      {"miss bound of a class", 0.95, [](Random& random) {
         const ScoreModel model;
         constexpr double kThreshold = 1.6;
         Limits limits;
         limits.max_miss = 0.5;
         const auto made = accept_point(draw_parts(random, model, 20, 60, kThreshold), {kThreshold, 0}, limits);
         return made->classes.front().bound >= model.miss(kThreshold);
       }});
}

// All of them. `resamples`: of each bootstrap.
inline std::vector<CoverageCase> coverage_cases(int resamples) {
  std::vector<CoverageCase> cases;
  add_binomial_cases(cases);
  add_accept_cases(cases);
  add_choose_cases(cases);
  add_table_cases(cases);
  add_kappa_cases(cases, resamples);
  add_repeatability_cases(cases);
  add_study_cases(cases);
  add_score_cases(cases, resamples);
  add_class_cases(cases);
  return cases;
}

}  // namespace lineguard::acceptance::test
