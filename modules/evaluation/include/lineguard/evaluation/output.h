// An evaluation for machines and for people.
#pragma once

#include <string>

#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

// "lineguard.evaluate/2", documented in docs/json.md.
std::string to_json(const Evaluation& evaluation);

// A screenful of text: the key figures.
std::string to_text(const Evaluation& evaluation);

struct ReportOptions {
  std::size_t pictures = 12;  // at most so many of each kind: misses, overkill, right
  int picture_side_px = 320;
};

// One HTML file: key figures, plots, classes, and pictures with heat maps, the worst mistakes first. The shown pictures
// are predicted again, one at a time; one that fails now is shown by its name alone.
std::string to_html(const Evaluation& evaluation, const dataset::Dataset& dataset, Predictor& predictor,
                    const ReportOptions& options = {});

}  // namespace lineguard::evaluation
