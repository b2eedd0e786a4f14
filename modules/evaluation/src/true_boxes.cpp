#include "true_boxes.h"

#include "pixels.h"

#include <fmt/format.h>

#include <lineguard/imaging/properties.h>

namespace lineguard::evaluation {

Result<std::vector<stats::TrueBox>> true_boxes(const dataset::Sample& sample, Size picture) {
  std::vector<stats::TrueBox> boxes;
  if (sample.label != Label::defective) return boxes;
  for (const dataset::LabelledBox& labelled : sample.boxes) boxes.push_back({labelled.box, labelled.class_name});
  if (!boxes.empty() || !sample.mask) return boxes;
  LINEGUARD_ASSIGN(const Image mask, read_mask(sample, picture));
  const auto places = imaging::component_boxes(mask, kMostTrueBoxes);
  if (!places) {
    return make_error(ErrorCode::too_large,
                      fmt::format("{}: the mask marks more than {} places apart from each other, the most that "
                                  "can be held against found boxes",
                                  sample.mask->string(), kMostTrueBoxes));
  }
  for (const Box& box : *places) boxes.push_back({box, sample.class_name});
  return boxes;
}

}  // namespace lineguard::evaluation
