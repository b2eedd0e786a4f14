// What other thresholds would do, on a page: slider, table, curves.
#pragma once

#include <lineguard/evaluation/evaluate.h>
#include <lineguard/report/html.h>

namespace lineguard::evaluation {

// Nothing where no part was predicted.
void add_slider(report::Page& page, const Evaluation& evaluation);
// The whole table of thresholds, thinned to some twenty rows, and points worth a look.
void add_threshold_table(report::Page& page, const Evaluation& evaluation);
// ROC and precision-recall with the threshold at the pointer; none without both kinds of parts.
std::vector<report::Plot> threshold_curves(const Evaluation& evaluation);

}  // namespace lineguard::evaluation
