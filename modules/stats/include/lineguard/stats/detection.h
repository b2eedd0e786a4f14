// How well found boxes match true ones: average precision (PASCAL VOC development kit 2010: all points, precision made
// monotone), recall, false boxes. Boxes match where their intersection over union reaches a limit. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/types.h>
#include <lineguard/stats/bootstrap.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::stats {

// 0 where they do not touch or one has no area.
double intersection_over_union(const Box& a, const Box& b);

struct FoundBox {
  Box box;
  double score = 0;
  std::string class_name;  // empty: none
  bool reported = true;    // false: below the model's level, counts for average precision only
};
struct TrueBox {
  Box box;
  std::string class_name;
};
struct BoxedPicture {
  std::vector<FoundBox> found;
  std::vector<TrueBox> truth;
  std::string part{};  // pictures of one part share it; empty: a part of its own
};

// Of one picture, its reported boxes whatever their class.
struct BoxOutcome {
  std::size_t true_boxes = 0, found = 0, false_boxes = 0;  // found: of the true ones
  std::size_t wrong() const { return true_boxes - found + false_boxes; }
};
BoxOutcome box_outcome(const BoxedPicture& picture, double iou);

struct ClassPrecision {
  std::string class_name;
  double average_precision = 0;
  std::size_t true_boxes = 0;
};

struct DetectionFigures {
  double iou = 0.5;
  bool by_class = false;              // false: classes were not compared, one average precision over all boxes
  double mean_average_precision = 0;  // over the classes that have true boxes
  // Of it: bootstrap that draws whole parts, no narrower than a rate's of as many boxes; at 0, at 1 and from few parts
  // of as many parts.
  Interval interval;
  std::vector<ClassPrecision> classes;
  Count recalled;                               // true boxes that a found one matches (whatever its class)
  Count false_boxes;                            // found boxes that match none, of all found
  std::size_t pictures = 0, pictures_good = 0;  // good: without a true box
  double false_boxes_a_good_picture = 0;        // mean
};

// Average precision is over all found boxes, every other figure over those that are reported. Found boxes take the true
// box that they overlap most, best score first; a true box is taken once. `by_class` compares classes too. Nothing
// where there is no true box. iou in (0, 1].
std::optional<DetectionFigures> detection_figures(const std::vector<BoxedPicture>& pictures, double iou, bool by_class,
                                                  const BootstrapOptions& options = {});

}  // namespace lineguard::stats
