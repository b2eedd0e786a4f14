// CSV: image,label[,mask][,boxes][,part][,view][,template][,lot][,split], paths absolute or relative to the file.
#include "csv.h"
#include "labels.h"
#include "layouts/layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 9> kColumns{"image", "label",    "mask", "boxes", "part",
                                                   "view",  "template", "lot",  "split"};
constexpr std::size_t kMaxHeaderBytes = 4096;

using Columns = std::map<std::string, std::size_t, std::less<>>;

Result<Columns> read_header(const CsvRow& header, std::string_view source) {
  Columns columns;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string& name = header.fields[i];
    if (std::find(kColumns.begin(), kColumns.end(), name) == kColumns.end()) {
      const std::string hint = name.find(';') != std::string::npos ? "; columns are separated by commas" : "";
      return make_error(ErrorCode::corrupt_data, fmt::format("{}:{}: unknown column \"{}\", allowed: {}{}", source,
                                                             header.line, name, fmt::join(kColumns, ", "), hint));
    }
    if (!columns.emplace(name, i).second) {
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("{}:{}: the column \"{}\" stands there twice", source, header.line, name));
    }
  }
  for (const std::string_view needed : {"image", "label"}) {
    if (!columns.contains(needed)) {
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("{}:{}: the column \"{}\" is missing", source, header.line, needed));
    }
  }
  return columns;
}

// The texts between `separator`s, empty ones left out.
std::vector<std::string_view> split_text(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

// One row of the file; errors carry its line.
class RowReader {
 public:
  RowReader(const Columns& columns, const CsvRow& row, const fs::path& folder, std::string_view source)
      : columns_(columns), row_(row), folder_(folder), place_(fmt::format("{}:{}", source, row.line)) {}

  Result<Sample> read() const {
    Sample sample;
    sample.source_line = place_;
    if (field("image").empty()) return problem("image", "names no picture");
    sample.image = path_of(field("image"));
    if (!set_label(sample, field("label"))) {
      return problem("label", "expected good, ok, pass, defective, ng, fail, a class name or a number 0 to 1");
    }
    if (!field("mask").empty()) sample.mask = path_of(field("mask"));
    if (!field("template").empty()) sample.defect_free_template = path_of(field("template"));
    sample.part = field("part");
    sample.view = field("view");
    sample.lot = field("lot");
    LINEGUARD_TRY(read_split(sample.split));
    LINEGUARD_TRY(read_boxes(sample));
    return sample;
  }

 private:
  const std::string& field(std::string_view name) const {
    static const std::string kEmpty;
    const auto column = columns_.find(name);
    return column == columns_.end() ? kEmpty : row_.fields[column->second];
  }

  Error problem(std::string_view name, std::string_view what) const {
    return make_error(ErrorCode::corrupt_data, fmt::format("{}: {} \"{}\": {}", place_, name, field(name), what));
  }

  fs::path path_of(const std::string& text) const {
    const fs::path path(text);
    return (path.is_absolute() ? path : folder_ / path).lexically_normal();
  }

  Result<void> read_split(Split& split) const {
    const std::string& text = field("split");
    if (text.empty()) return {};
    if (text == "train") return split = Split::train, Result<void>{};
    if (text == "validation" || text == "val") return split = Split::validation, Result<void>{};
    if (text == "test") return split = Split::test, Result<void>{};
    return problem("split", "expected train, validation, val or test");
  }

  Result<void> read_boxes(Sample& sample) const {
    for (const std::string_view text : split_text(field("boxes"), ';')) {
      std::vector<double> numbers;
      for (const std::string_view piece : split_text(text, ' ')) {
        const auto number = parse_number(piece);
        if (!number) return problem("boxes", fmt::format("\"{}\" is not a number", piece));
        numbers.push_back(*number);
      }
      if (numbers.empty()) continue;
      if (numbers.size() != 4) return problem("boxes", "expected \"x y width height\" in pixels, boxes separated by ;");
      sample.boxes.push_back({{numbers[0], numbers[1], numbers[2], numbers[3]}, sample.class_name, {}});
    }
    return {};
  }

  const Columns& columns_;
  const CsvRow& row_;
  const fs::path& folder_;
  std::string place_;
};

bool names_pictures(const fs::path& file) {
  auto text = read_text_file(file);
  if (!text) return false;
  text->resize(std::min({text->size(), text->find('\n'), kMaxHeaderBytes}));
  const auto header = parse_csv(*text, "");
  if (!header || header->empty()) return false;
  const auto& fields = header->front().fields;
  return std::find(fields.begin(), fields.end(), "image") != fields.end() &&
         std::find(fields.begin(), fields.end(), "label") != fields.end();
}

std::vector<std::string> picture_lists(const FolderContent& folder) {
  auto names = folder.others_with_extension(".csv");
  std::erase_if(names, [&](const std::string& name) { return !names_pictures(folder.path / name); });
  return names;
}

}  // namespace

Result<void> read_csv_file(const fs::path& file, Dataset& dataset) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  LINEGUARD_ASSIGN(const std::vector<CsvRow> rows, parse_csv(text, file.string()));
  if (rows.empty()) {
    return make_error(ErrorCode::corrupt_data, file.string() + ": empty, expected a header line: image,label,…");
  }
  LINEGUARD_ASSIGN(const Columns columns, read_header(rows.front(), file.string()));
  const fs::path folder = file.parent_path();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    LINEGUARD_ASSIGN(Sample sample, RowReader(columns, rows[i], folder, file.string()).read());
    dataset.samples.push_back(std::move(sample));
  }
  return {};
}

std::string csv_evidence(const FolderContent& folder) {
  return fmt::format("{}", fmt::join(picture_lists(folder), ", "));
}

Result<void> read_csv_in_folder(const FolderContent& folder, Dataset& dataset) {
  const auto names = picture_lists(folder);
  if (names.size() != 1) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{}: {} .csv files with the columns image,label ({}); name the file itself",
                                  folder.path.string(), names.size(), fmt::join(names, ", ")));
  }
  return read_csv_file(folder.path / names.front(), dataset);
}

}  // namespace lineguard::dataset
