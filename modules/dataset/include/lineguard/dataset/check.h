// Structural checks of a data set: blockers that make training or its figures wrong, and warnings.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

enum class Severity { blocker, warning };

struct Finding {
  std::string check;  // "undecodable", "duplicate-across-splits", …: what --allow takes
  Severity severity = Severity::blocker;
  std::vector<std::string> files;  // sample names, the first is the main one
  std::string reason;              // what is wrong
  std::string advice;              // what to do
};

struct Summary {
  std::size_t pictures = 0, good = 0, defective = 0, unlabelled = 0, parts = 0, masks = 0;
  std::map<std::string, std::size_t> by_class;
  std::map<std::string, std::size_t> by_size;  // "256x256 gray 8 bit" -> count
};

struct CheckReport {
  Summary summary;
  std::vector<Finding> findings;  // blockers first
  // The blockers that are not in `allowed`.
  std::vector<Finding> blockers(const std::set<std::string>& allowed = {}) const;
};

struct CheckOptions {
  int threads = 2;
};

// Reads and decodes every picture and mask once, one at a time per thread: memory does not grow with their number.
Result<CheckReport> check_dataset(const Dataset& dataset, const CheckOptions& options = {},
                                  const ProgressFunction& progress = {});

}  // namespace lineguard::dataset
