// CSV: image,label[,mask][,boxes][,polygons][,part][,view][,template][,lot][,split], paths absolute or relative to the
// file, as spreadsheets and pandas write it: separated by , ; tab or |, with an index or other columns beside these.
#include "csv.h"
#include "labels.h"
#include "layouts/layout.h"
#include "picture_finder.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 10> kColumns{"image", "label", "mask",     "boxes", "polygons",
                                                    "part",  "view",  "template", "lot",   "split"};
constexpr std::size_t kMaxHeaderBytes = 4096;

// What others call these columns.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kOtherNames{{{"filename", "image"},
                                                                                     {"file_name", "image"},
                                                                                     {"image_path", "image"},
                                                                                     {"filepath", "image"},
                                                                                     {"path", "image"},
                                                                                     {"file", "image"},
                                                                                     {"class", "label"},
                                                                                     {"class_name", "label"},
                                                                                     {"category", "label"},
                                                                                     {"mask_path", "mask"}}};

// Spreadsheets like to begin a heading with a capital.
std::string column_of(const std::string& heading) {
  return to_lower(heading);
}

struct Columns {
  std::map<std::string, std::size_t, std::less<>> at;
  std::vector<std::string> ignored;  // headings that mean nothing here
  char separator = ',';
};

// pandas' index, and what it calls one that it read back.
bool is_index(std::string_view name) {
  return name.empty() || name == "index" || name.starts_with("unnamed:");
}

// Whether a heading is one of ours but for a letter: more likely a slip than a column of somebody's own.
std::string_view slip_of(std::string_view name) {
  const auto differ = [&](std::string_view column) {
    const std::size_t shorter = std::min(name.size(), column.size()), longer = std::max(name.size(), column.size());
    if (longer - shorter > 1) return false;
    std::size_t front = 0, back = 0;
    while (front < shorter && name[front] == column[front]) ++front;
    while (back < shorter - front && name[name.size() - 1 - back] == column[column.size() - 1 - back]) ++back;
    return longer - front - back <= 2 && longer >= 4;
  };
  const auto found = std::ranges::find_if(kColumns, differ);
  return found == kColumns.end() ? std::string_view() : *found;
}

bool has_heading(const CsvRow& header, std::string_view name) {
  return std::ranges::any_of(header.fields, [&](const std::string& heading) { return column_of(heading) == name; });
}

// The column that a heading means: one of kColumns; empty: none.
std::string meaning_of(const std::string& heading, const CsvRow& header) {
  const std::string name = column_of(heading);
  if (std::ranges::find(kColumns, name) != kColumns.end()) return name;
  for (const auto& [other, column] : kOtherNames) {
    if (name == other && !has_heading(header, column)) return std::string(column);
  }
  return "";
}

// None: the header has problems, so that no row can be read.
std::optional<Columns> read_header(const CsvRow& header, std::string_view source, char separator,
                                   LabelProblems& problems) {
  Columns columns;
  columns.separator = separator;
  const std::size_t before = problems.count();
  const auto note = [&](std::string_view what) { problems.add(fmt::format("{}:{}", source, header.line), what); };
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string heading = column_of(header.fields[i]), name = meaning_of(header.fields[i], header);
    const std::string_view meant = name.empty() && !is_index(heading) ? slip_of(heading) : "";
    if (!meant.empty()) note(fmt::format("unknown column \"{}\": is it meant to be \"{}\"?", heading, meant));
    if (name.empty() && meant.empty() && !is_index(heading)) columns.ignored.push_back(heading);
    if (!name.empty() && !columns.at.emplace(name, i).second)
      note(fmt::format("the column \"{}\" stands there twice", name));
  }
  for (const std::string_view needed : {"image", "label"}) {
    if (!columns.at.contains(needed))
      note(fmt::format("the column \"{}\" is missing; there are {}", needed, fmt::join(header.fields, ", ")));
  }
  return problems.count() > before ? std::nullopt : std::optional(std::move(columns));
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

// One row of the file; problems carry its line.
class RowReader {
 public:
  RowReader(const Columns& columns, const CsvRow& row, PictureFinder& finder, std::string_view source,
            LabelProblems& problems)
      : columns_(columns),
        row_(row),
        finder_(finder),
        place_(fmt::format("{}:{}", source, row.line)),
        problems_(problems) {}

  // None: the row names no picture.
  std::optional<Sample> read() {
    Sample sample;
    sample.source_line = place_;
    if (field("image").empty()) return note("image", "names no picture"), std::nullopt;
    sample.image = path_of(field("image"));
    normal_ = is_normal_word(field("label"));
    if (!set_label(sample, label_text()))
      note("label",
           "expected good, ok, pass, defective, ng, fail, a class name or a number 0 to 1 with a decimal point");
    if (!field("mask").empty()) sample.mask = path_of(field("mask"));
    if (!field("template").empty()) sample.defect_free_template = path_of(field("template"));
    sample.part = field("part");
    sample.view = field("view");
    sample.lot = field("lot");
    sample.split = read_split();
    read_objects("boxes", sample, box_of, "x y width height");
    read_objects("polygons", sample, polygon_of, "x1 y1 x2 y2 x3 y3 …");
    if (sample.label == Label::defective && !sample.boxes.empty()) take_class_of_boxes(sample);
    return sample;
  }

  // Whether the label names a class that nothing drawn has. After read().
  bool is_drawn_as_another() const { return drawn_as_another_; }
  bool is_normal() const { return normal_; }

 private:
  const std::string& field(std::string_view name) const {
    static const std::string kEmpty;
    const auto column = columns_.at.find(name);
    return column == columns_.at.end() ? kEmpty : row_.fields[column->second];
  }

  // Where commas separate no fields they may well stand in a number.
  std::string label_text() const {
    std::string text = field("label");
    const bool number = !text.empty() && text.find_first_not_of("0123456789,") == text.npos;
    if (columns_.separator != ',' && number && std::ranges::count(text, ',') == 1) std::ranges::replace(text, ',', '.');
    return text;
  }

  void note(std::string_view name, std::string_view what) {
    problems_.add(place_, fmt::format("{} \"{}\": {}", name, field(name), what));
  }

  fs::path path_of(const std::string& text) { return finder_.find(text).file; }

  // As with other layouts the picture has the class of what is drawn; where a mask says where, it has the label's.
  void take_class_of_boxes(Sample& sample) {
    const auto has_its_class = [&](const LabelledBox& box) { return box.class_name == sample.class_name; };
    drawn_as_another_ = sample.class_name != kDefectiveClass && std::ranges::none_of(sample.boxes, has_its_class);
    if (!sample.mask) sample.class_name = class_of_boxes(sample);
  }

  Split read_split() {
    const std::string text = to_lower(field("split"));
    if (text == "train") return Split::train;
    if (text == "validation" || text == "val" || text == "valid") return Split::validation;
    if (text == "test") return Split::test;
    if (!text.empty()) note("split", "expected train, validation, val or test");
    return Split::unset;
  }

  using Numbers = std::vector<double>;

  // "[class:] numbers; …". A class that the label does not name is that of what was drawn.
  void read_objects(std::string_view name, Sample& sample, std::optional<LabelledBox> (*object_of)(const Numbers&),
                    std::string_view expected) {
    for (const std::string_view text : split_text(field(name), ';')) {
      const auto colon = text.rfind(':');
      const std::string_view class_name = trim(text.substr(0, colon == text.npos ? 0 : colon));
      const auto numbers = read_numbers(name, colon == text.npos ? text : text.substr(colon + 1));
      if (!numbers || (numbers->empty() && class_name.empty())) continue;
      auto object = object_of(*numbers);
      if (!object) {
        note(name, fmt::format("expected \"{}\" in pixels, with a class as \"crack: {}\", separated by ;", expected,
                               expected));
        continue;
      }
      object->class_name = !class_name.empty()         ? class_name
                           : sample.class_name.empty() ? kDefectiveClass
                                                       : sample.class_name;
      sample.boxes.push_back(std::move(*object));
    }
  }

  static std::optional<LabelledBox> box_of(const Numbers& n) {
    if (n.size() != 4) return std::nullopt;
    return LabelledBox{{n[0], n[1], n[2], n[3]}, "", {}};
  }

  static std::optional<LabelledBox> polygon_of(const Numbers& n) {
    if (n.size() < 6 || n.size() % 2 != 0) return std::nullopt;
    const Outline outline = outline_of(n);
    return LabelledBox{box_around(outline), "", {outline}};
  }

  // None where one is no number.
  std::optional<Numbers> read_numbers(std::string_view name, std::string_view text) {
    Numbers numbers;
    for (const std::string_view piece : split_text(text, ' ')) {
      const auto number = parse_number(piece);
      if (!number)
        return note(name, fmt::format("\"{}\" is not a number: expected numbers with a decimal point", piece)),
               std::nullopt;
      numbers.push_back(*number);
    }
    return numbers;
  }

  const Columns& columns_;
  const CsvRow& row_;
  PictureFinder& finder_;
  std::string place_;
  LabelProblems& problems_;
  bool drawn_as_another_ = false, normal_ = false;
};

// The header alone: the file may be large.
std::optional<CsvRow> header_of(const fs::path& file) {
  std::string head;
  const auto take = [&](std::span<const std::byte> block) {
    head.append(reinterpret_cast<const char*>(block.data()), std::min(block.size(), kMaxHeaderBytes));
    return false;
  };
  if (!read_blocks(file, take)) return std::nullopt;
  head.resize(head.size() - (head.starts_with("\xff\xfe") ? head.size() % 2 : 0));
  head = as_utf8(std::move(head));
  const char separator = separator_of(head);
  const auto begin = head.find("sep=") < 4 ? head.find('\n') + 1 : 0;
  head.resize(std::min(head.size(), head.find('\n', begin)));
  LabelProblems ignored;
  auto rows = parse_csv(head, "", ignored, separator);
  return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

bool names_pictures(const fs::path& file) {
  const auto header = header_of(file);
  if (!header) return false;
  std::set<std::string> columns;
  for (const std::string& heading : header->fields) columns.insert(meaning_of(heading, *header));
  return columns.contains("image") && columns.contains("label");
}

std::vector<std::string> picture_lists(const FolderContent& folder) {
  auto names = folder.others_with_extension(".csv");
  for (auto& name : folder.others_with_extension(".tsv")) names.push_back(std::move(name));
  std::erase_if(names, [&](const std::string& name) { return !names_pictures(folder.path / name); });
  return names;
}

std::string why_no_list(const fs::path& file) {
  const auto header = header_of(file);
  if (!header) return "is empty or can't be read as text, expected a header line: image,label,…";
  return fmt::format("has the columns {}: expected image and label (rename its first line)",
                     fmt::join(header->fields, ", "));
}

// Names the first `lines`, those of the rows whose class nothing drawn has.
void warn_of_other_classes(const std::vector<std::string>& lines, Dataset& dataset) {
  if (lines.empty()) return;
  constexpr std::size_t kNamed = 5;
  const std::vector<std::string> named(lines.begin(), lines.begin() + std::min(lines.size(), kNamed));
  const std::string more = lines.size() > kNamed ? fmt::format(" and {} more", lines.size() - kNamed) : "";
  dataset.warnings.push_back(
      fmt::format("in {} row{} the label names a class that no box or polygon of the row has ({}{}): what is drawn "
                  "counts as what it is called itself, a mask as the label says",
                  lines.size(), lines.size() == 1 ? "" : "s", fmt::join(named, ", "), more));
}

void warn_of_columns(const Columns& columns, const fs::path& file, Dataset& dataset) {
  if (columns.ignored.empty()) return;
  dataset.warnings.push_back(fmt::format("{}: columns that are not read: {} (those that are: {})",
                                         file.filename().string(), fmt::join(columns.ignored, ", "),
                                         fmt::join(kColumns, ", ")));
}

void read_rows(const std::vector<CsvRow>& rows, const fs::path& file, char separator, Dataset& dataset) {
  const std::string source = file.string();
  const auto columns = read_header(rows.front(), source, separator, dataset.problems);
  if (!columns) return;
  warn_of_columns(*columns, file, dataset);
  PictureFinder finder({file.parent_path()});
  std::vector<std::string> drawn_as_another;
  std::size_t normal = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    RowReader reader(*columns, rows[i], finder, source, dataset.problems);
    auto sample = reader.read();
    normal += reader.is_normal();
    if (!sample) continue;
    if (reader.is_drawn_as_another()) drawn_as_another.push_back(sample->source_line);
    dataset.samples.push_back(std::move(*sample));
  }
  warn_of_other_classes(drawn_as_another, dataset);
  warn_of_normal(normal, dataset);
  warn_of_elsewhere(finder, dataset);
}

}  // namespace

Result<void> read_csv_file(const fs::path& file, Dataset& dataset) {
  dataset.label_files.push_back(file);
  LINEGUARD_ASSIGN(std::string bytes, read_text_file(file, limits::kListBytes));
  bool guessed = false;
  const std::string text = as_utf8(std::move(bytes), &guessed);
  if (guessed)
    dataset.warnings.push_back(
        file.filename().string() +
        " is no UTF-8: read in the letters of Windows (1252), as Excel's \"CSV\" has them; \"CSV "
        "UTF-8\" says for sure");
  const char separator = separator_of(text);
  const std::vector<CsvRow> rows = parse_csv(text, file.string(), dataset.problems, separator);
  if (!rows.empty()) read_rows(rows, file, separator, dataset);
  if (rows.empty() && dataset.problems.empty())
    dataset.problems.add(file.string() + ":1", "empty, expected a header line: image,label,…");
  return {};
}

std::string why_no_csv(const FolderContent& folder) {
  constexpr std::size_t kNamed = 3;
  auto names = folder.others_with_extension(".csv");
  for (auto& name : folder.others_with_extension(".tsv")) names.push_back(std::move(name));
  std::erase_if(names, [&](const std::string& name) { return names_pictures(folder.path / name); });
  std::string why;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i)
    why += fmt::format("; {} {}", names[i], why_no_list(folder.path / names[i]));
  return why;
}

std::string csv_evidence(const FolderContent& folder) {
  return fmt::format("{}", fmt::join(picture_lists(folder), ", "));
}

Result<void> read_csv_in_folder(const FolderContent& folder, const ReadOptions&, Dataset& dataset) {
  const auto names = picture_lists(folder);
  if (names.size() != 1) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{}: {} .csv files with the columns image,label ({}); name the file itself",
                                  folder.path.string(), names.size(), fmt::join(names, ", ")));
  }
  return read_csv_file(folder.path / names.front(), dataset);
}

}  // namespace lineguard::dataset
