#include "commands/predicted_labels.h"

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>
#include <lineguard/wire/inspect_line.h>

namespace lineguard::app {
namespace fs = std::filesystem;
namespace {

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

dataset::LabelledBox object_of(const Region& region) {
  dataset::LabelledBox object{region.box, region.class_name.empty() ? "defective" : region.class_name, {}};
  if (region.polygon.size() >= 3) object.outlines.emplace_back(region.polygon.begin(), region.polygon.end());
  return object;
}

void take_prediction(const Prediction& prediction, dataset::Sample& sample) {
  sample.label = prediction.label;
  if (prediction.label == Label::good) sample.class_name = "good";
  if (prediction.label != Label::defective) return;
  sample.defect_probability = 1;
  for (const Region& region : prediction.regions) sample.boxes.push_back(object_of(region));
  sample.class_name = sample.boxes.empty() ? "defective" : sample.boxes.front().class_name;
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
    const auto read = wire::parse_inspect_line(line);
    if (!read)
      return make_error(read.error().code, fmt::format("{}: expected a line of `lineguard inspect --jsonl`: {}", place,
                                                       read.error().message));
    const auto sample = samples.find(place_of(read->image).string());
    if (sample != samples.end() && read->prediction) take_prediction(*read->prediction, data.samples[sample->second]);
    ++(sample != samples.end() ? taken : elsewhere);
  }
  if (taken == 0)
    return make_error(ErrorCode::invalid_argument, lines.string() + ": no line is of a picture of this data set");
  return fmt::format("predictions: {} labelled of {}{}", taken, count_of(data.samples.size(), "picture"),
                     elsewhere > 0 ? fmt::format("; {} of other pictures", count_of(elsewhere, "line")) : "");
}

}  // namespace lineguard::app
