#include "account.h"
#include "json_text.h"
#include "labels.h"
#include "layouts/layout.h"
#include "parts.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>
#include <lineguard/core/words.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

// What stands in a folder that no layout fits, for the message: "12 .webp, 3 folders".
std::string describe(const FolderContent& folder) {
  std::map<std::string, std::size_t> kinds;
  for (const auto& name : folder.others) {
    const std::string extension = to_lower(fs::path(name).extension().string());
    ++kinds[extension.empty() ? "without extension" : extension];
  }
  std::vector<std::string> seen;
  if (!folder.pictures.empty()) seen.push_back(count_of(folder.pictures.size(), "picture"));
  for (const auto& [kind, count] : kinds) seen.push_back(count_of(count, kind + " file"));
  constexpr std::size_t kNamed = 8;
  for (std::size_t i = 0; i < std::min(folder.folders.size(), kNamed); ++i) seen.push_back(folder.folders[i] + "/");
  if (folder.folders.size() > kNamed) seen.push_back(count_of(folder.folders.size() - kNamed, "more folder"));
  return seen.empty() ? "it is empty" : fmt::format("it has {}", fmt::join(seen, ", "));
}

// Says what is wrong with JSON files that may be meant as labels; empty: nothing.
std::string broken_json(const FolderContent& folder) {
  constexpr std::size_t kNamed = 3;
  const auto names = folder.others_with_extension(".json");
  std::string broken;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) {
    const std::string& name = names[i];
    const auto text = read_text_file(folder.path / name);
    const auto json = text ? checked_json(*text) : text.error();
    broken += fmt::format("; {}: {}", name,
                          json ? "no lists \"images\" and \"annotations\", as COCO has them" : json.error().message);
  }
  if (names.size() > kNamed) broken += fmt::format("; … and {} more", names.size() - kNamed);
  return broken;
}

// The nearest folder inside that a layout fits, or that holds pictures; where none does, what is packed is named.
std::string what_to_do(const FolderContent& folder) {
  constexpr std::size_t kDeepest = 4, kMostFolders = 200;
  std::vector<std::pair<fs::path, std::size_t>> open;
  for (const auto& name : folder.folders) open.emplace_back(folder.path / name, 1);
  for (std::size_t i = 0; i < std::min(open.size(), kMostFolders); ++i) {
    const auto [path, depth] = open[i];
    const auto inside = list_folder(path);
    if (!inside) continue;
    const bool fits = std::ranges::any_of(layout_table(), [&](const auto& r) { return !r.evidence(*inside).empty(); });
    if (fits || !inside->pictures.empty()) return fmt::format(". Did you mean {}?", path.string());
    for (const auto& name : inside->folders) {
      if (depth < kDeepest) open.emplace_back(path / name, depth + 1);
    }
  }
  for (const char* kind : {".zip", ".tar", ".gz", ".7z", ".rar"}) {
    if (const auto packed = folder.others_with_extension(kind); !packed.empty())
      return fmt::format(". Unpack {} first", packed.front());
  }
  return "";
}

Error no_layout(const FolderContent& folder) {
  std::string expected;
  for (const auto& reader : layout_table()) {
    expected += fmt::format("\n  {:<26} {}", reader.title, reader.expected);
  }
  const bool defects_alone = std::ranges::any_of(folder.folders, is_defective_word);
  const std::string unread = broken_json(folder) + why_no_csv(folder);
  const std::string advice = defects_alone || !unread.empty() ? "" : what_to_do(folder);
  return make_error(
      ErrorCode::invalid_argument,
      fmt::format("{} is no data set: {}{}{}{}. Expected one of{}", folder.path.string(), describe(folder),
                  defects_alone ? ", and no pictures of good parts, which a detector learns from" : "", unread, advice,
                  expected));
}

struct Match {
  const LayoutReader* reader;
  std::string evidence;
};

Result<const LayoutReader*> detect(const FolderContent& folder) {
  std::vector<Match> matches;
  for (const auto& reader : layout_table()) {
    // Pictures without labels speak only where nothing else does: a CSV or JSON beside them says more.
    if (reader.layout == Layout::good_only && !matches.empty()) break;
    if (auto evidence = reader.evidence(folder); !evidence.empty()) matches.push_back({&reader, std::move(evidence)});
  }
  if (matches.empty()) return no_layout(folder);
  if (matches.size() == 1) return matches.front().reader;
  std::vector<std::string> seen, options;
  for (const auto& match : matches) {
    seen.push_back(fmt::format("{} ({})", match.reader->title, match.evidence));
    options.push_back(fmt::format("--layout {}", match.reader->option_name));
  }
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{} looks like {}; say which with {}", folder.path.string(), fmt::join(seen, " and "),
                                fmt::join(options, " or ")));
}

Result<const LayoutReader*> choose(const FolderContent& folder, std::optional<Layout> wanted) {
  if (!wanted) return detect(folder);
  const LayoutReader& reader = reader_of(*wanted);
  if (!reader.evidence(folder).empty()) return &reader;
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{} is not a {} data set: expected {}; {}{}", folder.path.string(), reader.title,
                                reader.expected, describe(folder), broken_json(folder) + why_no_csv(folder)));
}

// Good is what is left when nothing else fits: a label file that can't be read must not make every part good. Who asks
// for it means it.
void note_unread_labels(const FolderContent& folder, bool asked_for, Dataset& dataset) {
  for (const std::string& name : unread_label_files(folder)) {
    if (asked_for)
      dataset.warnings.push_back(name + " beside the pictures is not read: all of them are taken as good");
    else
      dataset.problems.add(
          (folder.path / name).string(),
          "looks like labels, but no layout can read it, and without labels every part would be good: "
          "move it away if it is none, correct it if it is (--layout says of what kind), or say --layout "
          "good-only");
  }
}

Result<void> read_folder(const fs::path& path, const ReadOptions& options, Dataset& dataset) {
  const std::optional<Layout> wanted = options.layout;
  LINEGUARD_ASSIGN(const FolderContent folder, list_folder(path));
  LINEGUARD_ASSIGN(const LayoutReader* reader, choose(folder, wanted));
  dataset.layout = reader->layout;
  if (reader->layout == Layout::good_only) note_unread_labels(folder, wanted.has_value(), dataset);
  return reader->read(folder, options, dataset);
}

Result<void> read_file_or_folder(const fs::path& path, const ReadOptions& options, Dataset& dataset) {
  const std::optional<Layout> wanted = options.layout;
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::none || status.type() == fs::file_type::not_found) {
    return error_from_errno(code ? code.value() : ENOENT, "cannot read the data set " + path.string());
  }
  if (fs::is_directory(status)) return read_folder(path, options, dataset);
  const std::string extension = to_lower(path.extension().string());
  if ((extension != ".csv" && extension != ".tsv") || wanted.value_or(Layout::csv) != Layout::csv) {
    return make_error(ErrorCode::invalid_argument, path.string() + " is a file: expected a folder or a .csv file");
  }
  dataset.root = path.has_parent_path() ? path.parent_path() : fs::path(".");
  dataset.named_by_file = true;
  dataset.layout = Layout::csv;
  return read_csv_file(path, dataset);
}

void name_samples(Dataset& dataset) {
  for (auto& sample : dataset.samples) {
    const fs::path relative = sample.image.lexically_relative(dataset.root);
    const bool outside = relative.empty() || *relative.begin() == "..";
    sample.name = (outside ? sample.image : relative).generic_string();
  }
}

// Experts who disagree gave a probability: `limit` says which pictures count as defective.
void decide_probabilities(double limit, Dataset& dataset) {
  for (auto& sample : dataset.samples) {
    if (sample.label != Label::unknown || sample.defect_probability <= 0) continue;
    const bool defective = sample.defect_probability > limit;
    sample.label = defective ? Label::defective : Label::good;
    if (!sample.class_name.empty()) continue;
    sample.class_name = !defective ? kGoodClass : sample.boxes.empty() ? kDefectiveClass : class_of_boxes(sample);
  }
}

// What no label speaks of. COCO's own convention is kept by its reader.
void decide_unlabelled(MissingLabels missing, Dataset& dataset) {
  if (missing != MissingLabels::good && missing != MissingLabels::error) return;
  for (Sample& sample : dataset.samples) {
    if (sample.label != Label::unknown || sample.defect_probability > 0) continue;
    if (missing == MissingLabels::good)
      set_class(sample, kGoodClass);
    else
      dataset.problems.add(sample.source_line.empty() ? sample.image.string() : sample.source_line,
                           "no label speaks of " + sample.image.filename().string() +
                               ": label it, or say --missing-labels good or ignore");
  }
}

void warn_of_unsure(Dataset& dataset) {
  const auto unsure = std::count_if(dataset.samples.begin(), dataset.samples.end(), [](const Sample& sample) {
    return sample.defect_probability > 0 && sample.defect_probability < 1;
  });
  if (unsure == 0) return;
  dataset.warnings.push_back(
      fmt::format("{} picture{} a defect probability between 0 and 1: neither learned from nor tested with "
                  "(--defective-above says what they are)",
                  unsure, unsure == 1 ? " has" : "s have"));
}

void warn_of_unlabelled(Dataset& dataset) {
  const auto count = std::count_if(dataset.samples.begin(), dataset.samples.end(), [](const Sample& sample) {
    return sample.label == Label::unknown && sample.defect_probability == 0;
  });
  if (count > 0)
    dataset.warnings.push_back(fmt::format("{} not labelled: not used (--missing-labels good takes them as good)",
                                           count == 1 ? "1 picture is" : fmt::format("{} pictures are", count)));
}

Error refusal(const LabelProblems& problems) {
  const LabelProblem& first = problems.kept().front();
  std::string message = fmt::format("{}: {}", first.place, first.reason);
  if (problems.count() > 1) {
    message +=
        fmt::format(" (the first of {} problems in the labels: `lineguard verify` lists them)", problems.count());
  }
  return make_error(ErrorCode::corrupt_data, std::move(message));
}

// A set that was read in part is good for naming what is wrong with it, and for nothing else.
Result<void> refuse_unusable(const Dataset& dataset, bool keep_problems) {
  if (!dataset.problems.empty()) return keep_problems ? Result<void>{} : refusal(dataset.problems);
  if (!dataset.samples.empty()) return {};
  const std::string labels =
      dataset.label_files.empty() ? "" : ", and " + dataset.label_files.front().filename().string() + " names none";
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{} has no pictures (read as {}){}; expected {}", dataset.root.string(),
                                to_string(dataset.layout), labels, imaging::picture_extensions()));
}

}  // namespace

void LabelProblems::add(std::string place, std::string_view reason) {
  constexpr std::size_t kLongestReason = 400;  // a field may hold a whole file
  ++count_;
  if (full()) return;
  const bool fits = reason.size() <= kLongestReason;
  kept_.push_back({std::move(place), std::string(reason.substr(0, kLongestReason)) + (fits ? "" : "…")});
}

std::string_view to_string(Split split) {
  switch (split) {
    case Split::train:
      return "train";
    case Split::validation:
      return "validation";
    case Split::test:
      return "test";
    case Split::unset:
      break;
  }
  return "unset";
}

Result<Dataset> read_dataset(const fs::path& path, const ReadOptions& options) {
  Dataset dataset;
  dataset.root = path;
  dataset.defective_above = options.defective_above;
  dataset.part_pattern = options.part_pattern;
  LINEGUARD_TRY(read_file_or_folder(path, options, dataset));
  if (dataset.problems.empty()) decide_unlabelled(options.missing_labels, dataset);
  LINEGUARD_TRY(refuse_unusable(dataset, options.keep_problems));
  name_samples(dataset);
  options.defective_above ? decide_probabilities(*options.defective_above, dataset) : warn_of_unsure(dataset);
  std::sort(dataset.samples.begin(), dataset.samples.end(), [](const Sample& a, const Sample& b) {
    return std::tie(a.split, a.class_name, a.name, a.source_line) <
           std::tie(b.split, b.class_name, b.name, b.source_line);
  });
  if (!options.part_pattern.empty()) LINEGUARD_TRY(name_parts_by_pattern(options.part_pattern, dataset));
  name_parts_by_file(dataset);
  dataset.files = count_files(dataset);
  warn_of_unlabelled(dataset);
  return dataset;
}

}  // namespace lineguard::dataset
