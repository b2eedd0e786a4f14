#include "layouts/picture_masks.h"

#include "account.h"
#include "labels.h"
#include "layouts/layout.h"
#include "mask_folder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/words.h>
#include <lineguard/dataset/mask.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kLabelMap = "labelmap.txt";
constexpr std::uint32_t kVoid = 224u << 16 | 224u << 8 | 192u;  // VOC's border between object and background

std::string folder_named(const FolderContent& folder, std::span<const std::string_view> names) {
  for (const auto& name : folder.folders) {
    if (std::ranges::find(names, to_lower(name)) != names.end()) return name;
  }
  return "";
}

std::string pictures_in(const FolderContent& folder) {
  constexpr std::array<std::string_view, 5> kNames{"jpegimages", "images", "image", "imgs", "img"};
  return folder_named(folder, kNames);
}

std::string masks_in(const FolderContent& folder) {
  constexpr std::array<std::string_view, 4> kNames{"segmentationclass", "masks", "mask", "segmentation"};
  return folder_named(folder, kNames);
}

// Of a colour in VOC's palette (the development kit's VOCcolormap) its index; none: it is not one of the first 256.
std::optional<int> index_of_voc_colour(std::uint32_t colour) {
  int index = 0;
  for (int bit = 0; bit < 8; ++bit) {
    for (int channel = 0; channel < 3; ++channel)
      index |= static_cast<int>(colour >> (16 - 8 * channel + 7 - bit) & 1) << (3 * bit + channel);
  }
  return index < 256 ? std::optional(index) : std::nullopt;
}

std::optional<std::uint32_t> colour_from(const std::string& text) {
  std::istringstream parts(text);
  std::uint32_t colour = 0;
  std::size_t count = 0;
  for (std::string part; std::getline(parts, part, ',');) {
    const auto value = parse_number(part);
    if (!value || *value < 0 || *value > 255 || ++count > 3) return std::nullopt;
    colour = colour << 8 | static_cast<std::uint32_t>(*value);
  }
  return count == 3 ? std::optional(colour) : std::nullopt;
}

using ClassNames = std::map<std::uint32_t, std::string>;  // by colour

// "scratch:128,0,0::" a line, as CVAT and Datumaro write it.
Result<ClassNames> read_label_map(const FolderContent& folder, Dataset& dataset) {
  ClassNames names;
  const fs::path file = folder.path / kLabelMap;
  const auto text = read_list_file(file);
  if (!text && text.error().code == ErrorCode::not_found) return names;
  if (!text) return text.error();
  dataset.label_files.push_back(file);
  std::istringstream lines{std::string(without_byte_order_mark(*text))};
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t colon = line.find(':');
    const std::size_t end = colon == std::string::npos ? colon : line.find(':', colon + 1);
    const auto colour =
        colon == std::string::npos ? std::nullopt : colour_from(line.substr(colon + 1, end - colon - 1));
    if (colour)
      names[*colour] = line.substr(0, colon);
    else
      dataset.problems.add(fmt::format("{}:{}", file.string(), number),
                           fmt::format("\"{}\": expected name:red,green,blue::", line));
  }
  return names;
}

std::uint32_t colour_at(const Image& image, int x, int y) {
  const auto row = image.row_u8(y);
  const auto at = static_cast<std::size_t>(x * image.channels());
  if (image.channels() == 1) return row[at] * 0x010101u;
  return static_cast<std::uint32_t>(row[at] << 16 | row[at + 1] << 8 | row[at + 2]);
}

std::string class_of(std::uint32_t colour, bool gray, const ClassNames& names) {
  if (const auto named = names.find(colour); named != names.end()) return named->second;
  const std::uint32_t value = colour & 0xff;
  if (gray) return value == 255 ? std::string(kDefectiveClass) : fmt::format("class {}", value);
  const auto index = index_of_voc_colour(colour);
  return index ? fmt::format("class {}", *index) : std::string(kDefectiveClass);
}

// The classes that a mask's marked pixels name. Values of a mask with noise are no classes: more than kMost are one.
std::set<std::string> classes_in(const Image& pixels, const Image& marked, const ClassNames& names) {
  constexpr std::size_t kMost = 32;
  std::set<std::uint32_t> colours;
  for (int y = 0; y < marked.height_px() && colours.size() <= kMost; ++y) {
    for (int x = 0; x < marked.width_px(); ++x) {
      if (marked.row_u8(y)[static_cast<std::size_t>(x)] != 0) colours.insert(colour_at(pixels, x, y));
    }
  }
  if (colours.size() > kMost) return {std::string(kDefectiveClass)};
  if (colours.size() > 1) colours.erase(kVoid);
  std::set<std::string> classes;
  for (const std::uint32_t colour : colours) classes.insert(class_of(colour, pixels.channels() == 1, names));
  return classes;
}

// A mask that can't be read leaves its picture unlabelled: the checks name it.
void label_by_mask(Sample& sample, const ClassNames& names) {
  const auto marked = read_mask(sample);
  if (!marked) return;
  const auto bytes = marked->bytes();
  if (std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{}; })) return set_class(sample, kGoodClass);
  std::set<std::string> classes{std::string(kDefectiveClass)};
  const auto encoded = read_file(*sample.mask, imaging::DecodeLimits{}.max_file_bytes);
  const auto pixels = encoded ? imaging::decode(*encoded) : Result<Image>(encoded.error());
  const bool by_value = pixels && pixels->depth() == PixelDepth::u8 && sample.more_masks.empty();
  if (by_value) classes = classes_in(*pixels, *marked, names);
  set_class(sample, classes.size() == 1 ? std::string_view(*classes.begin()) : kSeveralClasses);
}

// Masks of single objects: their pixels are those of the classes.
Result<void> take_object_masks(const FolderContent& folder, Dataset& dataset) {
  constexpr std::array<std::string_view, 1> kObjects{"segmentationobject"};
  const std::string name = folder_named(folder, kObjects);
  if (name.empty()) return {};
  LINEGUARD_ASSIGN(const FolderContent objects, list_folder(folder.path / name));
  for (const auto& picture : objects.pictures) dataset.label_files.push_back(objects.path / picture);
  return {};
}

bool says_more(const FolderContent& folder) {
  constexpr std::array<std::string_view, 4> kLabels{"annotations", "annotation", "labels", "label"};
  constexpr std::array<std::string_view, 6> kFiles{".csv", ".tsv", ".json", ".xml", ".yaml", ".yml"};
  return !folder_named(folder, kLabels).empty() ||
         std::ranges::any_of(kFiles, [&](auto kind) { return !folder.others_with_extension(kind).empty(); });
}

}  // namespace

std::string picture_masks_evidence(const FolderContent& folder) {
  const std::string masks = masks_in(folder);
  if (masks.empty() || pictures_in(folder).empty() || says_more(folder)) return "";
  return pictures_in(folder) + "/ and " + masks + "/";
}

Result<void> read_picture_masks(const FolderContent& folder, Dataset& dataset) {
  LINEGUARD_ASSIGN(const ClassNames names, read_label_map(folder, dataset));
  LINEGUARD_ASSIGN(const FolderContent pictures, list_folder(folder.path / pictures_in(folder)));
  const std::size_t first = dataset.samples.size();
  for (const auto& name : pictures.pictures) dataset.samples.emplace_back().image = pictures.path / name;
  FolderContent of_classes = folder;
  of_classes.folders = {masks_in(folder)};
  MaskFolders masks;
  LINEGUARD_TRY(masks.add_in(of_classes));
  masks.attach("", first, dataset);
  LINEGUARD_TRY(take_object_masks(folder, dataset));
  std::size_t without = 0;
  for (std::size_t i = first; i < dataset.samples.size(); ++i) {
    Sample& sample = dataset.samples[i];
    without += !sample.mask;
    if (!sample.mask) continue;
    sample.source_line = sample.mask->string();
    label_by_mask(sample, names);
  }
  if (without > 0)
    dataset.warnings.push_back(
        fmt::format("{} no mask: not labelled. One that marks nothing says that the part is good",
                    without == 1 ? "1 picture has" : fmt::format("{} pictures have", without)));
  warn_of_masks(masks, dataset);
  return {};
}

Result<void> attach_voc_masks(const FolderContent& folder, Dataset& dataset) {
  FolderContent of_classes = folder;
  std::erase_if(of_classes.folders, [](const std::string& name) { return to_lower(name) != "segmentationclass"; });
  if (of_classes.folders.empty()) return {};
  LINEGUARD_TRY(read_label_map(folder, dataset));
  MaskFolders masks;
  LINEGUARD_TRY(masks.add_in(of_classes));
  masks.attach("", 0, dataset);
  return take_object_masks(folder, dataset);
}

}  // namespace lineguard::dataset
