// A data set as people already have it: detected by its shape, read without copying or writing anything.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::dataset {

enum class Layout { mvtec, good_defective, good_only, csv, coco, yolo, voc };
std::string_view to_string(Layout layout);  // "MVTec AD"

// What --layout takes: "mvtec", "good-defective", … Errors: invalid_argument, listing the names.
std::string_view layout_name(Layout layout);
Result<Layout> layout_from_name(std::string_view name);

enum class Split { unset, train, validation, test };
std::string_view to_string(Split split);

struct LabelledBox {
  Box box;
  std::string class_name;
  std::vector<Point> polygon;  // empty: box only
};

struct Sample {
  std::filesystem::path image;    // absolute or relative to the working folder: open it as it is
  std::string name;               // relative to the data set: what reports show
  Label label = Label::unknown;   // unknown: not labelled
  double defect_probability = 0;  // 0 good, 1 defective; between: several experts, or unsure
  std::string class_name;         // "good", "crack", …
  std::optional<std::filesystem::path> mask;
  std::vector<LabelledBox> boxes;
  std::string part;  // pictures of one physical part share it; never empty after read_dataset()
  std::string view;
  std::string lot;
  std::optional<std::filesystem::path> defect_free_template;
  Split split = Split::unset;  // as the data set itself says
  std::string source_line;     // "labels.csv:17" where a line named it, for messages
};

struct Dataset {
  std::filesystem::path root;
  Layout layout = Layout::good_only;
  std::vector<Sample> samples;              // in a stable order: by split, class, name
  std::vector<std::string> warnings;        // "nothing names the part: one file is taken as one part"
  std::optional<double> defective_above{};  // ReadOptions': how probabilities became labels …
  std::string part_pattern{};               // … and what named the parts
};

struct ReadOptions {
  // Regular expression (ECMAScript); its first group (or the whole match) on the file name is the part.
  std::string part_pattern{};
  std::optional<Layout> layout{};  // read as this one instead of detecting it
  // A probability above it makes a picture defective, any other good. None: a probability between 0 and 1 leaves the
  // picture unlabelled. 0 to below 1.
  std::optional<double> defective_above{};
};

// `path` is a folder or a .csv file. Pictures are not opened here (YOLO: their
// headers are, for its boxes are fractions): check_dataset() does that. Names that start with a
// dot are left out; folders are not searched deeper than their layout says, so a loop of links ends nowhere.
// Errors: not_found, permission_denied; invalid_argument when the shape is that of no layout or of two (both named,
// with what was seen and how to say which) or there is no picture; corrupt_data
// for a malformed CSV or YOLO line, COCO entry or Pascal VOC object (file and line, entry or object named);
// invalid_config for a bad part_pattern. Thread-safe.
Result<Dataset> read_dataset(const std::filesystem::path& path, const ReadOptions& options = {});

// Pictures whose files are equal byte for byte count as one part: a copy is no further trial, and stays on its
// original's side of a split. Gives all of them the first one's part, warns of it in `dataset`, and returns how many
// there are beside the first ones. Files that can't be read are left alone: check_dataset() names them.
std::size_t join_copies(Dataset& dataset);

// SHA-256 over every sample's name, labels, split, part and the content of its picture, mask and template: changes when
// anything that training sees does, not with the order of the samples or where the folder stands. Reads every file
// once, in blocks. Errors: as read_file, with the file's name.
Result<std::string> fingerprint(const Dataset& dataset);

}  // namespace lineguard::dataset
