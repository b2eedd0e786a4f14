// From pictures to parts: a part is what the line passes or diverts, and pictures of one part are no independent trials
// (docs/adr/0019). Pure.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/types.h>
#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

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

// The defect classes that a picture shows: those of its boxes, else the picture's own.
std::set<std::string> classes_of(const Row& row);

// Of the labelled rows, in the order of their first pictures. A row without a part's name is a part of its own.
std::vector<Part> all_parts_of(const std::vector<const Row*>& rows);
std::vector<Part> all_parts_of(const std::vector<Row>& rows);

// Of all parts those without a picture that failed: of the others nothing says what their worst score would be.
std::vector<Part> parts_of(const std::vector<const Row*>& rows);
std::vector<Part> parts_of(const std::vector<Row>& rows);

// Scores of the parts with this truth.
std::vector<double> scores_of(const std::vector<Part>& parts, Label truth);

// Of all parts with this truth; those with a picture that failed are left out and counted as that. The interval is
// exact and two-sided.
Rate rate_of(const std::vector<Part>& parts, Label truth, double confidence);

// What a rate's n counts: "part" where a part shows several pictures, else "picture".
std::string_view unit_of(const Rate& rate);

}  // namespace lineguard::evaluation
