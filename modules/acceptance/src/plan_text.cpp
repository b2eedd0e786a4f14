// A plan as text and as JSON.
#include "percent.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/plan.h>

namespace lineguard::acceptance {
namespace {

using Json = nlohmann::ordered_json;

std::string proofs_in_words(const std::vector<Proof>& proofs, const char* kind, const char* event) {
  std::string text;
  for (const Proof& proof : proofs) {
    text += fmt::format("  {:>3} {:<9}{:>9} {} parts, {:>11} on the line, {} ({} with 90 % probability)\n",
                        proof.events, event, grouped(static_cast<double>(proof.parts)), kind, grouped(proof.line_parts),
                        duration(proof.hours), duration(proof.likely_hours));
  }
  return text;
}

Json json_of(const std::vector<Proof>& proofs) {
  Json list = Json::array();
  for (const Proof& proof : proofs) {
    list.push_back({{"events", proof.events},
                    {"parts", proof.parts},
                    {"line_parts", proof.line_parts},
                    {"likely_line_parts", proof.likely_line_parts},
                    {"hours", proof.hours},
                    {"likely_hours", proof.likely_hours}});
  }
  return list;
}

std::string paying_in_words(const Plan& plan) {
  std::string text =
      "  miss rate   pays up to an overkill of   escapes      defective parts to prove it, none missed\n";
  for (const PayingRate& rate : plan.paying) {
    text += fmt::format("  {:<12}{:<28}{:<13}{}\n", percent(rate.miss),
                        rate.most_overkill > 0 ? percent(rate.most_overkill) : "never",
                        ppm(rate.escapes_ppm / kPartsPerMillion), grouped(static_cast<double>(rate.defective_parts)));
  }
  return text;
}

std::string reviews_in_words(const Plan& plan) {
  std::string text =
      fmt::format("Review of passed parts: {} of them without a defective one show at most {} of escapes\n",
                  grouped(static_cast<double>(plan.reviewed_parts)), ppm(plan.target_escapes));
  for (const SampledReview& review : plan.reviews) {
    text += fmt::format("  {:<7}{} parts a day, shown after {}", percent(review.share), grouped(review.parts_per_day),
                        duration(review.days * 24));
    if (plan.question.review_cost > 0)
      text += fmt::format(", {:.2f} a day, {:.2f} in all", review.cost_per_day, review.cost);
    text += "\n";
  }
  return text;
}

}  // namespace

std::string to_text(const Plan& plan) {
  const PlanQuestion& asked = plan.question;
  std::string text = fmt::format(
      "An escape costs {:g}, overkill {:g}; {} of the parts are defective; {:g} parts an hour\n"
      "Without inspection: {} of escapes, {:.4g} a part, {:.2f} an hour\n",
      asked.escape_cost, asked.overkill_cost, percent(asked.defect_rate), asked.parts_per_hour,
      ppm(plan.escapes_without), plan.loss_without, plan.loss_without * asked.parts_per_hour);
  if (!plan.pays()) {
    return text + fmt::format("No inspection pays: it costs {:g} a part, and a perfect one would save {:.4g}\n",
                              asked.inspection_cost, plan.loss_without);
  }
  text += paying_in_words(plan);
  text += fmt::format(
      "Target, which keeps {} of what a perfect inspection saves ({:.2f} an hour): miss rate {}, overkill rate {}, "
      "escapes {}\n",
      percent(asked.kept_saving), plan.best_saving * asked.parts_per_hour, percent(plan.target_miss),
      percent(plan.target_overkill), ppm(plan.target_escapes));
  const std::string claim = fmt::format("with {:g} % confidence", 100 * asked.confidence);
  text += fmt::format("To prove the miss rate {}, parts as they come from the line, each of them looked at:\n", claim) +
          proofs_in_words(plan.miss_proofs, "defective", "missed");
  text += fmt::format("To prove the overkill rate {}:\n", claim) +
          proofs_in_words(plan.overkill_proofs, "good", "diverted");
  return text + reviews_in_words(plan);
}

std::string to_json(const Plan& plan) {
  const PlanQuestion& asked = plan.question;
  Json json{{"schema", "lineguard.plan/1"}};
  json["asked"] = {{"escape_cost", asked.escape_cost},         {"overkill_cost", asked.overkill_cost},
                   {"defect_rate", asked.defect_rate},         {"parts_per_hour", asked.parts_per_hour},
                   {"inspection_cost", asked.inspection_cost}, {"review_cost", asked.review_cost},
                   {"kept_saving", asked.kept_saving},         {"confidence", asked.confidence},
                   {"hours_per_day", asked.hours_per_day}};
  json["loss_without"] = plan.loss_without;
  json["best_saving"] = plan.best_saving;
  json["pays"] = plan.pays();
  json["escapes_ppm_without"] = plan.escapes_without * kPartsPerMillion;
  json["target"] = plan.pays() ? Json{{"miss", plan.target_miss},
                                      {"overkill", plan.target_overkill},
                                      {"escapes_ppm", plan.target_escapes * kPartsPerMillion}}
                               : Json();
  json["paying"] = Json::array();
  for (const PayingRate& rate : plan.paying) {
    json["paying"].push_back({{"miss", rate.miss},
                              {"most_overkill", rate.most_overkill},
                              {"escapes_ppm", rate.escapes_ppm},
                              {"defective_parts", rate.defective_parts}});
  }
  json["miss_proofs"] = json_of(plan.miss_proofs);
  json["overkill_proofs"] = json_of(plan.overkill_proofs);
  json["reviewed_parts"] = plan.reviewed_parts;
  json["reviews"] = Json::array();
  for (const SampledReview& review : plan.reviews) {
    json["reviews"].push_back({{"share", review.share},
                               {"parts_per_day", review.parts_per_day},
                               {"cost_per_day", review.cost_per_day},
                               {"days", review.days},
                               {"cost", review.cost}});
  }
  return json.dump(1) + "\n";
}

}  // namespace lineguard::acceptance
