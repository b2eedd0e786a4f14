// Training: pictures of good parts, and of defects where there are some, in; a package out. Deterministic: the same
// data set, configuration and seed give the same package with any number of threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/imaging/lighting.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/package/package.h>

namespace lineguard::training {

// Whether pictures of defects are learned from. auto_: where there are enough of them to learn from.
enum class Labels { auto_, use, ignore };
std::string_view to_string(Labels labels);  // "auto", "use", "ignore"
Result<Labels> labels_from_string(std::string_view text);

// How much time a picture may take. fast: one member at 256 px, about the time of the bare backbone there; balanced: at
// most two passes through the backbone; thorough: three.
enum class Speed { fast, balanced, thorough };
std::string_view to_string(Speed speed);  // "fast", "balanced", "thorough"
Result<Speed> speed_from_string(std::string_view text);

// One member of the mixture (detector/mixture.h).
struct MemberConfig {
  int input_px = 256;                                        // 64 to 1024, a multiple of 32
  imaging::Lighting lighting = imaging::Lighting::as_it_is;  // how each tile's lighting is evened out
  double whitening = 0;  // 0: none; else share of the mean variance that is added to every direction, 0 to 10
  bool operator==(const MemberConfig&) const = default;
};
// Chosen once for all data sets by the worst regret (bench/RESULTS.md).
std::vector<MemberConfig> members_of(Speed speed);

// Everything that decides what comes out; defaults are a good start for parts that fill the picture. What has no
// setting here was measured and is fixed (training/src/fixed_settings.h).
struct TrainConfig {
  // [backbone] none named: the one that is installed with Lineguard. A user's own is an ONNX or OpenVINO file.
  std::filesystem::path backbone_file;
  std::vector<std::string> taps = {"tap8", "tap16"};  // layers, finest first; of a user's own chosen where left out
  std::vector<double> mean = {127, 127, 127};         // of a foreign backbone: (pixel - mean) / scale
  std::vector<double> scale = {128, 128, 128};
  std::string backbone_licence;  // a note that the package carries; empty: none

  // [preprocessing]
  int tile_px = 0;  // large pictures with small defects: side of the tiles they are cut into, 64 to 16384; 0: none
  imaging::DepthWindow window;  // 16-bit pictures only; the full range: chosen from the good pictures
  std::optional<Box> roi;       // fractions of the picture
  double align_shift = 0;       // parts that move: how far at most, 0 to 0.25 of the picture's side; 0: not aligned

  Speed speed = Speed::balanced;
  std::vector<MemberConfig> members;  // [[members]] none: those of `speed`

  // [bank]
  int bank_size = 2000;             // patches that each member keeps, 10 to 10000
  int reservoir_patches = 200'000;  // most patches held in memory; above, each picture gives a random part of its own

  // [labels]
  Labels labels = Labels::auto_;
  int label_cells = 50'000;  // most cells held in memory

  // [fine_tuning]
  bool fine_tune = false;                 // train the backbone too, by the program lineguard-finetune; needs labels
  int fine_tune_epochs = 12;              // at most, 1 to 1000
  double fine_tune_learning_rate = 2e-4;  // of the backbone at its highest, 1e-7 to 1

  // [operating_point]
  double max_overkill = 0.05;  // 0 to 1
  double confidence = 0.95;    // of the bound, 0.5 to 0.999

  std::int64_t seed = 1;

  // What no file sets: the same for every data set, as it was measured. Tests learn less, to be quick.
  int folds = 5;  // of the cross-fitting
  // How bright areas of the picture are counts such a share of what patches do in the score; where there are labels,
  // they say how much. Becomes 0 with tiles, templates or less than 20 good parts, and where these say that it would do
  // harm.
  double brightness = 0.3;
  // Layers that cells see; empty: tap4, tap8, tap16, and tap32 where no template is seen beside the picture.
  std::vector<std::string> label_taps;
  std::vector<std::string> picture_taps = {"tap4", "tap8", "tap16", "tap32"};  // that judge whole pictures
  int label_members = 3;                                                       // networks whose mean decides
  int label_epochs = 12;
  int label_turns = 4;  // ways each picture is turned and mirrored, at most 8
};

// Errors: not_found, invalid_config with all problems.
Result<TrainConfig> load_train_config(const std::filesystem::path& file);
// The configuration as TOML; load_train_config() gives a struct back that trains the same, where what no file sets was
// left as it is. What has no say is left out: fine-tuning's settings without fine-tuning.
std::string to_toml(const TrainConfig& config);

struct TrainOptions {
  std::string name;                      // package name; empty: that of the output folder
  std::set<std::string> allowed_checks;  // blockers of `verify` that a person overrides
  bool must_reach_overkill = false;      // refuse (rather than state the bound reached) where n is too small
  int threads = 2;                       // >= 1
  double hold_out = 0;                   // share of the parts that stays untouched for a later evaluation, 0 to 0.9
  double time_per_picture_ms = 0;  // above 0: the most members that fit on this machine, measured; instead of speed
};

struct ScoredPicture {
  std::string picture;  // Sample::name
  double score = 0;
};

struct TrainReport {
  ModelIdentity model;
  package::OperatingPoint operating_point;
  std::vector<ScoredPicture> highest_good;                // at most three, one a part, by detectors made without it
  std::size_t good_pictures = 0, defective_pictures = 0;  // learned from
  std::size_t good_left_out = 0, defective_left_out = 0;  // labelled pictures of the data set that were not
  std::vector<std::string> classes;                       // of defects that regions can carry
  std::size_t defective_scored = 0;                       // not learned from, but scored: the misses count them
  std::size_t held_out = 0;                               // pictures that hold_out kept
  std::string members_note;      // the members, and the time that a picture takes where it was measured
  std::string brightness_note;   // whether brightness counts, and why; empty: not looked at
  std::string fine_tuning_note;  // what came out of it; empty without
  std::string labels_note;       // which labels were used, or why none
  std::size_t patches = 0, bank = 0;
  std::vector<std::string> warnings;
  double seconds = 0;
};

// Where config.fine_tune, the backbone's training keeps its checkpoints in the folder `<out>.fine-tuning` until the
// package stands; after a kill the same call goes on from there. The result is reproducible on one machine with the
// same number of threads only. Further errors then: not_found (the program is not installed), cancelled.
// Checks the data set's structure, learns from its good training pictures, calibrates on them by cross-fitting, writes
// the package `out` (which must not exist) with one rename at the end. Errors: refused (blockers, too few good
// pictures, overkill bound out of reach), already_exists, disk_full, not_found (backbone), corrupt_data,
// invalid_argument.
Result<TrainReport> train(const dataset::Dataset& dataset, const TrainConfig& config, const std::filesystem::path& out,
                          const TrainOptions& options = {}, const ProgressFunction& progress = {});

}  // namespace lineguard::training
