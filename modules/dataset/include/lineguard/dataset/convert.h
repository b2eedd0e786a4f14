// Writing a data set in another layout: from any that is read to one that another tool opens.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

enum class Target { coco, yolo, mvtec, csv };
inline constexpr auto kTargetNames = std::to_array<EnumName<Target>>(
    {{Target::coco, "coco"}, {Target::yolo, "yolo"}, {Target::mvtec, "mvtec"}, {Target::csv, "csv"}});
static_assert(names_every_value(kTargetNames));

struct ConvertOptions {
  Target target = Target::coco;
  bool link = false;  // symbolic links to the pictures instead of copies: only where nothing moves
};

// What was written, and what the target has no place for.
struct ConvertReport {
  std::size_t pictures = 0, objects = 0, masks = 0;
  std::vector<std::string> notes;  // "3 pictures that are not labelled: left out, since YOLO …"
};

// Writes into `folder`, which exists and is empty (a StagedFolder's path). Pictures keep their names and folders where
// no two would be one. Labels, classes, splits and where the defects are stay what they are: what a layout cannot hold
// is told. Errors: those of reading, decoding and writing; cancelled never.
Result<ConvertReport> convert(const Dataset& dataset, const std::filesystem::path& folder,
                              const ConvertOptions& options, const ProgressFunction& progress = {});

}  // namespace lineguard::dataset
