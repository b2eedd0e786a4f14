// A data set as people already have it: detected by its shape, read without copying or writing anything.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/enum_names.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/dataset/account.h>

namespace lineguard::dataset {

enum class Layout { mvtec, good_defective, good_only, csv, coco, yolo, voc, labelme, via, cvat, visa };
std::string_view to_string(Layout layout);  // "MVTec AD"

// What --layout takes: "mvtec", "good-defective", … Errors: invalid_argument, listing the names.
std::string_view layout_name(Layout layout);
Result<Layout> layout_from_name(std::string_view name);

enum class Split { unset, train, validation, test };
std::string_view to_string(Split split);

using Outline = std::vector<Point>;  // closed, in pixels

struct LabelledBox {  // one object
  Box box;
  std::string class_name;
  std::vector<Outline> outlines;  // empty: box only; several: it is in pieces, all of which belong to it
};

struct Sample {
  std::filesystem::path image;    // absolute or relative to the working folder: open it as it is
  std::string name;               // relative to the data set: what reports show
  Label label = Label::unknown;   // unknown: not labelled
  double defect_probability = 0;  // 0 good, 1 defective; between: several experts, or unsure
  std::string class_name;         // "good", "crack", …
  std::optional<std::filesystem::path> mask;
  std::vector<std::filesystem::path> more_masks;  // of the same picture: what any of them marks is marked (mask.h)
  std::vector<LabelledBox> boxes;
  std::optional<Size> annotated_size;  // of the picture that its boxes were drawn on, where the label file says it
  std::string part;                    // pictures of one physical part share it; never empty after read_dataset()
  std::string view;
  std::string lot;
  std::optional<std::filesystem::path> defect_free_template;
  Split split = Split::unset;  // as the data set itself says
  std::string source_line;     // "labels.csv:17" where a line named it, for messages
};

// A line or an entry of a label file that can't be used.
struct LabelProblem {
  std::string place;   // "set/labels/a.txt:12", "set/train.json:45: annotations[3], id 17"
  std::string reason;  // what was found and what was expected
};

// All that were found: the first 1000 in words, the rest as a number.
class LabelProblems {
 public:
  void add(std::string place, std::string_view reason);
  bool empty() const { return count_ == 0; }
  bool full() const { return kept_.size() == kMostKept; }  // what is added now is only counted
  std::size_t count() const { return count_; }
  const std::vector<LabelProblem>& kept() const { return kept_; }

 private:
  static constexpr std::size_t kMostKept = 1000;
  std::vector<LabelProblem> kept_;
  std::size_t count_ = 0;
};

struct Dataset {
  std::filesystem::path root;
  bool named_by_file = false;  // the root is the folder of the .csv that was given, and may hold anything beside it
  Layout layout = Layout::good_only;
  std::vector<Sample> samples;                     // in a stable order: by split, class, name
  std::vector<std::filesystem::path> label_files;  // that were read: CSV, JSON, text, XML and lists of splits
  std::vector<std::string> warnings;               // "nothing names the part: one file is taken as one part"
  std::optional<double> defective_above{};         // ReadOptions': how probabilities became labels …
  std::string part_pattern{};                      // … and what named the parts
  LabelProblems problems{};                        // empty unless ReadOptions::keep_problems
  FileAccount files{};                             // what became of each file of the folder
};

// What a picture is that no label speaks of.
enum class MissingLabels {
  by_layout,  // as the layout's own convention has it, which is told: COCO good, others not labelled
  good,
  ignore,  // not labelled: neither learned from nor measured on
  error,
};
inline constexpr auto kMissingLabelsNames = std::to_array<EnumName<MissingLabels>>({
    {MissingLabels::by_layout, "by_layout"},
    {MissingLabels::good, "good"},
    {MissingLabels::ignore, "ignore"},
    {MissingLabels::error, "error"},
});
static_assert(names_every_value(kMissingLabelsNames));

struct ReadOptions {
  // Regular expression (ECMAScript); its first group (or the whole match) on the file name is the part.
  std::string part_pattern{};
  std::optional<Layout> layout{};  // read as this one instead of detecting it
  // A probability above it makes a picture defective, any other good. None: a probability between 0 and 1 leaves the
  // picture unlabelled. 0 to below 1.
  std::optional<double> defective_above{};
  MissingLabels missing_labels = MissingLabels::by_layout;
  // Go on past label lines that can't be used and give what is readable with what is wrong: to name it, never to learn
  // or measure. A picture of which no label is left is not labelled; there may be no picture at all.
  bool keep_problems = false;
};

// `path` is a folder or a .csv file. Pictures are not opened here, but for the headers that labels need (YOLO: boxes
// are fractions; COCO: a mask of an image without a size): check_dataset() does that. Names that start with a dot are
// left out; folders are not searched deeper than their layout says, so a loop of links ends nowhere. Errors: not_found,
// permission_denied; invalid_argument when the shape is that of no layout or of two (both named, with what was seen and
// how to say which) or there is no picture; corrupt_data for malformed CSV or YOLO lines, COCO entries (too large ones
// too) or Pascal VOC objects (the first named, and how many there are), unless options.keep_problems; invalid_config
// for a bad part_pattern. Thread-safe.
Result<Dataset> read_dataset(const std::filesystem::path& path, const ReadOptions& options = {});

// Pictures whose files are equal byte for byte count as one part: a copy is no further trial, and stays on its
// original's side of a split. Gives all of them the first one's part, warns of it in `dataset`, and returns how many
// there are beside the first ones. Files that can't be read are left alone: check_dataset() names them.
std::size_t join_copies(Dataset& dataset);

// SHA-256 over every sample's name, labels, split, part and the content of its picture, mask and template: changes when
// anything that training sees does, not with the order of the samples or where the folder stands. Reads every file
// once, in blocks; one that can't be read counts as that: check_dataset() names it.
std::string fingerprint(const Dataset& dataset);

}  // namespace lineguard::dataset
