// CVAT for images 1.1: annotations.xml with <image name="…"> and what is drawn on it; pictures in images/ or beside it.
#include "labels.h"
#include "layouts/layout.h"
#include "layouts/shapes.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <pugixml.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/text_limits.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

bool may_be_cvat(const fs::path& file) {
  bool found = false;
  const auto look = [&](std::span<const std::byte> block) {
    found = std::string_view(reinterpret_cast<const char*>(block.data()), block.size()).find("<annotations>") !=
            std::string_view::npos;
    return false;
  };
  return read_blocks(file, look) && found;
}

std::vector<std::string> cvat_files(const FolderContent& folder) {
  auto names = folder.others_with_extension(".xml");
  std::erase_if(names, [&](const std::string& name) { return !may_be_cvat(folder.path / name); });
  return names;
}

Error problem(std::string what) {
  return make_error(ErrorCode::corrupt_data, std::move(what));
}

Result<double> number_of(const pugi::xml_node& node, const char* name) {
  const auto number = parse_number(node.attribute(name).value());
  if (number) return *number;
  return problem(
      fmt::format("<{}>: expected a number as {}, got \"{}\"", node.name(), name, node.attribute(name).value()));
}

// "x,y;x,y"
Result<Outline> points_of(const pugi::xml_node& node) {
  Outline outline;
  std::string_view text = node.attribute("points").value();
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    const std::string_view pair = text.substr(0, end);
    const auto comma = pair.find(',');
    const auto x = parse_number(pair.substr(0, comma)),
               y = parse_number(comma == pair.npos ? "" : pair.substr(comma + 1));
    if (!x || !y) return problem(fmt::format("<{}>: expected points as \"x,y;x,y\", got \"{}\"", node.name(), pair));
    outline.push_back({*x, *y});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (outline.empty()) return problem(fmt::format("<{}> has no points", node.name()));
  return outline;
}

// Runs of not marked and marked pixels, row by row, of the part of the picture that the mask covers.
Result<LabelledBox> read_mask(const std::string& label, const pugi::xml_node& node) {
  LINEGUARD_ASSIGN(const double left, number_of(node, "left"));
  LINEGUARD_ASSIGN(const double top, number_of(node, "top"));
  LINEGUARD_ASSIGN(const double width, number_of(node, "width"));
  LINEGUARD_ASSIGN(const double height, number_of(node, "height"));
  if (width < 1 || height < 1 || width > limits::kPictureSide_px || height > limits::kPictureSide_px ||
      width * height > static_cast<double>(limits::kPicturePixels))
    return problem("<mask>: its size is none that a picture can have");
  Image marked({static_cast<int>(width), static_cast<int>(height)}, 1);
  std::size_t at = 0;
  bool set = false;
  std::string_view text = node.attribute("rle").value();
  while (!text.empty()) {
    text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
    std::size_t run = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), run);
    if (error != std::errc{}) break;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (run > marked.bytes().size() - at) return problem("<mask>: its runs are longer than its size");
    if (set) std::fill_n(marked.bytes().begin() + static_cast<std::ptrdiff_t>(at), run, std::byte{0xff});
    at += run;
    set = !set;
  }
  return object_of_mask(label, marked, {left, top});
}

Result<LabelledBox> read_shape(const pugi::xml_node& node) {
  const std::string_view kind = node.name();
  const std::string label = node.attribute("label").value();
  if (label.empty()) return problem(fmt::format("<{}> has no label", kind));
  if (kind == "mask") return read_mask(label, node);
  if (kind == "box") {
    LINEGUARD_ASSIGN(const double left, number_of(node, "xtl"));
    LINEGUARD_ASSIGN(const double top, number_of(node, "ytl"));
    LINEGUARD_ASSIGN(const double right, number_of(node, "xbr"));
    LINEGUARD_ASSIGN(const double bottom, number_of(node, "ybr"));
    return LabelledBox{{left, top, right - left, bottom - top}, label, {}};
  }
  if (kind == "ellipse") {
    LINEGUARD_ASSIGN(const double x, number_of(node, "cx"));
    LINEGUARD_ASSIGN(const double y, number_of(node, "cy"));
    LINEGUARD_ASSIGN(const double rx, number_of(node, "rx"));
    LINEGUARD_ASSIGN(const double ry, number_of(node, "ry"));
    return object_of(label, {ellipse_outline({x, y}, rx, ry)});
  }
  if (kind == "polygon" || kind == "polyline" || kind == "points") {
    LINEGUARD_ASSIGN(const Outline points, points_of(node));
    return kind == "polygon" && points.size() >= 3 ? object_of(label, {points}) : box_of_points(label, points);
  }
  return problem(fmt::format("<{}>: expected box, polygon, polyline, points, ellipse, mask or tag", kind));
}

std::optional<Size> said_size(const pugi::xml_node& image) {
  const Size size{image.attribute("width").as_int(), image.attribute("height").as_int()};
  return size.width_px > 0 && size.height_px > 0 ? std::optional(size) : std::nullopt;
}

// Whether all of it could be used. A tag is a label of the whole picture.
bool read_image(const fs::path& file, const pugi::xml_node& image, Sample& sample, LabelProblems& problems) {
  bool whole = true;
  for (const pugi::xml_node& node : image.children()) {
    if (node.type() != pugi::node_element) continue;
    if (std::string_view(node.name()) == "tag") {
      set_class(sample, node.attribute("label").value());
      continue;
    }
    auto object = read_shape(node);
    if (!object)
      problems.add(fmt::format("{}: image {}", file.string(), image.attribute("name").value()), object.error().message);
    whole &= object.ok();
    if (object) sample.boxes.push_back(std::move(*object));
  }
  if (!sample.boxes.empty()) sample.label = Label::unknown;  // what is drawn says more
  return whole;
}

void read_file(const fs::path& file, MissingLabels missing, Dataset& dataset) {
  dataset.label_files.push_back(file);
  const auto text = read_text_file(file, limits::kXml.bytes);
  const auto fits = text ? check_xml_limits(*text) : text.error();
  if (!fits) return dataset.problems.add(file.string(), fits.error().message);
  pugi::xml_document document;
  if (const auto parsed = document.load_buffer(text->data(), text->size()); !parsed)
    return dataset.problems.add(file.string(), parsed.description());
  const pugi::xml_node root = document.child("annotations");
  if (root.child("track"))
    return dataset.problems.add(file.string(), "tracks of a video: export the frames as \"CVAT for images\"");
  const fs::path folder = file.parent_path();
  PictureFinder finder({folder / "images", folder, folder / "images" / "default"});
  std::vector<Sample> samples;
  std::vector<bool> whole;
  for (const pugi::xml_node& image : root.children("image")) {
    Sample sample;
    sample.image = finder.find(image.attribute("name").value()).file;
    sample.source_line = fmt::format("{}: image {}", file.string(), image.attribute("name").value());
    sample.split = split_named(image.attribute("subset").value());
    sample.annotated_size = said_size(image);
    whole.push_back(read_image(file, image, sample, dataset.problems));
    samples.push_back(std::move(sample));
  }
  label_listed(samples, whole, file.filename().string(), missing, dataset);
  warn_of_elsewhere(finder, dataset);
}

}  // namespace

std::string cvat_evidence(const FolderContent& folder) {
  const auto files = cvat_files(folder);
  return files.empty() ? "" : files.front();
}

Result<void> read_cvat(const FolderContent& folder, const ReadOptions& options, Dataset& dataset) {
  for (const auto& name : cvat_files(folder)) read_file(folder.path / name, options.missing_labels, dataset);
  return {};
}

}  // namespace lineguard::dataset
