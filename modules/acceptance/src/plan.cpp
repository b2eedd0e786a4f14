#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/plan.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/waiting.h>

namespace lineguard::acceptance {
namespace {

Result<void> require(bool fits, const char* what, double value, const char* allowed) {
  if (fits) return {};
  return make_error(ErrorCode::invalid_argument, fmt::format("{} is {:g}: expected {}", what, value, allowed));
}

Result<void> check(const PlanQuestion& asked) {
  const auto positive = [](double value) { return std::isfinite(value) && value > 0; };
  const auto share = [](double value) { return value > 0 && value < 1; };
  const auto cost = [](double value) { return std::isfinite(value) && value >= 0; };
  LINEGUARD_TRY(require(positive(asked.escape_cost), "the cost of an escape", asked.escape_cost, "more than 0"));
  LINEGUARD_TRY(require(positive(asked.overkill_cost), "the cost of overkill", asked.overkill_cost, "more than 0"));
  LINEGUARD_TRY(require(share(asked.defect_rate), "the defect rate", asked.defect_rate, "above 0 and below 100 %"));
  LINEGUARD_TRY(require(positive(asked.parts_per_hour), "the rate of the line", asked.parts_per_hour,
                        "more than 0 parts per hour"));
  LINEGUARD_TRY(require(cost(asked.inspection_cost), "the cost of inspecting", asked.inspection_cost, "0 or more"));
  LINEGUARD_TRY(require(cost(asked.review_cost), "the cost of a review", asked.review_cost, "0 or more"));
  LINEGUARD_TRY(
      require(share(asked.kept_saving), "the share of the saving", asked.kept_saving, "above 0 and below 100 %"));
  LINEGUARD_TRY(require(share(asked.confidence), "the confidence", asked.confidence, "above 0 and below 100 %"));
  return require(positive(asked.hours_per_day) && asked.hours_per_day <= 24, "the hours a day", asked.hours_per_day,
                 "more than 0, at most 24");
}

// The overkill rate at which an inspection with this miss rate saves as much as it costs.
double break_even_overkill(const PlanQuestion& asked, double miss) {
  const double left = saving_per_part(asked, miss, 0);
  return std::clamp(left / ((1 - asked.defect_rate) * asked.overkill_cost), 0.0, 1.0);
}

std::vector<Proof> proofs_of(const PlanQuestion& asked, double rate, double share_of_kind) {
  constexpr double kLikely = 0.9;
  std::vector<Proof> proofs;
  for (const std::size_t events : {0, 1, 2, 3, 5, 10}) {
    Proof proof;
    proof.events = events;
    proof.parts = stats::trials_needed(rate, events, asked.confidence);
    proof.line_parts = static_cast<double>(proof.parts) / share_of_kind;
    proof.likely_line_parts = static_cast<double>(stats::trials_until(proof.parts, share_of_kind, kLikely));
    proof.hours = proof.line_parts / asked.parts_per_hour;
    proof.likely_hours = proof.likely_line_parts / asked.parts_per_hour;
    proofs.push_back(proof);
  }
  return proofs;
}

void add_paying_rates(Plan& plan) {
  const PlanQuestion& asked = plan.question;
  for (const double miss : {0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001}) {
    plan.paying.push_back({miss, break_even_overkill(asked, miss),
                           escape_rate(miss, plan.target_overkill, asked.defect_rate) * kPartsPerMillion,
                           stats::trials_needed(miss, 0, asked.confidence)});
  }
}

void add_reviews(Plan& plan) {
  const PlanQuestion& asked = plan.question;
  plan.reviewed_parts = stats::trials_needed(plan.target_escapes, 0, asked.confidence);
  const double passed = asked.defect_rate * plan.target_miss + (1 - asked.defect_rate) * (1 - plan.target_overkill);
  const double passed_per_day = passed * asked.parts_per_hour * asked.hours_per_day;
  for (const double share : {0.001, 0.01, 0.05, 0.1, 1.0}) {
    SampledReview review;
    review.share = share;
    review.parts_per_day = share * passed_per_day;
    review.cost_per_day = review.parts_per_day * asked.review_cost;
    review.days = static_cast<double>(plan.reviewed_parts) / review.parts_per_day;
    review.cost = static_cast<double>(plan.reviewed_parts) * asked.review_cost;
    plan.reviews.push_back(review);
  }
}

}  // namespace

double saving_per_part(const PlanQuestion& asked, double miss, double overkill) {
  return asked.defect_rate * (1 - miss) * asked.escape_cost - (1 - asked.defect_rate) * overkill * asked.overkill_cost -
         asked.inspection_cost;
}

Result<Plan> make_plan(const PlanQuestion& asked) {
  LINEGUARD_TRY(check(asked));
  Plan plan;
  plan.question = asked;
  plan.loss_without = asked.defect_rate * asked.escape_cost;
  plan.best_saving = saving_per_part(asked, 0, 0);
  plan.escapes_without = asked.defect_rate;
  if (!plan.pays()) return plan;
  const double half_of_loss = plan.best_saving * (1 - asked.kept_saving) / 2;
  plan.target_miss = half_of_loss / plan.loss_without;
  plan.target_overkill = std::min(0.5, half_of_loss / ((1 - asked.defect_rate) * asked.overkill_cost));
  plan.target_escapes = escape_rate(plan.target_miss, plan.target_overkill, asked.defect_rate);
  add_paying_rates(plan);
  plan.miss_proofs = proofs_of(asked, plan.target_miss, asked.defect_rate);
  plan.overkill_proofs = proofs_of(asked, plan.target_overkill, 1 - asked.defect_rate);
  add_reviews(plan);
  return plan;
}

}  // namespace lineguard::acceptance
