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
  std::vector<Sample> samples;        // in a stable order: by split, class, name
  std::vector<std::string> warnings;  // "nothing names the part: one file is taken as one part"
};

struct ReadOptions {
  std::string part_pattern;  // regular expression; its first group (or the whole match) on the file name is the part
};

// `path` is a folder or a .csv file. Pictures are not decoded here: check_dataset() does.
// Errors: not_found; invalid_argument when the shape is that of no layout or of two (both named, with what was seen and
// how to say which); corrupt_data for a malformed CSV line or label file (file and line named); invalid_config for a
// bad part_pattern.
Result<Dataset> read_dataset(const std::filesystem::path& path, const ReadOptions& options = {});

// SHA-256 over every sample's name, label, split, part and file content: changes when anything that training sees does.
Result<std::string> fingerprint(const Dataset& dataset);

}  // namespace lineguard::dataset
