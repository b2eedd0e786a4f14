// YOLO as Ultralytics has it: images/<split>/, labels/<split>/, data.yaml.
#include "convert/output.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

std::string subfolder_of(Split split) {
  return split == Split::unset ? "" : fmt::format("/{}", short_name(split));
}

double share(double at_px, int side_px) {
  return std::clamp(at_px / side_px, 0.0, 1.0);
}

// One line an outline: an object in several pieces becomes several.
std::string lines_of(const DrawnObject& object, std::size_t number, Size size) {
  if (object.outlines.empty()) {
    const Box& box = object.box;
    return fmt::format("{} {:.8f} {:.8f} {:.8f} {:.8f}\n", number, share(box.x + box.width / 2, size.width_px),
                       share(box.y + box.height / 2, size.height_px), share(box.width, size.width_px),
                       share(box.height, size.height_px));
  }
  std::string lines;
  for (const Outline& outline : object.outlines) {
    lines += std::to_string(number);
    for (const Point& point : outline)
      lines += fmt::format(" {:.8f} {:.8f}", share(point.x, size.width_px), share(point.y, size.height_px));
    lines += "\n";
  }
  return lines;
}

std::string yaml_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char letter : text)
    quoted += letter == '"' || letter == '\\' ? std::string("\\") + letter : std::string(1, letter);
  return quoted + "\"";
}

std::string data_yaml(const std::map<std::string, std::size_t>& classes, const std::set<std::string>& subfolders) {
  std::string text = "# written by lineguard convert\npath: .\n";
  for (const auto& [key, folder] :
       {std::pair("train", "/train"), std::pair("val", "/val"), std::pair("test", "/test")}) {
    if (subfolders.contains(folder)) text += fmt::format("{}: images{}\n", key, folder);
  }
  if (subfolders.contains("")) text += "train: images\nval: images\n";
  std::vector<std::string> names(classes.size());
  for (const auto& [name, number] : classes) names[number] = name;
  text += "names:\n";
  for (std::size_t i = 0; i < names.size(); ++i) text += fmt::format("  {}: {}\n", i, yaml_text(names[i]));
  return text;
}

}  // namespace

Result<void> write_yolo(const Dataset& dataset, Output& output, ConvertReport& report,
                        const ProgressFunction& progress) {
  std::map<std::string, std::size_t> classes;
  std::set<std::string> subfolders;
  const auto write_one = [&](const Sample& sample) -> Result<void> {
    const std::string subfolder = subfolder_of(sample.split);
    subfolders.insert(subfolder);
    LINEGUARD_ASSIGN(const std::string name, output.place(sample, "images" + subfolder));
    ++report.pictures;
    if (sample.defect_free_template) output.note("templates, which YOLO has no place for: left out");
    if (sample.label == Label::unknown) return {};  // a picture without a label file is not labelled
    LINEGUARD_ASSIGN(const Size size, size_of(sample));
    LINEGUARD_ASSIGN(const auto objects, objects_of(sample, size, output));
    std::string lines;
    for (const DrawnObject& object : objects) {
      const std::size_t number = classes.try_emplace(object.class_name, classes.size()).first->second;
      lines += lines_of(object, number, size);
      ++report.objects;
    }
    return output.write(fmt::format("labels{}/{}.txt", subfolder, fs::path(name).stem().string()), lines);
  };
  LINEGUARD_TRY(for_each_sample(dataset, progress, write_one));
  return output.write("data.yaml", data_yaml(classes, subfolders));
}

}  // namespace lineguard::dataset
