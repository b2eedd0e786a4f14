#include "proposed_points.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <lineguard/acceptance/parts.h>
#include <lineguard/core/words.h>
#include <lineguard/stats/roc.h>

namespace lineguard::app {
namespace {

constexpr double kSeparates = 0.8;  // image AUROC from which another threshold would find most defects

struct Judged : acceptance::JudgedPicture {};

std::vector<Judged> judge(const std::vector<package::CrossFittedPicture>& pictures, const dataset::Dataset& data,
                          double threshold) {
  std::map<std::string, std::string> part_of;
  for (const dataset::Sample& sample : data.samples) part_of[sample.name] = sample.part;
  std::vector<Judged> judged;
  for (const package::CrossFittedPicture& picture : pictures) {
    Judged& one = judged.emplace_back();
    one.image = picture.picture;
    one.class_name = picture.class_name;
    one.part = part_of[picture.picture];
    one.truth = picture.label;
    one.label = picture.score > threshold ? Label::defective : Label::good;
    one.score = picture.score;
  }
  return judged;
}

std::string warning_of(const std::vector<acceptance::Part>& parts, const acceptance::ThresholdRow& in_use) {
  if (2 * in_use.missed.events <= in_use.missed.n) return "";
  const auto good = scores_of(parts, Label::good), defective = scores_of(parts, Label::defective);
  const auto auroc = stats::auroc(good, defective);
  if (!auroc || *auroc < kSeparates) return "";
  return fmt::format(
      "the threshold misses {} of {} defective parts although scores separate them (AUROC {:.3f}, cross-fitted): it "
      "keeps the overkill that was asked for; another point costs what stands beside it, evaluate "
      "--save-operating-point keeps one",
      in_use.missed.events, in_use.missed.n, *auroc);
}

}  // namespace

Proposals propose_points(const std::vector<package::CrossFittedPicture>& pictures, const dataset::Dataset& data,
                         const package::OperatingPoint& in_use) {
  const auto judged = judge(pictures, data, in_use.threshold);
  const auto parts = acceptance::parts_of(judged);
  acceptance::ThresholdOptions options;
  options.confidence = in_use.confidence;
  const auto table = acceptance::threshold_table(parts, in_use.threshold, options);
  Proposals proposals;
  proposals.points = acceptance::propose_points(table);
  const auto row = std::ranges::find_if(table, &acceptance::ThresholdRow::in_use);
  if (row != table.end() && !proposals.points.empty()) proposals.warning = warning_of(parts, *row);
  return proposals;
}

std::string in_words(const acceptance::ProposedPoint& point) {
  return fmt::format("{:.6g}: {}; misses {} of {}, diverts {} of {}", point.row.threshold, point.why,
                     point.row.missed.events, count_of(point.row.missed.n, "defective part"), point.row.diverted.events,
                     count_of(point.row.diverted.n, "good part"));
}

}  // namespace lineguard::app
