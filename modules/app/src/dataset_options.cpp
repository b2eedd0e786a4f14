#include "dataset_options.h"

#include "number_options.h"

#include <fmt/format.h>

#include <lineguard/imaging/reading.h>
#include <lineguard/package/package.h>
#include <lineguard/package/reading.h>

namespace lineguard::app {

void add_dataset_options(CLI::App& command, DatasetOptions& options) {
  command.add_option("DATASET", options.path, "a folder of pictures or a .csv file")->required();
  command
      .add_option(
          "--layout", options.layout,
          "read as mvtec, good-defective, good-only, csv, coco, yolo, voc, labelme, via, cvat or visa, do not detect")
      ->type_name("NAME");
  command
      .add_option("--part-pattern", options.part_pattern,
                  "what in a file name names the part; the first (group) counts")
      ->type_name("REGEX");
  command
      .add_option(
          "--defective-above", options.defective_above,
          "a label that is a probability above it is defective, any other good; else those between are left out")
      ->check(number_between(0, 0.9999))
      ->type_name("P");
  command
      .add_option("--missing-labels", options.missing_labels,
                  "a picture without any label: good, ignore (left out) or error; default: as its layout has it")
      ->check(CLI::IsMember({"good", "ignore", "error"}))
      ->default_str("");
  command
      .add_option("--read-as", options.read_as,
                  "what files leave open: \"tiff 1,2\" (pages), \"tiff 1:1,1:4\" (channels), \"raw 1920x1080 "
                  "BayerRG12p\"")
      ->type_name("TEXT");
}

Result<dataset::Dataset> read_dataset(const DatasetOptions& options) {
  LINEGUARD_ASSIGN(const imaging::Reading reading, imaging::reading_from_text(options.read_as));
  imaging::set_reading_of_files(reading);
  dataset::ReadOptions read_options;
  read_options.part_pattern = options.part_pattern;
  read_options.keep_problems = options.keep_problems;
  read_options.missing_labels =
      value_named(dataset::kMissingLabelsNames, options.missing_labels).value_or(dataset::MissingLabels::by_layout);
  if (options.defective_above >= 0) read_options.defective_above = options.defective_above;
  if (!options.layout.empty()) {
    LINEGUARD_ASSIGN(read_options.layout, dataset::layout_from_name(options.layout));
  }
  return dataset::read_dataset(options.path, read_options);
}

Result<dataset::Dataset> read_without_copies(const DatasetOptions& options) {
  LINEGUARD_ASSIGN(auto data, read_dataset(options));
  dataset::join_copies(data);
  return data;
}

Result<dataset::Dataset> read_dataset(DatasetOptions options, const std::filesystem::path& package) {
  LINEGUARD_ASSIGN(const auto manifest, package::read_manifest(package));
  if (options.part_pattern.empty()) options.part_pattern = manifest.training.part_pattern;
  if (options.defective_above < 0) options.defective_above = manifest.training.defective_above.value_or(-1);
  LINEGUARD_ASSIGN(const imaging::Reading reading, package::read_reading(package));
  const std::string as = to_text(reading);
  if (!options.read_as.empty() && options.read_as != as)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("--read-as \"{}\": {} learned from pictures that were read {}", options.read_as,
                                  package.string(), as.empty() ? "as they are" : "as \"" + as + "\""));
  options.read_as = as;
  return read_without_copies(options);
}

}  // namespace lineguard::app
