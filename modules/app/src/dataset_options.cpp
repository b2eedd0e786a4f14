#include "dataset_options.h"

namespace lineguard::app {

void add_dataset_options(CLI::App& command, DatasetOptions& options) {
  command.add_option("DATASET", options.path, "a folder of pictures or a .csv file")->required();
  command
      .add_option("--layout", options.layout, "read as mvtec, good-defective, good-only, csv or coco, do not detect")
      ->type_name("NAME");
  command
      .add_option("--part-pattern", options.part_pattern,
                  "what in a file name names the part; the first (group) counts")
      ->type_name("REGEX");
}

Result<dataset::Dataset> read_dataset(const DatasetOptions& options) {
  dataset::ReadOptions read_options;
  read_options.part_pattern = options.part_pattern;
  if (!options.layout.empty()) {
    LINEGUARD_ASSIGN(read_options.layout, dataset::layout_from_name(options.layout));
  }
  return dataset::read_dataset(options.path, read_options);
}

}  // namespace lineguard::app
