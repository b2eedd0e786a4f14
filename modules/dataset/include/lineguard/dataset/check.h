// Structural checks of a data set: blockers that make training or its figures wrong, and warnings.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// With fewer there is nothing to learn from and calibrate on, except in places of large pictures (train --tile-px).
inline constexpr std::size_t kFewestGoodPictures = 5;
// From so many to learn from on, `train` learns from the labels of defects unless it is told not to.
inline constexpr std::ptrdiff_t kEnoughDefectivePictures = 10;

enum class Severity { blocker, warning };

struct Finding {
  std::string check;  // one of check_names()
  Severity severity = Severity::blocker;
  std::vector<std::string> files;  // sample names, the first is the main one; of malformed-label "labels/a.txt:12"
  std::string reason;              // what is wrong
  std::string advice;              // what to do
};

struct Summary {
  std::size_t pictures = 0, good = 0, defective = 0, unlabelled = 0, parts = 0, masks = 0;
  std::size_t boxes = 0, polygons = 0, templates = 0;   // boxes: those without an outline
  std::map<std::string, std::size_t> by_class;          // pictures
  std::map<std::string, std::size_t> objects_by_class;  // boxes and polygons
  std::map<std::string, std::size_t> by_split;          // as the data set names them; empty where it names none
  std::map<std::string, std::size_t> by_size;           // "256x256 gray 8 bit" -> count
};

struct CheckReport {
  Summary summary;
  std::vector<Finding> findings;  // blockers first
  // The blockers whose check is not in `allowed`, or that nobody can allow.
  std::vector<Finding> blockers(const std::set<std::string>& allowed = {}) const;
  // Puts findings of other modules where their check stands in check_names().
  void add(std::vector<Finding> more);
};

// A finding with its check's severity and advice. REQUIRES a name of check_names().
Finding finding_of(std::string_view check, std::string reason, std::vector<std::string> files);

// "undecodable", "duplicate-across-splits", …: every check there is, the worst first.
const std::vector<std::string>& check_names();
// Those that --allow takes: all but malformed-label, which no command but verify reads past, and files that can't be
// read or decoded, pictures of kinds that are not read as a whole, and templates that can't be laid over their
// pictures, which nobody can learn from.
const std::vector<std::string>& allowable_checks();
bool is_allowable(std::string_view check);

struct CheckOptions {
  int threads = 2;  // 1 to 256
  // Whether training learns from labels, which decides what it keeps for testing; none: as `train` chooses by itself.
  std::optional<bool> with_labels;
};

// Reads and decodes every picture and mask once, one at a time per thread: of each only a few numbers are kept, so that
// memory hardly grows with their number. Problems of the labels (ReadOptions::keep_problems) are findings like others.
// The same data set gives the same report whatever the number of threads. Findings stand in the order of check_names().
// Files that can't be read or decoded are findings. Errors: invalid_argument for a number of threads out of range.
Result<CheckReport> check_dataset(const Dataset& dataset, const CheckOptions& options = {},
                                  const ProgressFunction& progress = {});

}  // namespace lineguard::dataset
