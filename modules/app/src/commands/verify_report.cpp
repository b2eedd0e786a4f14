#include "commands/verify_output.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include <lineguard/imaging/decode.h>
#include <lineguard/report/html.h>

namespace lineguard::app {
namespace {

using dataset::Finding;
using dataset::Severity;

constexpr std::size_t kThumbnailsOfFinding = 6;
constexpr std::size_t kThumbnailsOfPage = 60;
constexpr std::size_t kFindingsOfPage = 200;
constexpr std::size_t kFilesNamed = 20;
constexpr int kThumbnailSidePx = 240;

using PathsByName = std::unordered_map<std::string, std::filesystem::path>;

std::optional<report::Picture> thumbnail_of(const std::string& name, const PathsByName& paths) {
  const auto path = paths.find(name);
  if (path == paths.end()) return std::nullopt;
  const auto image = imaging::decode_file(path->second);
  if (!image) return std::nullopt;
  auto picture = report::thumbnail(*image, kThumbnailSidePx, "The picture " + name, name);
  return picture ? std::optional(std::move(picture).value()) : std::nullopt;
}

void add_thumbnails(const Finding& finding, const PathsByName& paths, std::size_t& left, report::Page& page) {
  std::vector<report::Picture> pictures;
  for (const auto& name : finding.files) {
    if (left == 0 || pictures.size() == kThumbnailsOfFinding) break;
    if (auto picture = thumbnail_of(name, paths)) {
      pictures.push_back(std::move(*picture));
      --left;
    }
  }
  if (!pictures.empty()) page.gallery(pictures);
}

void add_files(const Finding& finding, report::Page& page) {
  std::string names;
  for (std::size_t i = 0; i < std::min(finding.files.size(), kFilesNamed); ++i) {
    names += (i == 0 ? "" : ", ") + finding.files[i];
  }
  if (finding.files.size() > kFilesNamed) names += fmt::format(" and {} more", finding.files.size() - kFilesNamed);
  if (!names.empty()) page.paragraph("Files: " + names);
}

void add_findings(const VerifyResult& result, report::Page& page) {
  PathsByName paths;
  for (const auto& sample : result.dataset.samples) paths.emplace(sample.name, sample.image);
  std::size_t thumbnails = kThumbnailsOfPage, shown = 0;
  for (const Finding& finding : result.report.findings) {
    if (shown++ == kFindingsOfPage) {
      page.paragraph(
          fmt::format("{} more findings: --json lists them all.", result.report.findings.size() - kFindingsOfPage));
      break;
    }
    const bool blocks = finding.severity == Severity::blocker && !result.is_allowed(finding);
    page.heading(fmt::format("{}: {}",
                             blocks                                  ? "Blocker"
                             : finding.severity == Severity::blocker ? "Allowed"
                                                                     : "Warning",
                             finding.check));
    page.notice(blocks ? report::Mood::bad : report::Mood::attention, finding.reason + ". " + finding.advice);
    add_files(finding, page);
    add_thumbnails(finding, paths, thumbnails, page);
  }
}

report::Table table_of(std::string_view title, const std::map<std::string, std::size_t>& counts) {
  report::Table table;
  table.header = {std::string(title), "pictures"};
  for (const auto& [name, count] : counts) table.rows.push_back({name, std::to_string(count)});
  return table;
}

}  // namespace

std::string to_html(const VerifyResult& result) {
  const auto& summary = result.report.summary;
  const std::size_t blockers = result.blocker_count();
  report::Page page("Data set check",
                    fmt::format("{}, read as {}", result.dataset.root.string(), to_string(result.dataset.layout)));
  page.key_figures({{"Blockers", std::to_string(blockers), blockers == 0 ? "ready to train" : "not ready to train",
                     blockers == 0 ? report::Mood::fine : report::Mood::bad},
                    {"Pictures", std::to_string(summary.pictures), count_of(summary.parts, "part")},
                    {"Good", std::to_string(summary.good), ""},
                    {"Defective", std::to_string(summary.defective), count_marks(summary)},
                    {"Not labelled", std::to_string(summary.unlabelled), ""}});
  for (const auto& warning : result.dataset.warnings) page.paragraph("Note: " + warning + ".");
  add_findings(result, page);
  page.heading("What is in it");
  page.table(table_of("Class", summary.by_class));
  page.table(table_of("Size", summary.by_size));
  return page.html();
}

}  // namespace lineguard::app
