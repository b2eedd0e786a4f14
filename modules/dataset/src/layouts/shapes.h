// What annotation tools draw beside boxes and polygons, as outlines.
#pragma once

#include <string>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// An ellipse as 48 points; its first axis is turned by `angle` (radians).
Outline ellipse_outline(Point centre, double first_radius, double second_radius, double angle = 0);

// An object of one outline or several, with the box around them. REQUIRES a point.
LabelledBox object_of(std::string class_name, std::vector<Outline> outlines);

// Lines and points have no area: the box around them, at least a pixel wide. REQUIRES a point.
LabelledBox box_of_points(std::string class_name, const Outline& points);

// The object that a mask marks, whose upper left corner lies at `origin`; no outline where it marks nothing.
LabelledBox object_of_mask(std::string class_name, const Image& marked, Point origin);

// A picture that an annotation file lists without anything drawn on it is a good one, as COCO has it. Says how many.
void label_listed(std::vector<Sample>& samples, const std::vector<bool>& whole, std::string_view file,
                  MissingLabels missing, Dataset& dataset);

}  // namespace lineguard::dataset
