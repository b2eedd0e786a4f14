#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/dataset/csv_table.h>
#include <lineguard/evaluation/export.h>

namespace lineguard::evaluation {
namespace {

using Json = nlohmann::ordered_json;
using dataset::csv_field;

constexpr const char* kNoClass = "defect";

std::string class_of(const Region& region) {
  return region.class_name.empty() ? kNoClass : region.class_name;
}

// Numbers from 1, in the order of their names.
std::map<std::string, int> categories_of(const std::vector<Row>& rows) {
  std::map<std::string, int> categories;
  for (const Row& row : rows) {
    for (const Region& region : row.regions) categories.emplace(class_of(region), 0);
  }
  int number = 0;
  for (auto& [name, id] : categories) id = ++number;
  return categories;
}

}  // namespace

std::string predictions_csv(const Evaluation& evaluation) {
  std::string text = "image,part,view,lot,truth,class,label,score,threshold,rule,predicted_class,regions,error\n";
  for (const Row& row : evaluation.rows) {
    text += fmt::format("{},{},{},{},{},{},", csv_field(row.image), csv_field(row.part), csv_field(row.view),
                        csv_field(row.lot), to_string(row.truth), csv_field(row.class_name));
    if (row.error) {
      text += fmt::format(",,,,,,{}\n", csv_field(row.error->message));
      continue;
    }
    text += fmt::format("{},{},{},{},{},{},\n", to_string(row.label), row.score, evaluation.model.threshold,
                        csv_field(row.rule), csv_field(row.predicted_class), row.regions.size());
  }
  return text;
}

std::string predictions_coco(const Evaluation& evaluation) {
  const auto categories = categories_of(evaluation.rows);
  Json json;
  json["info"] = {{"description", "predictions of " + evaluation.model.identity.name + " by Lineguard"},
                  {"model_digest", evaluation.model.identity.digest},
                  {"threshold", evaluation.model.threshold}};
  json["images"] = json["annotations"] = json["categories"] = Json::array();
  for (const auto& [name, id] : categories) json["categories"].push_back({{"id", id}, {"name", name}});
  int image_id = 0, annotation_id = 0;
  for (const Row& row : evaluation.rows) {
    if (row.error) continue;
    json["images"].push_back({{"id", ++image_id},
                              {"file_name", row.image},
                              {"width", row.size.width_px},
                              {"height", row.size.height_px},
                              {"label", to_string(row.label)},
                              {"score", row.score}});
    for (const Region& region : row.regions) {
      const Box& box = region.box;
      json["annotations"].push_back({{"id", ++annotation_id},
                                     {"image_id", image_id},
                                     {"category_id", categories.at(class_of(region))},
                                     {"bbox", {box.x, box.y, box.width, box.height}},
                                     {"area", box.width * box.height},
                                     {"iscrowd", 0},
                                     {"score", region.score}});
    }
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lineguard::evaluation
