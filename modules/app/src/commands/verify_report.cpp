#include "commands/verify_output.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/words.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/report/html.h>

namespace lineguard::app {
namespace {

using dataset::Finding;
using dataset::Split;

constexpr std::size_t kFindingsOfCheck = 40;
constexpr std::size_t kThumbnailsOfFinding = 6, kThumbnailsOfCheck = 24, kThumbnailsOfPage = 120;
constexpr std::size_t kFilesNamed = 20;
constexpr std::size_t kClassesShown = 30;
constexpr std::size_t kSizesShown = 6;
constexpr int kThumbnailSidePx = 240;

// One check: what to do once, then each finding. Two pictures stand side by side, those that are named alone share a
// gallery, and where nothing can be shown the files are named.
class Section {
 public:
  Section(const CheckGroup& group, const std::unordered_map<std::string, std::filesystem::path>& paths,
          std::size_t& thumbnails, report::Page& page)
      : group_(group),
        paths_(paths),
        of_page_(thumbnails),
        of_check_(std::min(thumbnails, kThumbnailsOfCheck)),
        page_(page) {}

  void write() {
    std::string name(group_.state);
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    page_.heading(fmt::format("{}: {} ({})", name, group_.check, group_.counted()));
    page_.notice(group_.blocks() ? report::Mood::bad : report::Mood::attention, group_.advice);
    const std::size_t shown = std::min(group_.findings.size(), group_.most(kFindingsOfCheck));
    for (std::size_t i = 0; i < shown; ++i) add(*group_.findings[i]);
    if (!named_.rows.empty()) page_.table(named_);
    if (!pairs_.empty()) page_.pairs(pairs_);
    if (!alone_.empty()) page_.gallery(alone_);
    if (shown < group_.findings.size()) {
      page_.paragraph(
          fmt::format("… and {} more: --json lists them all.", count_of(group_.findings.size() - shown, "finding")));
    }
  }

 private:
  void add(const Finding& finding) {
    std::vector<report::Picture> pictures;
    for (std::size_t i = 0; i < std::min(finding.files.size(), kThumbnailsOfFinding); ++i) {
      if (auto picture = thumbnail_of(finding.files[i])) pictures.push_back(std::move(*picture));
    }
    if (finding.files.size() == 1 && pictures.size() == 1) {
      alone_.push_back(std::move(pictures[0]));
      alone_.back().note = finding.reason;
    } else if (finding.files.size() == 2 && pictures.size() == 2) {
      pairs_.push_back({std::move(pictures[0]), std::move(pictures[1]), finding.reason});
    } else if (pictures.empty()) {
      named_.rows.push_back({finding.reason, names_of(finding)});
    } else {
      page_.paragraph(finding.reason + ": " + names_of(finding));
      page_.gallery(pictures);
    }
  }

  std::string names_of(const Finding& finding) const {
    std::string names;
    const std::size_t shown = std::min(finding.files.size(), group_.most(kFilesNamed));
    for (std::size_t i = 0; i < shown; ++i) names += (i == 0 ? "" : ", ") + finding.files[i];
    return shown < finding.files.size() ? names + fmt::format(" and {} more", finding.files.size() - shown) : names;
  }

  std::optional<report::Picture> thumbnail_of(const std::string& name) {
    const auto path = paths_.find(name);
    if (of_check_ == 0 || path == paths_.end()) return std::nullopt;
    const auto image = imaging::decode_file(path->second);
    if (!image) return std::nullopt;
    auto picture = report::thumbnail(*image, kThumbnailSidePx, "The picture " + name, name);
    if (!picture) return std::nullopt;
    --of_check_, --of_page_;
    return std::move(picture).value();
  }

  const CheckGroup& group_;
  const std::unordered_map<std::string, std::filesystem::path>& paths_;
  std::size_t& of_page_;
  std::size_t of_check_;
  report::Page& page_;
  report::Table named_{{"what is wrong", "where"}, {}, 2};
  std::vector<report::PicturePair> pairs_;
  std::vector<report::Picture> alone_;
};

void add_key_figures(const VerifyResult& result, report::Page& page) {
  using report::Mood;
  const auto& summary = result.report.summary;
  const std::size_t blockers = result.blocker_count(), warnings = warning_count(result);
  page.key_figures({{"Blockers", std::to_string(blockers), blockers == 0 ? "ready to train" : "not ready to train",
                     blockers == 0 ? Mood::fine : Mood::bad},
                    {"Warnings", std::to_string(warnings), warnings == 0 ? "" : "please check",
                     warnings == 0 ? Mood::fine : Mood::attention},
                    {"Pictures", std::to_string(summary.pictures), count_of(summary.parts, "part")},
                    {"Good", std::to_string(summary.good), ""},
                    {"Defective", std::to_string(summary.defective), count_marks(summary)},
                    {"Not labelled", std::to_string(summary.unlabelled), ""}});
}

void add_overview(const std::vector<CheckGroup>& groups, report::Page& page) {
  if (groups.empty()) return page.notice(report::Mood::fine, "Nothing was found.");
  report::Table table{{"", "check", "findings", "files"}, {}, 2};
  for (const CheckGroup& group : groups) {
    table.rows.push_back({std::string(group.state), std::string(group.check), std::to_string(group.findings.size()),
                          std::to_string(group.files)});
  }
  page.heading("What was found");
  page.table(table);
}

// The first rows, which are in order; the others are summed up.
void shorten(report::Table& table, std::size_t shown, std::string_view what) {
  if (table.rows.size() <= shown) return;
  std::vector<std::string> rest(table.header.size());
  rest[0] = fmt::format("… and {} more {}", table.rows.size() - shown, what);
  table.rows.resize(shown);
  table.rows.push_back(std::move(rest));
}

// Classes by split, where the data set names splits.
report::Table table_of_classes(const dataset::Dataset& dataset) {
  constexpr std::array kSplits{Split::train, Split::validation, Split::test, Split::unset};
  std::map<std::string, std::map<Split, std::size_t>> counts;
  std::map<Split, std::size_t> all;
  for (const dataset::Sample& sample : dataset.samples) {
    ++counts[sample.class_name.empty() ? "not labelled" : sample.class_name][sample.split];
    ++all[sample.split];
  }
  report::Table table{{"class", "pictures"}, {}, 1};
  const bool split = all.size() > 1 || !all.contains(Split::unset);
  for (const Split of : kSplits) {
    if (split && all.contains(of)) table.header.push_back(of == Split::unset ? "no split" : std::string(to_string(of)));
  }
  for (const auto& [name, by_split] : counts) {
    std::size_t total = 0;
    for (const auto& [of, count] : by_split) total += count;
    table.rows.push_back({name, std::to_string(total)});
    for (const Split of : kSplits) {
      if (!split || !all.contains(of)) continue;
      const auto count = by_split.find(of);
      table.rows.back().push_back(count == by_split.end() ? "0" : std::to_string(count->second));
    }
  }
  shorten(table, kClassesShown, "classes");
  return table;
}

report::Table table_of_sizes(const dataset::Summary& summary) {
  report::Table table{{"size", "pictures"}, {}, 1};
  for (const auto& [name, count] : summary.by_size) table.rows.push_back({name, std::to_string(count)});
  std::ranges::stable_sort(table.rows, std::greater<>(), [](const auto& row) { return std::stoull(row[1]); });
  shorten(table, kSizesShown, "sizes");
  return table;
}

// What became of the folder's files.
report::Table table_of_files(const dataset::FileAccount& files) {
  report::Table table{{"files", "count", "the first ones"}, {}, 1};
  table.rows.push_back({"found", std::to_string(files.found), ""});
  for (const auto& [name, count] :
       {std::pair("pictures used", files.pictures), std::pair("masks used", files.masks),
        std::pair("templates used", files.templates), std::pair("label files used", files.label_files)}) {
    if (count > 0) table.rows.push_back({name, std::to_string(count), ""});
  }
  for (const dataset::LeftOut& entry : files.left_out) {
    const std::vector<std::string> first(entry.files.begin(),
                                         entry.files.begin() + std::min(entry.files.size(), kFilesNamed));
    table.rows.push_back({"left out: " + std::string(in_words(entry.reason)), std::to_string(entry.count),
                          fmt::format("{}", fmt::join(first, ", "))});
  }
  return table;
}

}  // namespace

std::string to_html(const VerifyResult& result) {
  report::Page page("Data set check",
                    fmt::format("{}, read as {}", result.dataset.root.string(), to_string(result.dataset.layout)));
  add_key_figures(result, page);
  const auto groups = group_by_check(result);
  add_overview(groups, page);
  page.heading("What is in it");
  page.table(table_of_classes(result.dataset));
  page.table(table_of_sizes(result.report.summary));
  page.table(table_of_files(result.dataset.files));
  for (const auto& warning : result.dataset.warnings) page.paragraph("Note: " + warning + ".");
  std::unordered_map<std::string, std::filesystem::path> paths;
  for (const auto& sample : result.dataset.samples) paths.emplace(sample.name, sample.image);
  std::size_t thumbnails = kThumbnailsOfPage;
  for (const CheckGroup& group : groups) Section(group, paths, thumbnails, page).write();
  return page.html();
}

}  // namespace lineguard::app
