// A package: the folder with everything needed to run and trust one model version.
//
//   manifest.toml                 who it is, how pictures are prepared, what it was trained on, its figures
//   network.xml, network.bin      one graph: 8-bit tile of model size -> map, score, embedding, classes
//   training.toml                 the resolved configuration: `train --config` with it makes the same package again
//   reference.png                 what parts are aligned with, where they are
//   golden/*.png, golden/scores.toml   pictures with the scores that they had in training
//   learned.sha256, learned.csv   the pictures that were learned from: digests, and how they are recognised
//                                 (learned_picture.h)
//   held_out.sha256, cross_fitted.csv   see cross_fitted.h
//   files.sha256                  the digest of each of these files but the manifest, as `sha256sum -c` reads it
//   operating_points/<id>.toml    thresholds, each with a digest of its own
//   acceptance/                   what a person signed; like operating points, no part of the package's digest
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/imaging/preprocessing.h>

namespace lineguard::package {

using imaging::Preprocessing;

struct TrainingFacts {
  std::string dataset_fingerprint;  // 64 hexadecimal digits
  std::string dataset_layout;
  std::int64_t good_pictures = 0;        // learned from
  std::int64_t defective_pictures = 0;   // learned from; 0: labels were not used
  std::int64_t validation_pictures = 0;  // scored by a detector made without them: all of them, in folds
  std::int64_t seed = 0;
  std::vector<std::string> allowed_checks;  // blockers that a person overrode with --allow
  std::optional<double> defective_above;    // labels that were probabilities: above it a picture counted as defective
  std::string part_pattern;                 // what in a file name named the part; empty: the layout's own rule
  std::string runtime;                      // "OpenVINO 2026.4.1, <CPU>, f32"
};

// A figure with what it rests on.
struct Metric {
  std::string name;                     // "image AUROC on synthetic defects"
  double value = 0, low = 0, high = 0;  // 95 % interval
  std::int64_t n = 0;
};

struct GoldenPicture {
  std::string file;  // relative to golden/
  double score = 0;
  std::string template_file;  // likewise; empty: none
};

struct Manifest {
  std::string name;
  std::int64_t version = 1;
  std::string digest;  // 64 hexadecimal digits; see compute_digest()
  Preprocessing preprocessing;
  std::string precision = "f32";  // what the network computes in: f32, bf16, or int8 (written into the graph)
  std::string backbone_name;
  std::string backbone_digest;
  std::string backbone_licence;  // a note on a backbone of one's own; empty: none
  TrainingFacts training;
  std::vector<Metric> metrics;
  std::vector<std::string> classes;  // of defects, in the order of the network's output `classes`; often none
  double region_threshold = 0;       // map values above it belong to a region …
  double region_peak_threshold = 0;  // … of which at least one must be above this
  double region_size_factor = 1;     // box and polygon are scaled about their middle, 0.25 to 4
  double golden_spread = 0;          // highest minus lowest golden score: what tolerances are fractions of
  double tolerance_same_cpu = 1e-4;
  double tolerance_other_cpu = 1e-2;
};

// The threshold on the raw score, how it was chosen, and its bounds.
struct OperatingPoint {
  std::string id = "default";
  std::string model_digest;  // of the package it was made for; empty: made before that was written down
  double threshold = 0;
  std::string method;            // in words
  double max_overkill = 0;       // asked for
  double confidence = 0.95;      // of the bounds below, one-sided
  std::int64_t good_n = 0;       // good parts that it rests on …
  std::int64_t good_above = 0;   // … and how many of them would be diverted
  double overkill_bound = 1;     // upper bound of the overkill rate
  std::int64_t defective_n = 0;  // 0: the miss rate is unknown
  std::int64_t defective_below = 0;
  std::optional<double> miss_bound;  // upper bound of the miss rate; none: unknown
};

// A score closer to the threshold than this is `unknown`: what the same model may differ by between the machine that it
// was made on and one with this `runtime` (infer::runtime_description()).
double unknown_band(const Manifest& manifest, std::string_view runtime);

// Errors of all readers: not_found, corrupt_data (file, line, key and what is allowed).
Result<Manifest> read_manifest(const std::filesystem::path& package);
Result<std::vector<GoldenPicture>> read_golden(const std::filesystem::path& package);
// Also refuses an operating point whose own digest does not match, or that was made for another package or under
// another id (corrupt_data); not_found names those that there are.
Result<OperatingPoint> read_operating_point(const std::filesystem::path& package, const std::string& id);

// Ids, sorted.
std::vector<std::string> list_operating_points(const std::filesystem::path& package);

// SHA-256 of each picture that was learned from, so that no test takes one of them for new; empty where the package
// doesn't say.
Result<std::set<std::string>> read_learned(const std::filesystem::path& package);

// SHA-256 over every file but operating_points/, acceptance/ (and search/ of older packages), with the manifest's own
// digest line left out.
Result<std::string> compute_digest(const std::filesystem::path& package);
// corrupt_data where the manifest's digest is not compute_digest(): says which file was changed.
Result<void> verify_digest(const std::filesystem::path& package, const Manifest& manifest);

// Writers, used on a StagedFolder. write_manifest() lists what is there in files.sha256, computes the digest over it
// and returns it: after it only operating points are written, which are bound to it.
Result<void> write_golden(const std::filesystem::path& package, const std::vector<GoldenPicture>& golden);
Result<void> write_learned(const std::filesystem::path& package, const std::set<std::string>& digests);
Result<std::string> write_manifest(const std::filesystem::path& package, Manifest manifest);
// As made for the package's model, whatever point.model_digest says; bound to none where it has no manifest yet.
Result<void> write_operating_point(const std::filesystem::path& package, OperatingPoint point);

// name of letters, digits, '-', '_' and '.', 1 to 64 of them, not starting with '.'; else invalid_argument.
Result<void> validate_name(const std::string& name);

}  // namespace lineguard::package
