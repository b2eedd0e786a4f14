#include "commands/verify_output.h"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/words.h>

namespace lineguard::app {
namespace {

using dataset::Finding;
using dataset::Severity;

constexpr std::string_view kMalformedLabel = "malformed-label";
constexpr std::size_t kMaxFilesShown = 10;
constexpr std::size_t kMaxFindingsShown = 10;  // of one check
constexpr std::size_t kMaxLeftOutShown = 4;
constexpr std::size_t kMaxSizesShown = 4;
constexpr std::size_t kMaxClassesShown = 20;

std::string_view state_of(const VerifyResult& result, const Finding& finding) {
  if (finding.severity == Severity::warning) return "warning";
  return result.is_allowed(finding) ? "allowed" : "blocker";
}

void print_summary(const VerifyResult& result, std::ostream& out) {
  const auto& summary = result.report.summary;
  fmt::print(out, "Data set  {}\n", result.dataset.root.string());
  fmt::print(out, "Layout    {}\n", to_string(result.dataset.layout));
  fmt::print(out, "Pictures  {}: {} good, {} defective, {} not labelled; {}, {}\n", summary.pictures, summary.good,
             summary.defective, summary.unlabelled, count_of(summary.parts, "part"), count_marks(summary));
  fmt::print(out, "Classes   {}\n", list_counts(summary.by_class, kMaxClassesShown));
  if (!summary.objects_by_class.empty())
    fmt::print(out, "Objects   {}\n", list_counts(summary.objects_by_class, kMaxClassesShown));
  if (summary.templates > 0 && summary.templates == summary.pictures)
    fmt::print(out, "Templates {}: compared with their pictures, and good ones to learn from\n", summary.templates);
  if (!summary.by_split.empty()) fmt::print(out, "Splits    {}\n", list_counts(summary.by_split, 3));
  fmt::print(out, "Sizes     {}\n", list_counts(summary.by_size, kMaxSizesShown));
  fmt::print(out, "Files     {}\n", dataset::to_text(result.dataset.files));
  for (const auto& line : dataset::left_out_lines(result.dataset.files, kMaxLeftOutShown))
    fmt::print(out, "            {}\n", on_one_line(line, 2000));
  for (const auto& warning : result.dataset.warnings) fmt::print(out, "Note      {}\n", on_one_line(warning, 2000));
}

void print_finding(const Finding& finding, std::size_t most_files, std::ostream& out) {
  fmt::print(out, "  {}\n", on_one_line(finding.reason, 2000));
  const std::size_t shown = std::min(finding.files.size(), most_files);
  for (std::size_t i = 0; i < shown; ++i) fmt::print(out, "      {}\n", on_one_line(finding.files[i]));
  if (shown < finding.files.size()) fmt::print(out, "      … and {} more\n", finding.files.size() - shown);
}

std::string verdict_on(const VerifyResult& result) {
  const auto blockers = result.report.blockers(result.allowed);
  if (blockers.empty()) return "Ready to train.";
  const bool can_be_allowed =
      std::ranges::all_of(blockers, [](const Finding& finding) { return dataset::is_allowable(finding.check); });
  return std::string("Not ready to train: correct them") +
         (can_be_allowed ? ", or override one with --allow CHECK." : ".");
}

void print_group(const CheckGroup& group, std::ostream& out) {
  fmt::print(out, "\n{} {}: {}\n", group.blocks() ? "BLOCKER" : group.state, group.check, group.counted());
  fmt::print(out, "  > {}\n", group.advice);
  const std::size_t shown = std::min(group.findings.size(), group.most(kMaxFindingsShown));
  for (std::size_t i = 0; i < shown; ++i) print_finding(*group.findings[i], group.most(kMaxFilesShown), out);
  if (shown < group.findings.size())
    fmt::print(out, "  … and {} more: --json lists them all\n", count_of(group.findings.size() - shown, "finding"));
}

nlohmann::json json_of(const VerifyResult& result, const Finding& finding) {
  return {{"check", finding.check},
          {"severity", finding.severity == Severity::blocker ? "blocker" : "warning"},
          {"allowed", result.is_allowed(finding)},
          {"files", finding.files},
          {"reason", finding.reason},
          {"advice", finding.advice}};
}

nlohmann::json to_json_value(const dataset::FileAccount& account) {
  nlohmann::json left_out = nlohmann::json::array();
  for (const dataset::LeftOut& entry : account.left_out) {
    left_out.push_back({{"reason", name_of(dataset::kLeftOutReasonNames, entry.reason)},
                        {"count", entry.count},
                        {"files", entry.files}});
  }
  return {{"found", account.found},         {"pictures", account.pictures},       {"masks", account.masks},
          {"templates", account.templates}, {"label_files", account.label_files}, {"left_out", left_out},
          {"complete", account.complete}};
}

}  // namespace

std::string CheckGroup::counted() const {
  const std::string_view where = check == kMalformedLabel ? "place" : "file";
  return count_of(findings.size(), "finding") + (files == 0 ? "" : " in " + count_of(files, where));
}

std::size_t CheckGroup::most(std::size_t usual) const {
  return check == kMalformedLabel ? std::numeric_limits<std::size_t>::max() : usual;
}

std::vector<CheckGroup> group_by_check(const VerifyResult& result) {
  std::vector<CheckGroup> groups;
  std::set<std::string_view> files;  // of the last group
  for (const std::string_view state : {"blocker", "allowed", "warning"}) {
    for (const Finding& finding : result.report.findings) {
      if (state_of(result, finding) != state) continue;
      if (groups.empty() || groups.back().check != finding.check) {
        groups.push_back({finding.check, finding.advice, state, {}, 0});
        files.clear();
      }
      groups.back().findings.push_back(&finding);
      files.insert(finding.files.begin(), finding.files.end());
      groups.back().files = files.size();
    }
  }
  return groups;
}

std::size_t warning_count(const VerifyResult& result) {
  const auto warns = [](const Finding& finding) { return finding.severity == Severity::warning; };
  return static_cast<std::size_t>(std::ranges::count_if(result.report.findings, warns));
}

std::string count_marks(const dataset::Summary& summary) {
  std::string text;
  for (const auto& [count, word] : {std::pair(summary.masks, "mask"), std::pair(summary.boxes, "box"),
                                    std::pair(summary.polygons, "polygon"), std::pair(summary.templates, "template")}) {
    if (count > 0) text += (text.empty() ? "" : ", ") + count_of(count, word);
  }
  return text.empty() ? count_of(0, "mask") : text;
}

std::string list_counts(const std::map<std::string, std::size_t>& counts, std::size_t most) {
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), most); ++i) {
    text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", on_one_line(sorted[i].first, 80), sorted[i].second);
  }
  return sorted.size() > most ? text + fmt::format(", … and {} more", sorted.size() - most) : text;
}

void print_text(const VerifyResult& result, std::ostream& out) {
  print_summary(result, out);
  for (const CheckGroup& group : group_by_check(result)) print_group(group, out);
  fmt::print(out, "\n{}, {}. {}\n", count_of(result.blocker_count(), "blocker"),
             count_of(warning_count(result), "warning"), verdict_on(result));
}

std::string to_json(const VerifyResult& result) {
  const auto& summary = result.report.summary;
  nlohmann::json findings = nlohmann::json::array();
  for (const Finding& finding : result.report.findings) findings.push_back(json_of(result, finding));
  const nlohmann::json json{{"schema", "lineguard.verify/1"},
                            {"dataset", result.dataset.root.string()},
                            {"layout", layout_name(result.dataset.layout)},
                            {"summary",
                             {{"pictures", summary.pictures},
                              {"good", summary.good},
                              {"defective", summary.defective},
                              {"unlabelled", summary.unlabelled},
                              {"parts", summary.parts},
                              {"masks", summary.masks},
                              {"boxes", summary.boxes},
                              {"polygons", summary.polygons},
                              {"templates", summary.templates},
                              {"classes", summary.by_class},
                              {"objects_by_class", summary.objects_by_class},
                              {"splits", summary.by_split},
                              {"sizes", summary.by_size}}},
                            {"files", to_json_value(result.dataset.files)},
                            {"notes", result.dataset.warnings},
                            {"findings", findings},
                            {"blockers", result.blocker_count()}};
  // File names need not be UTF-8; JSON must be.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace lineguard::app
