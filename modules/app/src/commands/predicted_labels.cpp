#include "commands/predicted_labels.h"

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/json_limits.h>
#include <lineguard/core/words.h>

namespace lineguard::app {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

fs::path place_of(const fs::path& file) {
  std::error_code ignored;
  return fs::weakly_canonical(file, ignored);
}

void forget_labels(dataset::Sample& sample) {
  sample.label = Label::unknown;
  sample.defect_probability = 0;
  sample.class_name.clear();
  sample.mask.reset();
  sample.more_masks.clear();
  sample.boxes.clear();
}

dataset::LabelledBox object_of(const Json& region) {
  const auto box = region.at("box").get<std::vector<double>>();
  dataset::LabelledBox object{{box.at(0), box.at(1), box.at(2), box.at(3)}, region.value("class", "defective"), {}};
  if (const auto polygon = region.find("polygon"); polygon != region.end() && polygon->is_array()) {
    dataset::Outline outline;
    for (const Json& point : *polygon) outline.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
    if (outline.size() >= 3) object.outlines.push_back(std::move(outline));
  }
  return object;
}

void take_line(const Json& line, dataset::Sample& sample) {
  const auto label = line.value("label", "unknown");
  if (label == "good") {
    sample.label = Label::good;
    sample.class_name = "good";
  } else if (label == "defective") {
    sample.label = Label::defective;
    sample.defect_probability = 1;
    for (const Json& region : line.value("regions", Json::array())) sample.boxes.push_back(object_of(region));
    sample.class_name = sample.boxes.empty() ? "defective" : sample.boxes.front().class_name;
  }
}

}  // namespace

Result<std::string> label_by_predictions(const fs::path& lines, dataset::Dataset& data) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(lines, limits::kDatasetJson.bytes));
  std::unordered_map<std::string, std::size_t> samples;
  for (std::size_t i = 0; i < data.samples.size(); ++i) {
    samples.emplace(place_of(data.samples[i].image).string(), i);
    forget_labels(data.samples[i]);
  }
  std::istringstream input(text);
  std::size_t number = 0, taken = 0, elsewhere = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    if (line.empty()) continue;
    const std::string place = fmt::format("{}:{}", lines.string(), number);
    if (const auto fits = check_json_limits(line, limits::kMessageJson); !fits) return fits.error().in(place);
    try {
      const Json json = Json::parse(line);
      const auto sample = samples.find(place_of(json.at("image").get<std::string>()).string());
      if (sample != samples.end()) take_line(json, data.samples[sample->second]);
      ++(sample != samples.end() ? taken : elsewhere);
    } catch (const Json::exception&) {
      return make_error(ErrorCode::corrupt_data, place + ": expected a line of `lineguard inspect --jsonl`");
    }
  }
  if (taken == 0)
    return make_error(ErrorCode::invalid_argument, lines.string() + ": no line is of a picture of this data set");
  return fmt::format("predictions: {} labelled of {}{}", taken, count_of(data.samples.size(), "picture"),
                     elsewhere > 0 ? fmt::format("; {} of other pictures", count_of(elsewhere, "line")) : "");
}

}  // namespace lineguard::app
