// CSV: image,label[,mask][,boxes][,polygons][,part][,view][,template][,lot][,split], paths absolute or relative to the
// file.
#include "csv.h"
#include "labels.h"
#include "layouts/layout.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 10> kColumns{"image", "label", "mask",     "boxes", "polygons",
                                                    "part",  "view",  "template", "lot",   "split"};
constexpr std::size_t kMaxHeaderBytes = 4096;

// Spreadsheets like to begin a heading with a capital.
std::string column_of(std::string heading) {
  std::ranges::transform(heading, heading.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return heading;
}

using Columns = std::map<std::string, std::size_t, std::less<>>;

// None: the header has problems, so that no row can be read.
std::optional<Columns> read_header(const CsvRow& header, std::string_view source, LabelProblems& problems) {
  Columns columns;
  const std::size_t before = problems.count();
  const auto note = [&](std::string_view what) { problems.add(fmt::format("{}:{}", source, header.line), what); };
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string name = column_of(header.fields[i]);
    const bool known = std::ranges::find(kColumns, name) != kColumns.end();
    const std::string_view hint = name.find(';') != name.npos ? "; columns are separated by commas" : "";
    if (!known) note(fmt::format("unknown column \"{}\", allowed: {}{}", name, fmt::join(kColumns, ", "), hint));
    if (!columns.emplace(name, i).second) note(fmt::format("the column \"{}\" stands there twice", name));
  }
  for (const std::string_view needed : {"image", "label"}) {
    if (!columns.contains(needed)) note(fmt::format("the column \"{}\" is missing", needed));
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
  RowReader(const Columns& columns, const CsvRow& row, const fs::path& folder, std::string_view source,
            LabelProblems& problems)
      : columns_(columns),
        row_(row),
        folder_(folder),
        place_(fmt::format("{}:{}", source, row.line)),
        problems_(problems) {}

  // None: the row names no picture.
  std::optional<Sample> read() {
    Sample sample;
    sample.source_line = place_;
    if (field("image").empty()) return note("image", "names no picture"), std::nullopt;
    sample.image = path_of(field("image"));
    if (!set_label(sample, field("label")))
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

 private:
  const std::string& field(std::string_view name) const {
    static const std::string kEmpty;
    const auto column = columns_.find(name);
    return column == columns_.end() ? kEmpty : row_.fields[column->second];
  }

  void note(std::string_view name, std::string_view what) {
    problems_.add(place_, fmt::format("{} \"{}\": {}", name, field(name), what));
  }

  fs::path path_of(const std::string& text) const {
    const fs::path path(text);
    return (path.is_absolute() ? path : folder_ / path).lexically_normal();
  }

  // As with other layouts the picture has the class of what is drawn; where a mask says where, it has the label's.
  void take_class_of_boxes(Sample& sample) {
    const auto has_its_class = [&](const LabelledBox& box) { return box.class_name == sample.class_name; };
    drawn_as_another_ = sample.class_name != kDefectiveClass && std::ranges::none_of(sample.boxes, has_its_class);
    if (!sample.mask) sample.class_name = class_of_boxes(sample);
  }

  Split read_split() {
    const std::string& text = field("split");
    if (text == "train") return Split::train;
    if (text == "validation" || text == "val") return Split::validation;
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
      if (!number) return note(name, fmt::format("\"{}\" is not a number", piece)), std::nullopt;
      numbers.push_back(*number);
    }
    return numbers;
  }

  const Columns& columns_;
  const CsvRow& row_;
  const fs::path& folder_;
  std::string place_;
  LabelProblems& problems_;
  bool drawn_as_another_ = false;
};

bool names_pictures(const fs::path& file) {
  auto text = read_text_file(file);
  if (!text) return false;
  text->resize(std::min({text->size(), text->find('\n'), kMaxHeaderBytes}));
  LabelProblems ignored;
  const auto header = parse_csv(*text, "", ignored);
  if (header.empty()) return false;
  std::set<std::string> columns;
  for (const std::string& heading : header.front().fields) columns.insert(column_of(heading));
  return columns.contains("image") && columns.contains("label");
}

std::vector<std::string> picture_lists(const FolderContent& folder) {
  auto names = folder.others_with_extension(".csv");
  std::erase_if(names, [&](const std::string& name) { return !names_pictures(folder.path / name); });
  return names;
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

void read_rows(const std::vector<CsvRow>& rows, const fs::path& file, Dataset& dataset) {
  const std::string source = file.string();
  const auto columns = read_header(rows.front(), source, dataset.problems);
  if (!columns) return;
  const fs::path folder = file.parent_path();
  std::vector<std::string> drawn_as_another;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    RowReader reader(*columns, rows[i], folder, source, dataset.problems);
    auto sample = reader.read();
    if (!sample) continue;
    if (reader.is_drawn_as_another()) drawn_as_another.push_back(sample->source_line);
    dataset.samples.push_back(std::move(*sample));
  }
  warn_of_other_classes(drawn_as_another, dataset);
}

}  // namespace

Result<void> read_csv_file(const fs::path& file, Dataset& dataset) {
  dataset.label_files.push_back(file);
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  const std::vector<CsvRow> rows = parse_csv(text, file.string(), dataset.problems);
  if (!rows.empty()) read_rows(rows, file, dataset);
  if (rows.empty() && dataset.problems.empty())
    dataset.problems.add(file.string() + ":1", "empty, expected a header line: image,label,…");
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
