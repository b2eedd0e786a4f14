// The figures of a training: each picture by the score that it got from a detector made without its part.
#pragma once

#include <filesystem>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

// From the package's cross_fitted.csv, for the pictures of `dataset` that it names. No figures of places: maps are the
// final model's, which has seen the pictures. A note says what cross-fitted means. Errors: refused where the package
// names none of the pictures; those of reading it.
Result<Evaluation> evaluate_cross_fitted(const std::filesystem::path& package, const Model& model,
                                         const dataset::Dataset& dataset, const EvaluateOptions& options = {},
                                         const ProgressFunction& progress = {});

}  // namespace lineguard::evaluation
