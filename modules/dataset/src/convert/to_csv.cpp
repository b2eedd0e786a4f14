// A CSV with every column that is read, pictures in images/, masks in masks/, templates in templates/.
#include "convert/output.h"
#include "labels.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/dataset/mask.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

std::string csv_field(std::string_view field) {
  if (field.find_first_of(",\"\n\r;") == field.npos) return std::string(field);
  std::string text = "\"";
  for (const char letter : field) text += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return text + "\"";
}

// In front of an object's numbers; the signs that separate objects can't stand in it.
std::string class_prefix(std::string class_name, Output& output) {
  if (class_name.find_first_of(":;") != class_name.npos) output.note("classes whose : or ; became _");
  std::ranges::replace(class_name, ';', '_');
  std::ranges::replace(class_name, ':', '_');
  return class_name + ": ";
}

std::string label_of(const Sample& sample) {
  if (sample.label == Label::unknown)
    return sample.defect_probability > 0 ? fmt::format("{}", sample.defect_probability) : "";
  return sample.label == Label::good ? std::string(kGoodClass) : sample.class_name;
}

// {boxes, polygons}
std::pair<std::string, std::string> drawn_on(const Sample& sample, Output& output) {
  std::string boxes, polygons;
  for (const LabelledBox& object : sample.boxes) {
    const std::string prefix = class_prefix(object.class_name, output);
    if (object.outlines.size() > 1) output.note("objects in several pieces: one object a piece");
    for (const Outline& outline : object.outlines) {
      polygons += (polygons.empty() ? "" : "; ") + prefix;
      for (std::size_t i = 0; i < outline.size(); ++i)
        polygons += fmt::format("{}{} {}", i == 0 ? "" : " ", outline[i].x, outline[i].y);
    }
    const Box& box = object.box;
    if (object.outlines.empty())
      boxes += fmt::format("{}{}{} {} {} {}", boxes.empty() ? "" : "; ", prefix, box.x, box.y, box.width, box.height);
  }
  return {boxes, polygons};
}

}  // namespace

Result<void> write_csv(const Dataset& dataset, Output& output, ConvertReport& report,
                       const ProgressFunction& progress) {
  std::string text = "image,label,mask,boxes,polygons,part,view,template,lot,split\n";
  const auto write_one = [&](const Sample& sample) -> Result<void> {
    LINEGUARD_ASSIGN(const std::string name, output.place(sample, "images"));
    ++report.pictures;
    std::string mask, twin;
    if (sample.mask) {
      mask = fmt::format("masks/{}.png", fs::path(name).stem().string());
      LINEGUARD_ASSIGN(const Image marked, read_mask(sample));
      LINEGUARD_ASSIGN(const Bytes png, imaging::encode_png(marked));
      LINEGUARD_TRY(output.write(mask, png));
      ++report.masks;
    }
    if (sample.defect_free_template) {
      twin = "templates/" + name;
      LINEGUARD_TRY(output.place_as(*sample.defect_free_template, twin));
    }
    const auto [boxes, polygons] = drawn_on(sample, output);
    report.objects += sample.boxes.size();
    const std::string split = sample.split == Split::unset ? "" : std::string(to_string(sample.split));
    for (const std::string& field :
         {"images/" + name, label_of(sample), mask, boxes, polygons, sample.part, sample.view, twin, sample.lot})
      text += csv_field(field) + ",";
    text += split + "\n";
    return {};
  };
  LINEGUARD_TRY(for_each_sample(dataset, progress, write_one));
  return output.write("labels.csv", text);
}

}  // namespace lineguard::dataset
