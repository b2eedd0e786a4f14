#include "labels.h"

#include "folder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <lineguard/core/files.h>
#include <lineguard/imaging/reading.h>

namespace lineguard::dataset {
namespace {

constexpr std::array<std::string_view, 6> kGoodWords{"good", "ok", "pass", "normal", "io", "i.o."};
constexpr std::array<std::string_view, 17> kDefectiveWords{
    "defective", "ng",     "nok",     "ko",  "bad",    "abnormal", "anomaly", "anomalous", "anomalies",
    "fail",      "defect", "defects", "nio", "n.i.o.", "reject",   "failed",  "faulty"};

}  // namespace

bool is_good_word(std::string_view text) {
  return std::ranges::find(kGoodWords, to_lower(text)) != kGoodWords.end();
}

bool is_defective_word(std::string_view text) {
  return std::ranges::find(kDefectiveWords, to_lower(text)) != kDefectiveWords.end();
}

bool is_normal_word(std::string_view text) {
  return to_lower(text) == "normal";
}

void set_class(Sample& sample, std::string_view class_name) {
  const bool good = is_good_word(class_name);
  sample.label = good ? Label::good : Label::defective;
  sample.defect_probability = good ? 0 : 1;
  sample.class_name = good ? kGoodClass : is_defective_word(class_name) ? kDefectiveClass : class_name;
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

// "0,1", "33 %", "nan" and "1e400" are no classes.
bool is_meant_as_number(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, ',', '.');
  while (plain.ends_with('%') || plain.ends_with(' ')) plain.pop_back();
  double ignored = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), ignored);
  return error != std::errc::invalid_argument && end == plain.data() + plain.size();
}

bool set_label(Sample& sample, std::string_view text) {
  if (text.empty()) return true;
  const auto number = parse_number(text);
  if (!number) {
    if (is_meant_as_number(text)) return false;
    set_class(sample, text);
    return true;
  }
  if (*number < 0 || *number > 1) return false;
  if (*number == 0 || *number == 1) set_class(sample, *number == 0 ? kGoodClass : kDefectiveClass);
  sample.defect_probability = *number;
  return true;
}

void set_class_by_boxes(Sample& sample, bool whole) {
  if (sample.boxes.empty() && !whole) return;
  set_class(sample, sample.boxes.empty() ? kGoodClass : kDefectiveClass);
  if (!sample.boxes.empty()) sample.class_name = class_of_boxes(sample);
}

std::string class_of_boxes(const Sample& sample) {
  const std::string& first = sample.boxes.front().class_name;
  const bool one =
      std::ranges::all_of(sample.boxes, [&](const LabelledBox& labelled) { return labelled.class_name == first; });
  return one ? first : std::string(kSeveralClasses);
}

Box box_around(const Outline& outline) {
  const auto [left, right] = std::ranges::minmax(outline, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(outline, {}, &Point::y);
  return {left.x, top.y, right.x - left.x, bottom.y - top.y};
}

Outline outline_of(const std::vector<double>& numbers, double x_factor, double y_factor) {
  Outline outline;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2)
    outline.push_back({numbers[i] * x_factor, numbers[i + 1] * y_factor});
  return outline;
}

std::optional<Size> picture_size(const std::filesystem::path& file) {
  const auto bytes = read_file(file, imaging::DecodeLimits{}.max_file_bytes);
  if (!bytes) return std::nullopt;
  const auto info = imaging::read_info_as(*bytes, imaging::reading_of_files());
  return info ? std::optional(info->size) : std::nullopt;
}

Split split_named(std::string_view name) {
  const std::string lower = to_lower(name);
  if (lower.starts_with("train")) return Split::train;
  if (lower.starts_with("val")) return Split::validation;
  return lower.starts_with("test") ? Split::test : Split::unset;
}

}  // namespace lineguard::dataset
