#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <boost/math/distributions/chi_squared.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/agreement.h>

namespace lineguard::acceptance {
namespace {

RepeatedPart repeated_part(const std::string& name, const std::vector<ScoredPicture>& pictures) {
  RepeatedPart part;
  part.part = name;
  part.n = pictures.size();
  double sum = 0, squares = 0;
  std::set<std::string> labels;
  for (const ScoredPicture& picture : pictures) {
    sum += picture.score;
    labels.insert(picture.label);
  }
  part.mean = sum / static_cast<double>(part.n);
  for (const ScoredPicture& picture : pictures) squares += (picture.score - part.mean) * (picture.score - part.mean);
  part.deviation = std::sqrt(squares / static_cast<double>(part.n - 1));
  part.changes = labels.size() > 1;
  return part;
}

// Of the standard deviation of normal scores: degrees * s^2 / sigma^2 is chi-squared.
stats::Interval deviation_interval(double deviation, std::size_t degrees, double confidence) {
  const boost::math::chi_squared distribution(static_cast<double>(degrees));
  const double tail = (1 - confidence) / 2, sum = deviation * deviation * static_cast<double>(degrees);
  return {std::sqrt(sum / boost::math::quantile(complement(distribution, tail))),
          std::sqrt(sum / boost::math::quantile(distribution, tail))};
}

}  // namespace

Result<Repeatability> repeatability(const std::vector<ScoredPicture>& pictures, double threshold, double confidence) {
  std::map<std::string, std::vector<ScoredPicture>> by_part;
  for (const ScoredPicture& picture : pictures) by_part[picture.part].push_back(picture);
  Repeatability result;
  result.threshold = threshold;
  result.confidence = confidence;
  double squares = 0;
  for (const auto& [name, of_part] : by_part) {
    if (of_part.size() < 2) continue;
    const RepeatedPart part = repeated_part(name, of_part);
    squares += part.deviation * part.deviation * static_cast<double>(part.n - 1);
    result.degrees += part.n - 1;
    result.changing.events += part.changes;
    ++result.changing.n;
    result.parts.push_back(part);
  }
  if (result.parts.empty())
    return make_error(ErrorCode::refused, "no part has two pictures: nothing shows how far scores spread");
  result.deviation = std::sqrt(squares / static_cast<double>(result.degrees));
  result.deviation_interval = deviation_interval(result.deviation, result.degrees, confidence);
  const auto distance = [&](const RepeatedPart& part) { return std::abs(part.mean - threshold); };
  std::ranges::stable_sort(result.parts, {}, distance);
  result.near = static_cast<std::size_t>(std::ranges::count_if(
      result.parts, [&](const RepeatedPart& part) { return distance(part) < 3 * result.deviation; }));
  return result;
}

std::string to_text(const Repeatability& of) {
  const stats::Interval share = stats::exact_interval(of.changing, of.confidence);
  std::string text = fmt::format(
      "Repeatability: {} parts with several pictures; standard deviation of the score {:.4g} ({:g} % interval {:.4g} "
      "to {:.4g}), "
      "threshold {:.6g}\n  {} of {} parts change their label ({:g} % interval {:.1f} to {:.1f} %); {} lie within three "
      "deviations "
      "of the threshold\n",
      of.parts.size(), of.deviation, 100 * of.confidence, of.deviation_interval.low, of.deviation_interval.high,
      of.threshold, of.changing.events, of.changing.n, 100 * of.confidence, 100 * share.low, 100 * share.high, of.near);
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < std::min(kShown, of.parts.size()); ++i) {
    const RepeatedPart& part = of.parts[i];
    text += fmt::format("  {:<24}{} pictures, mean {:.5g} ± {:.2g}{}\n", part.part, part.n, part.mean, part.deviation,
                        part.changes ? ", label changes" : "");
  }
  return text;
}

std::string to_json(const Repeatability& of) {
  nlohmann::ordered_json json{{"schema", "lineguard.repeatability/1"},
                              {"threshold", of.threshold},
                              {"deviation", of.deviation},
                              {"degrees_of_freedom", of.degrees},
                              {"interval", {of.deviation_interval.low, of.deviation_interval.high}},
                              {"confidence", of.confidence},
                              {"changing", of.changing.events},
                              {"n", of.changing.n},
                              {"near", of.near}};
  json["parts"] = nlohmann::ordered_json::array();
  for (const RepeatedPart& part : of.parts) {
    json["parts"].push_back({{"part", part.part},
                             {"n", part.n},
                             {"mean", part.mean},
                             {"deviation", part.deviation},
                             {"changes", part.changes}});
  }
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace lineguard::acceptance
