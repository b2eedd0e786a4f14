// From pictures to parts: a part is what the line passes or diverts, and pictures of one part are no independent trials
// (docs/adr/0019). Pure.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::acceptance {

// A picture with what is true of it and what a model said.
struct JudgedPicture {
  std::string image, class_name, part;  // no part's name: it is a part of its own
  std::vector<std::string> classes;     // of its true boxes, where they name others than its own: what it counts under
  Label truth = Label::unknown;         // unknown: not labelled, in no figure
  Label label = Label::unknown;         // after the region rules
  double score = 0;                     // raw
  std::optional<Error> error;           // then there is no label and no score
};

// The defect classes that a picture shows: those of its boxes, else the picture's own.
std::set<std::string> classes_of(const JudgedPicture& picture);

// A part by its worst picture: defective where one of its pictures is, diverted where one of them is.
struct Part {
  std::string name;
  Label truth = Label::good;      // good or defective
  Label label = Label::good;      // the worst of its pictures'
  double score = 0;               // the highest
  std::size_t pictures = 0;       // labelled ones that were predicted
  std::size_t failed = 0;         // labelled ones that could not be read or predicted
  std::set<std::string> classes;  // of its defective pictures
  std::vector<std::size_t> rows;  // places of the predicted ones in the list that was asked

  bool passed() const { return label == Label::good; }
  // A miss where it is defective, overkill where it is good.
  bool wrongly_decided() const { return passed() == (truth == Label::defective); }
};

// Of the labelled pictures, in the order of their first ones.
std::vector<Part> all_parts_of(const std::vector<const JudgedPicture*>& pictures);

// Of all parts those without a picture that failed: of the others nothing says what their worst score would be.
std::vector<Part> parts_of(const std::vector<const JudgedPicture*>& pictures);

// Pictures that are more than judged: rows of an evaluation, by value or by pointer.
template <std::derived_from<JudgedPicture> Picture>
std::vector<const JudgedPicture*> pointers_to(const std::vector<Picture>& pictures) {
  std::vector<const JudgedPicture*> pointers;
  pointers.reserve(pictures.size());
  for (const Picture& picture : pictures) pointers.push_back(&picture);
  return pointers;
}
template <std::derived_from<JudgedPicture> Picture>
std::vector<Part> all_parts_of(const std::vector<Picture>& pictures) {
  return all_parts_of(pointers_to(pictures));
}
template <std::derived_from<JudgedPicture> Picture>
requires(!std::same_as<Picture, JudgedPicture>) std::vector<Part> all_parts_of(
    const std::vector<const Picture*>& pictures) {
  return all_parts_of(std::vector<const JudgedPicture*>(pictures.begin(), pictures.end()));
}
template <std::derived_from<JudgedPicture> Picture>
std::vector<Part> parts_of(const std::vector<Picture>& pictures) {
  return parts_of(pointers_to(pictures));
}

// Scores of the parts with this truth.
std::vector<double> scores_of(const std::vector<Part>& parts, Label truth);

// A share of parts.
struct Rate {
  stats::Count count;
  stats::Interval interval;  // exact, two-sided
  std::size_t unknown = 0;   // of the n: too close to the threshold to tell
  std::size_t pictures = 0;  // of the n parts; n itself where each shows one
  std::size_t left_out = 0;  // parts that are not of the n, for one of their pictures failed
};

// Of all parts with this truth; those with a picture that failed are left out and counted as that. The interval is
// exact and two-sided.
Rate rate_of(const std::vector<Part>& parts, Label truth, double confidence);

// What a rate's n counts: "part" where a part shows several pictures, else "picture".
std::string_view unit_of(const Rate& rate);

}  // namespace lineguard::acceptance
