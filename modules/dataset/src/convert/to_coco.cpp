// COCO as MS COCO and CVAT lay it out: annotations/instances_<split>.json, images/<split>/.
#include "convert/output.h"

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/dataset/mask.h>

namespace lineguard::dataset {
namespace {

using Json = nlohmann::ordered_json;

Json box_to_json(const Box& box) {
  return {box.x, box.y, box.width, box.height};
}

Json outlines_to_json(const std::vector<Outline>& outlines) {
  Json list = Json::array();
  for (const Outline& outline : outlines) {
    Json numbers = Json::array();
    for (const Point& point : outline) {
      numbers.push_back(point.x);
      numbers.push_back(point.y);
    }
    list.push_back(std::move(numbers));
  }
  return list;
}

// The mask as runs of not marked and marked pixels, down one column after the other: exact, with its holes.
Json runs_of(const Image& mask) {
  Json runs = Json::array();
  std::size_t run = 0;
  bool set = false;
  for (int x = 0; x < mask.width_px(); ++x) {
    for (int y = 0; y < mask.height_px(); ++y) {
      if ((mask.row_u8(y)[static_cast<std::size_t>(x)] != 0) != set) {
        runs.push_back(run);
        run = 0;
        set = !set;
      }
      ++run;
    }
  }
  runs.push_back(run);
  return runs;
}

Box box_of_mask(const Image& mask) {
  int left = mask.width_px(), top = mask.height_px(), right = -1, bottom = -1;
  for (int y = 0; y < mask.height_px(); ++y) {
    for (int x = 0; x < mask.width_px(); ++x) {
      if (mask.row_u8(y)[static_cast<std::size_t>(x)] == 0) continue;
      left = std::min(left, x), right = std::max(right, x), top = std::min(top, y), bottom = y;
    }
  }
  if (right < 0) return {};
  return {static_cast<double>(left), static_cast<double>(top), right - left + 1.0, bottom - top + 1.0};
}

// One file of annotations.
class Subset {
 public:
  explicit Subset(std::map<std::string, int>& categories) : categories_(categories) {}

  int add_image(const std::string& name, Size size) {
    images_.push_back({{"id", ++image_}, {"file_name", name}, {"width", size.width_px}, {"height", size.height_px}});
    return image_;
  }
  void add_annotation(int image, const std::string& class_name, const Box& box, double area, Json segmentation,
                      bool runs) {
    const int category = categories_.try_emplace(class_name, static_cast<int>(categories_.size()) + 1).first->second;
    annotations_.push_back({{"id", ++annotation_},
                            {"image_id", image},
                            {"category_id", category},
                            {"bbox", box_to_json(box)},
                            {"area", area},
                            {"iscrowd", runs ? 1 : 0},
                            {"segmentation", std::move(segmentation)}});
  }
  std::string text() const {
    Json categories = Json::array();
    for (const auto& [name, id] : categories_)
      categories.push_back({{"id", id}, {"name", name}, {"supercategory", ""}});
    const Json all{{"info", {{"description", "written by lineguard convert"}}},
                   {"licenses", Json::array()},
                   {"categories", categories},
                   {"images", images_},
                   {"annotations", annotations_}};
    return all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  std::map<std::string, int>& categories_;
  Json images_ = Json::array(), annotations_ = Json::array();
  int image_ = 0, annotation_ = 0;
};

Result<void> add_objects(const Sample& sample, int image, Size size, Subset& subset, Output& output,
                         ConvertReport& report) {
  if (sample.label == Label::defective && sample.mask) {
    LINEGUARD_ASSIGN(const Image mask, read_mask(sample));
    if (const Box box = box_of_mask(mask); box.width > 0) {
      const Json segmentation{{"size", {mask.height_px(), mask.width_px()}}, {"counts", runs_of(mask)}};
      subset.add_annotation(image, sample.class_name, box, box.width * box.height, segmentation, true);
      ++report.masks;
      return {};
    }
  }
  LINEGUARD_ASSIGN(const auto objects, objects_of(sample, size, output));
  for (const DrawnObject& object : objects) {
    subset.add_annotation(image, object.class_name, object.box, object.box.width * object.box.height,
                          outlines_to_json(object.outlines), false);
    ++report.objects;
  }
  return {};
}

}  // namespace

Result<void> write_coco(const Dataset& dataset, Output& output, ConvertReport& report,
                        const ProgressFunction& progress) {
  std::map<std::string, int> categories;
  std::map<std::string, Subset> subsets;
  const auto write_one = [&](const Sample& sample) -> Result<void> {
    if (sample.label == Label::unknown)
      return output.note("not labelled, left out: COCO would call it good"), Result<void>{};
    const std::string name(short_name(sample.split)), folder = "images/" + name;
    LINEGUARD_ASSIGN(const Size size, size_of(sample));
    LINEGUARD_ASSIGN(const std::string file, output.place(sample, folder));
    if (sample.defect_free_template)
      LINEGUARD_TRY(output.place_as(*sample.defect_free_template, folder + "_template/" + file));
    Subset& subset = subsets.try_emplace(name, categories).first->second;
    ++report.pictures;
    return add_objects(sample, subset.add_image(file, size), size, subset, output, report);
  };
  LINEGUARD_TRY(for_each_sample(dataset, progress, write_one));
  for (const auto& [name, subset] : subsets)
    LINEGUARD_TRY(output.write(fmt::format("annotations/instances_{}.json", name), subset.text()));
  return {};
}

}  // namespace lineguard::dataset
