#include <algorithm>

#include <fmt/format.h>

#include <lineguard/package/region_rules.h>
#include <lineguard/station/judge.h>

namespace lineguard::station {
namespace {

std::string mismatch(std::string_view what, std::string_view found, std::string_view expected) {
  return fmt::format("{} is \"{}\", the recipe names \"{}\"", what, found, expected);
}

// Empty where the prediction comes from what the recipe names.
std::string find_mismatch(const Prediction& prediction, const Recipe& recipe) {
  if (prediction.model.digest != recipe.package_digest) {
    return mismatch("the model's digest", prediction.model.digest, recipe.package_digest);
  }
  if (prediction.model.name != recipe.model) return mismatch("the model", prediction.model.name, recipe.model);
  if (prediction.operating_point != recipe.operating_point) {
    return mismatch("the operating point", prediction.operating_point, recipe.operating_point);
  }
  return "";
}

}  // namespace

std::string find_foreign(const Prediction& prediction, const Capture& capture, std::span<const PictureSum> sums) {
  if (!std::ranges::equal(prediction.pictures, sums)) {
    return prediction.pictures.empty() ? "the answer does not say which picture it judged"
                                       : "the answer belongs to another picture";
  }
  for (const Region& region : prediction.regions) {
    const bool known = std::ranges::any_of(capture.views, [&](const View& view) { return view.name == region.view; });
    if (!known)
      return fmt::format("the answer belongs to another picture: its region lies in view \"{}\"", region.view);
  }
  return "";
}

Verdict judge(const Prediction& prediction, const Recipe& recipe, const package::RegionRules& rules) {
  Verdict verdict;
  verdict.detail = find_mismatch(prediction, recipe);
  if (!verdict.detail.empty()) {
    verdict.reason = Reason::model_mismatch;
    return verdict;
  }
  const Label by_score = package::label_of_score(prediction.score, recipe.threshold, recipe.unknown_band);
  const package::RuledLabel ruled = package::apply_rules(by_score, prediction.regions, rules);
  verdict.label_disagreement = ruled.label != prediction.label;
  switch (ruled.label) {
    case Label::good:
      verdict.outcome = Outcome::pass;
      verdict.gate = Gate::none;
      verdict.reason = Reason::good;
      if (!ruled.rule.empty()) verdict.detail = "good by rule: " + ruled.rule;
      break;
    case Label::defective:
      verdict.reason = Reason::defective;
      break;
    case Label::unknown:
      verdict.gate = Gate::review;
      verdict.reason = Reason::unknown;
      verdict.detail = fmt::format("score {} against the threshold {} ± {}", prediction.score, recipe.threshold,
                                   recipe.unknown_band);
      break;
  }
  return verdict;
}

}  // namespace lineguard::station
