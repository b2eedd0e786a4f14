#include "checks/checks.h"
#include "checks/sample_facts.h"

#include <algorithm>
#include <mutex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/parallel.h>
#include <lineguard/dataset/check.h>

namespace lineguard::dataset {
namespace {

constexpr int kMaxThreads = 256;

SampleFacts collect_safely(const Sample& sample) {
  try {
    return collect_facts(sample);
  } catch (const std::exception& error) {  // out of memory: the other pictures are still worth looking at
    SampleFacts facts;
    facts.problems.push_back({ErrorCode::unavailable, error.what()});
    return facts;
  }
}

Result<std::vector<SampleFacts>> collect_all(const Dataset& dataset, int threads, const ProgressFunction& progress) {
  const std::size_t total = dataset.samples.size();
  std::vector<SampleFacts> facts(total);
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(total, threads, [&](std::size_t i) -> Result<void> {
    facts[i] = collect_safely(dataset.samples[i]);
    std::lock_guard lock(mutex);
    ++done;
    if (progress) progress("checking pictures", done, total);
    return {};
  }));
  return facts;
}

std::string describe(const SampleFacts& facts) {
  return fmt::format("{}x{} {} {} bit", facts.size.width_px, facts.size.height_px,
                     facts.channels == 1 ? "gray" : "colour", facts.depth == PixelDepth::u8 ? 8 : 16);
}

Summary summarise(const Dataset& dataset, const std::vector<SampleFacts>& facts) {
  Summary summary;
  std::set<std::string_view> parts;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Sample& sample = dataset.samples[i];
    ++summary.pictures;
    ++(sample.label == Label::good        ? summary.good
       : sample.label == Label::defective ? summary.defective
                                          : summary.unlabelled);
    summary.masks += sample.mask.has_value();
    summary.templates += sample.defect_free_template.has_value();
    for (const LabelledBox& box : sample.boxes) ++(box.outlines.empty() ? summary.boxes : summary.polygons);
    parts.insert(sample.part);
    if (sample.split != Split::unset) ++summary.by_split[std::string(to_string(sample.split))];
    for (const LabelledBox& object : sample.boxes) ++summary.objects_by_class[object.class_name];
    ++summary.by_class[sample.class_name.empty() ? "not labelled" : sample.class_name];
    if (facts[i].decoded) ++summary.by_size[describe(facts[i])];
  }
  summary.parts = parts.size();
  return summary;
}

}  // namespace

std::vector<Finding> CheckReport::blockers(const std::set<std::string>& allowed) const {
  std::vector<Finding> blocking;
  for (const Finding& finding : findings) {
    const bool passes = allowed.contains(finding.check) && is_allowable(finding.check);
    if (finding.severity == Severity::blocker && !passes) blocking.push_back(finding);
  }
  return blocking;
}

Result<CheckReport> check_dataset(const Dataset& dataset, const CheckOptions& options,
                                  const ProgressFunction& progress) {
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{} threads, allowed: 1 to {}", options.threads, kMaxThreads));
  }
  LINEGUARD_ASSIGN(const auto facts, collect_all(dataset, options.threads, progress));
  FindingList findings;
  run_checks(dataset, facts, options.with_labels, findings);
  return CheckReport{summarise(dataset, facts), findings.take()};
}

}  // namespace lineguard::dataset
