// How every command that takes a data set reads it: the same options, the same words.
#pragma once

#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::app {

struct DatasetOptions {
  std::filesystem::path path;
  std::string layout, part_pattern, missing_labels = "by_layout";
  double defective_above = -1;  // below 0: not given
  std::string read_as;          // imaging::reading_from_text()
  bool keep_problems = false;   // dataset::ReadOptions'; of verify alone
};

// DATASET, --layout, --part-pattern, --defective-above, --missing-labels and --read-as.
void add_dataset_options(CLI::App& command, DatasetOptions& options);
// Sets how its files are read (imaging::set_reading_of_files). Errors: those of dataset::read_dataset; invalid_argument
// for an unknown layout or reading.
Result<dataset::Dataset> read_dataset(const DatasetOptions& options);
// The same, where copies of a picture count as one part (dataset::join_copies): what is learned from and measured on.
Result<dataset::Dataset> read_without_copies(const DatasetOptions& options);
// The same for a package to be measured on it: probabilities become labels and files parts as they did when it was
// trained, unless the options say otherwise; files are read as they were then. Errors: those of the package's manifest
// too, invalid_argument where --read-as says otherwise.
Result<dataset::Dataset> read_dataset(DatasetOptions options, const std::filesystem::path& package);

}  // namespace lineguard::app
