// Before there is a model: what it must reach to pay, how many parts prove that, how long the line runs to collect
// them, and what a sampled review costs. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::acceptance {

// Costs in one currency, whichever.
struct PlanQuestion {
  double escape_cost = 0;      // of a defective part that is passed, > 0
  double overkill_cost = 0;    // of a good part that is diverted, > 0
  double defect_rate = 0;      // share of defective parts before the inspection, above 0 and below 1
  double parts_per_hour = 0;   // > 0
  double inspection_cost = 0;  // of a part, >= 0: what the inspection itself costs
  double review_cost = 0;      // of a part that a person looks at, >= 0
  double kept_saving = 0.8;    // share of a perfect inspection's saving that is to be kept, above 0 and below 1
  double confidence = 0.95;    // of every claim, above 0 and below 1
  double hours_per_day = 24;   // that the line runs, above 0 to 24
};

// A miss rate with the overkill rate at which the inspection just pays, and what it takes to prove it.
struct PayingRate {
  double miss = 0;
  double most_overkill = 0;         // 0 where it does not pay even without overkill
  double escapes_ppm = 0;           // with the target's overkill
  std::size_t defective_parts = 0;  // that prove it, none missed
};

// Parts that show a rate with so many events among them, and the wait for them.
struct Proof {
  std::size_t events = 0;        // misses, or good parts diverted
  std::size_t parts = 0;         // of the kind
  double line_parts = 0;         // that come along until so many of the kind have, on average
  double likely_line_parts = 0;  // that are enough with 90 % probability
  double hours = 0, likely_hours = 0;
};

// A share of the passed parts that people look at once more.
struct SampledReview {
  double share = 0;
  double parts_per_day = 0, cost_per_day = 0;
  double days = 0;  // until the escape rate is shown, no escape among the reviewed parts
  double cost = 0;  // of those days
};

struct Plan {
  PlanQuestion question;
  double loss_without = 0;  // a part: what escapes cost without an inspection
  double best_saving = 0;   // a part, by a perfect inspection; <= 0: no inspection pays
  // The target: misses and overkill each cost half of what may be lost.
  double target_miss = 0, target_overkill = 0;
  double target_escapes = 0;  // P(defective | passed)
  double escapes_without = 0;
  std::vector<PayingRate> paying;
  std::vector<Proof> miss_proofs, overkill_proofs;  // of the target, for 0, 1, 2, … events
  std::size_t reviewed_parts = 0;  // passed ones that show the target's escape rate, none of them defective
  std::vector<SampledReview> reviews;

  bool pays() const { return best_saving > 0; }
};

// What an inspection with these rates saves a part, in the question's currency; below 0: it costs more than it saves.
double saving_per_part(const PlanQuestion& question, double miss, double overkill);

// Errors: invalid_argument, naming the value that is out of its range.
Result<Plan> make_plan(const PlanQuestion& question);

std::string to_text(const Plan& plan);
std::string to_json(const Plan& plan);  // "lineguard.plan/1", docs/json.md
std::string to_html(const Plan& plan);  // one page with curves

}  // namespace lineguard::acceptance
