// An evaluation for machines and for people.
#pragma once

#include <filesystem>
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

// Where a report's figures come from, beside what the evaluation says itself. Empty fields are left out of it.
struct Provenance {
  std::string made_at;              // UTC
  std::string lineguard_version;    // "0.1.0"
  std::string dataset_fingerprint;  // 64 hexadecimal digits
};

struct ReportOptions {
  std::size_t pictures = 12;  // at most so many of each kind: misses, overkill, right
  int picture_side_px = 480;
  Provenance provenance{};
  std::filesystem::path folder{};  // that the page is written to: pictures are linked from there; empty: no links
};

// One HTML file: key figures, plots, classes, and pictures with heat maps, the worst mistakes first. The shown pictures
// are predicted again, one at a time; one that fails now is shown by its name alone.
std::string to_html(const Evaluation& evaluation, const dataset::Dataset& dataset, Predictor& predictor,
                    const ReportOptions& options = {});

}  // namespace lineguard::evaluation
