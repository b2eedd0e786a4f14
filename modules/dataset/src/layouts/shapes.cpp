#include "layouts/shapes.h"

#include "labels.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include <lineguard/core/words.h>
#include <lineguard/imaging/overlay.h>

namespace lineguard::dataset {

Outline ellipse_outline(Point centre, double first_radius, double second_radius, double angle) {
  constexpr int kPoints = 48;
  Outline outline;
  for (int i = 0; i < kPoints; ++i) {
    const double at = 2 * std::numbers::pi * i / kPoints;
    const double x = first_radius * std::cos(at), y = second_radius * std::sin(at);
    outline.push_back(
        {centre.x + x * std::cos(angle) - y * std::sin(angle), centre.y + x * std::sin(angle) + y * std::cos(angle)});
  }
  return outline;
}

LabelledBox object_of(std::string class_name, std::vector<Outline> outlines) {
  Outline all;
  for (const Outline& outline : outlines) all.insert(all.end(), outline.begin(), outline.end());
  return {box_around(all), std::move(class_name), std::move(outlines)};
}

LabelledBox box_of_points(std::string class_name, const Outline& points) {
  Box box = box_around(points);
  box.width = std::max(box.width, 1.0);
  box.height = std::max(box.height, 1.0);
  return {box, std::move(class_name), {}};
}

LabelledBox object_of_mask(std::string class_name, const Image& marked, Point origin) {
  std::vector<Outline> outlines;
  for (Outline outline : imaging::outlines_of(marked)) {
    for (Point& point : outline) point = {point.x + origin.x, point.y + origin.y};
    if (outline.size() >= 3) outlines.push_back(std::move(outline));
  }
  if (!outlines.empty()) return object_of(std::move(class_name), std::move(outlines));
  return {{origin.x, origin.y, static_cast<double>(marked.width_px()), static_cast<double>(marked.height_px())},
          std::move(class_name),
          {}};
}

void label_listed(std::vector<Sample>& samples, const std::vector<bool>& whole, std::string_view file,
                  MissingLabels missing, Dataset& dataset) {
  std::size_t without = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Sample& sample = samples[i];
    const bool empty = sample.boxes.empty() && whole[i] && sample.label == Label::unknown;
    without += empty;
    if (sample.label == Label::unknown &&
        (!empty || missing == MissingLabels::by_layout || missing == MissingLabels::good))
      set_class_by_boxes(sample, whole[i]);
    dataset.samples.push_back(std::move(sample));
  }
  if (without > 0 && without < samples.size() && missing == MissingLabels::by_layout)
    dataset.warnings.push_back(
        fmt::format("{}: {} listed and nothing drawn on them: good (--missing-labels ignore leaves them out)", file,
                    count_of(without, "picture")));
}

}  // namespace lineguard::dataset
