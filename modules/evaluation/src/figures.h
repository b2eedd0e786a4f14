// From rows to figures. Pure.
#pragma once

#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

// Scores of the rows with this truth, without errors.
std::vector<double> scores_of(const std::vector<Row>& rows, Label truth);

// Fills everything of `evaluation` that follows from its rows.
void fill_figures(Evaluation& evaluation, const EvaluateOptions& options);

}  // namespace lineguard::evaluation
