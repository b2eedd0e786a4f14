// The rates of parts of the pictures: by size of the defect, look of the picture, view, lot; and who is taken for what.
#pragma once

#include <vector>

#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

// Thirds for numbers (by quantiles over all rows that have the property), one group a value for names. A property that
// is the same everywhere is left out. A part is defective, or left out as one with a picture that failed, by all its
// pictures, in whichever group they are; passed or diverted by those of the group. Rows without a label are in none.
std::vector<GroupFigures> group_figures(const std::vector<Row>& rows, double confidence);

std::vector<ConfusionRow> confusion_of(const std::vector<Row>& rows);

}  // namespace lineguard::evaluation
