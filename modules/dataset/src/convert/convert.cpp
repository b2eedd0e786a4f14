#include "convert/output.h"
#include "files/folder.h"
#include "labels.h"
#include "layouts/shapes.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/core/enum_names.h>
#include <lineguard/core/files.h>
#include <lineguard/dataset/mask.h>
#include <lineguard/imaging/outline.h>
#include <lineguard/imaging/overlay.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;

std::string Output::name_of(const Sample& sample) {
  const std::string extension = sample.image.extension().string();
  std::string flat = sample.name;
  std::ranges::replace(flat, '/', '_');
  const std::string stem = sample.image.stem().string(), long_stem = fs::path(flat).stem().string();
  for (std::size_t number = 0;; ++number) {
    const std::string tried = number == 0 ? stem : number == 1 ? long_stem : fmt::format("{}-{}", long_stem, number);
    if (taken_.insert(to_lower(tried)).second) return tried + extension;
  }
}

Result<void> Output::place_as(const fs::path& source, const std::string& relative) {
  const fs::path target = folder_ / relative;
  std::error_code code;
  fs::create_directories(target.parent_path(), code);
  if (!code && link_) fs::create_symlink(fs::absolute(source, code), target, code);
  if (!code && !link_) fs::copy_file(source, target, code);
  if (code) return error_from_errno(code.value(), fmt::format("cannot copy {}", source.string()));
  return {};
}

Result<std::string> Output::place(const Sample& sample, const std::string& folder) {
  const std::string name = name_of(sample);
  LINEGUARD_TRY(place_as(sample.image, folder + "/" + name));
  return name;
}

Result<void> Output::write(const std::string& relative, std::string_view text) const {
  return write_file_atomically(folder_ / relative, text);
}

Result<void> Output::write(const std::string& relative, std::span<const std::byte> bytes) const {
  return write_file_atomically(folder_ / relative, bytes);
}

std::vector<std::string> Output::notes() const {
  std::vector<std::string> lines;
  for (const auto& [what, count] : notes_) lines.push_back(fmt::format("{}: {}", count, what));
  return lines;
}

Result<Size> size_of(const Sample& sample) {
  const auto size = picture_size(sample.image);
  if (size) return *size;
  return make_error(ErrorCode::corrupt_data, sample.name + ": the picture can't be read (`lineguard verify` says why)");
}

Result<std::vector<DrawnObject>> objects_of(const Sample& sample, Size picture, Output& output) {
  std::vector<DrawnObject> objects;
  if (sample.label != Label::defective) return objects;
  if (sample.mask) {
    LINEGUARD_ASSIGN(const Image mask, read_mask(sample));
    for (Outline& outline : imaging::outlines_of(mask)) {
      Box box = box_around(outline);
      box = {box.x, box.y, box.width + 1, box.height + 1};  // a point stands for its pixel
      if (outline.size() < 3)
        outline = {{box.x, box.y}, {box.x + 1, box.y}, {box.x + 1, box.y + 1}, {box.x, box.y + 1}};
      objects.push_back({sample.class_name, box, {std::move(outline)}});
    }
  } else {
    for (const LabelledBox& box : sample.boxes) objects.push_back({box.class_name, box.box, box.outlines});
  }
  if (!objects.empty()) return objects;
  output.note("defective, and nothing says where: the whole picture is marked");
  objects.push_back(
      {sample.class_name, {0, 0, static_cast<double>(picture.width_px), static_cast<double>(picture.height_px)}, {}});
  return objects;
}

Result<std::optional<Image>> mask_of(const Sample& sample, Size picture, Output& output) {
  if (sample.label != Label::defective) return std::optional<Image>();
  if (sample.mask) {
    LINEGUARD_ASSIGN(Image mask, read_mask(sample));
    return std::optional(std::move(mask));
  }
  if (sample.boxes.empty()) return std::optional<Image>();
  Image mask(picture, 1);
  for (const LabelledBox& object : sample.boxes) {
    for (const Outline& outline : object.outlines) imaging::fill_outline(mask, outline);
    if (!object.outlines.empty()) continue;
    output.note("boxes, filled as masks");
    const Box& box = object.box;
    const double right = box.x + std::max(box.width - 1, 0.0), bottom = box.y + std::max(box.height - 1, 0.0);
    imaging::fill_outline(mask, Outline{{box.x, box.y}, {right, box.y}, {right, bottom}, {box.x, bottom}});
  }
  return std::optional(std::move(mask));
}

std::string_view short_name(Split split) {
  static constexpr auto kNames = std::to_array<EnumName<Split>>(
      {{Split::unset, "default"}, {Split::train, "train"}, {Split::validation, "val"}, {Split::test, "test"}});
  static_assert(names_every_value(kNames));
  return name_of(kNames, split);
}

std::string as_folder_name(std::string_view class_name) {
  std::string name(class_name);
  std::ranges::replace(name, '/', '_');
  std::ranges::replace(name, '\\', '_');
  while (name.starts_with('.')) name.erase(0, 1);
  return name.empty() ? "defective" : name;
}

Result<ConvertReport> convert(const Dataset& dataset, const fs::path& folder, const ConvertOptions& options,
                              const ProgressFunction& progress) {
  Output output(folder, options.link);
  ConvertReport report;
  switch (options.target) {
    case Target::coco:
      LINEGUARD_TRY(write_coco(dataset, output, report, progress));
      break;
    case Target::yolo:
      LINEGUARD_TRY(write_yolo(dataset, output, report, progress));
      break;
    case Target::mvtec:
      LINEGUARD_TRY(write_mvtec(dataset, output, report, progress));
      break;
    case Target::csv:
      LINEGUARD_TRY(write_csv(dataset, output, report, progress));
      break;
  }
  report.notes = output.notes();
  return report;
}

}  // namespace lineguard::dataset
