// A package in lower precision: faster, and a little different. Whether it is good enough is for an evaluation to say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::detector {

// A picture to see ranges in, with its defect-free twin where the package compares.
struct CalibrationPicture {
  std::filesystem::path file;
  std::optional<std::filesystem::path> defect_free_template{};
};

struct QuantizeReport {
  ModelIdentity model;
  std::size_t convolutions = 0;          // that now compute in 8 bits; 0 for bf16
  std::size_t calibration_pictures = 0;  // whose values set the ranges; 0 for bf16
};

// Writes `out` (must not exist): `package` with the same operating points and new golden scores.
//   "bf16"  the runtime computes in bfloat16, where the CPU does; the graph stays as it is
//   "int8"  convolutions of the backbone compute in 8 bits: inputs by a scale a tensor from the ranges that up to
//           100 of `pictures` show (asymmetric where nothing is negative), weights by a scale a channel (symmetric), as
//           in Jacob et al. 2018; written into the graph as FakeQuantize. Bank and heads stay in float.
// Thresholds stay: moving them by a line through both scores was no better (bench/RESULTS.md). Errors: invalid_argument
// (precision, no picture), already_exists, unsupported (not an f32 package), no_template, those of the package and of
// reading pictures.
Result<QuantizeReport> quantize(const std::filesystem::path& package, const std::string& precision,
                                const std::vector<CalibrationPicture>& pictures, const std::filesystem::path& out,
                                const ProgressFunction& progress = {});

// The same into `folder`, which exists and is empty: that of a StagedFolder whose owner looks before it commits.
Result<QuantizeReport> quantize_into(const std::filesystem::path& package, const std::string& precision,
                                     const std::vector<CalibrationPicture>& pictures,
                                     const std::filesystem::path& folder, const ProgressFunction& progress = {});

}  // namespace lineguard::detector
