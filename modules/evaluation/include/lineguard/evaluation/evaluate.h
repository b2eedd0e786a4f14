// How good a model is on labelled pictures: the figures, each with its n and interval, and every picture's row.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/acceptance/parts.h>
#include <lineguard/acceptance/threshold_table.h>
#include <lineguard/core/predictor.h>
#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/imaging/properties.h>
#include <lineguard/package/region_rules.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/detection.h>
#include <lineguard/stats/roc.h>

namespace lineguard::evaluation {

// What is evaluated: the package's identity and operating point.
struct Model {
  ModelIdentity identity;
  std::string operating_point;
  double threshold = 0;
  double unknown_band = 0;
  double pixel_threshold = 0;
  package::RegionRules rules;  // of the operating point
};

enum class Selection { validation, test, held_out, not_learned, all };
std::string_view to_string(Selection selection);

// Pictures of the data set that a package is not measured on.
struct LeftOut {
  std::size_t learned = 0;       // it learned from them, byte for byte the same
  std::size_t same_part = 0;     // other pictures of a part that it learned from
  std::size_t other_splits = 0;  // of another split than the one that was asked for, or not labelled
  std::string note;              // how many and why, with what counts them; empty: none is left out
  std::size_t count() const { return learned + same_part + other_splits; }
};

// Which pictures a package is measured on.
struct Selected {
  Selection selection = Selection::all;
  std::vector<std::size_t> samples;  // indices into dataset.samples, ascending
  LeftOut left_out;
};

// `split` empty: every picture that the package has not learned from and that shows no part that it has learned from,
// whatever split the data set puts it in; where none is new, or the package does not know what it learned from: what
// the data set keeps for testing (val where it names that alone), else what training held out, else all. "val", "test":
// as the data set names them, else what training held out. "all": all. Reads every file. Errors: those of reading the
// package, and invalid_argument for "val" or "test" of a data set that names none.
Result<Selected> select_pictures(const std::filesystem::path& package, const std::string& split,
                                 const dataset::Dataset& dataset);

// Of the pictures that a model is measured on those that it has learned from: figures are too good.
struct LearnedPictures {
  std::size_t count = 0, defective = 0;
  // "models/tiles-1 learned from 31 of these 85 pictures (a.png, …): figures are too good"; empty: none. Stands first
  // among the notes of every output.
  std::string note;
};

struct EvaluateOptions {
  int threads = 1;          // pictures predicted at once, >= 1
  int pixel_grid_px = 512;  // maps and masks are compared at this longer side at most
  double confidence = 0.95;
  std::uint64_t seed = 1;               // of the bootstrap
  bool rows_only = false;               // predict, but make no figures
  bool places = true;                   // compare maps and regions with where defects are
  bool want_regions = false;            // also where nothing of the selection needs them
  std::optional<double> defect_rate{};  // of the line, for escape rates
};

inline constexpr double kLooseIou = 0.33;  // the looser of the two that boxes are matched at

// One picture of the selection.
struct Row : acceptance::JudgedPicture {
  std::size_t sample = 0;  // index into dataset.samples
  std::string view, lot;
  std::vector<Region> regions;             // where the selection says where its defects are, or there are rules
  Size size;                               // of the picture; empty with an error
  std::string rule;                        // by which it is good although its score is above the threshold; else empty
  std::string predicted_class;             // of the strongest region that has one
  std::optional<stats::BoxOutcome> boxes;  // at kLooseIou, where it is known where its defects are
  double defect_side_px = 0;               // longer side of its largest true box; 0: unknown or good
  imaging::PictureProperties properties;   // of the picture
  double decode_ms = 0, predict_ms = 0;
};

using acceptance::Part;
using acceptance::Rate;  // of parts, which are what a line passes or diverts

struct ClassFigures {
  std::string class_name;
  Rate miss;                                  // of parts with this class
  std::size_t errors = 0;                     // pictures
  std::optional<stats::AurocEstimate> auroc;  // this class against all good pictures
};

// Some of the pictures: a third by brightness, a lot, a size of defect … Parts count by their pictures in the group.
struct GroupFigures {
  std::string property, group;  // "brightness", "71 to 98"
  Rate miss, overkill;
};

// Defective pictures of one class by what the model said.
struct ConfusionRow {
  std::string class_name;
  std::map<std::string, std::size_t> said;  // "good", "unknown", "defective" (no class), or the class
};

struct PixelFigures {
  double auroc = 0, aupro = 0;  // AUPRO to a false positive rate of 0.3
  std::size_t pictures_with_mask = 0, regions = 0;
  int grid_px = 0;
};

// The threshold that keeps a miss rate, and what it costs on these parts.
struct ThresholdForMiss {
  double max_miss = 0, confidence = 0.95;  // asked for
  std::string refused;                     // why there is none, with the n that it would take; else empty
  double threshold = 0;
  stats::Count below, above;             // defective parts missed, good parts diverted
  double miss_bound = 1;                 // one-sided, at that confidence
  std::optional<double> overkill_bound;  // none: no good part
};

// A figure that the pictures can't give is empty: without defective pictures the miss rate is unknown (n = 0).
struct Evaluation {
  Model model;
  std::string dataset, layout, selection;
  std::vector<Row> rows;  // in the order of the selection
  double confidence = 0.95;
  int threads = 1;
  // Pictures; the first three without errors.
  std::size_t n_good = 0, n_defective = 0, n_unlabelled = 0, n_errors = 0;
  LearnedPictures learned;  // of them, where the caller knows
  LeftOut left_out;         // of the data set, where the caller knows
  std::string chosen_on;    // that the operating point was chosen on some of these; else empty
  // Unknown parts are diverted: they count as overkill and not as misses. Errors are in neither rate.
  Rate miss, overkill;
  bool counts_parts = false;                  // some part shows several pictures
  std::optional<stats::AurocEstimate> auroc;  // ranks pictures
  std::optional<double> average_precision;
  std::optional<stats::F1Max> f1_max;
  std::optional<PixelFigures> pixels;
  std::vector<ClassFigures> classes;                // defective ones, by name
  std::vector<stats::DetectionFigures> detections;  // boxes at IoU 0.33 and 0.5, where the truth says where
  std::vector<GroupFigures> groups;                 // by defect size, look of the picture, view and lot
  std::vector<ConfusionRow> confusion;              // good first, then the classes by name
  double decode_p50_ms = 0, predict_p50_ms = 0;
  std::optional<ThresholdForMiss> max_miss;          // where it was asked for
  std::vector<acceptance::ThresholdRow> thresholds;  // what others would do, lowest first
  std::vector<std::string> notes;                    // what limits these figures, for people
  bool any_predicted() const { return n_errors < rows.size(); }
};

// Predicts every selected sample. A picture that can't be read or predicted is a row with its error; the run goes on.
// Errors: refused where nothing was selected.
Result<Evaluation> evaluate(Predictor& predictor, const Model& model, const dataset::Dataset& dataset,
                            Selection selection, const std::vector<std::size_t>& samples,
                            const EvaluateOptions& options = {}, const ProgressFunction& progress = {});

// Puts into evaluation.max_miss the threshold whose miss rate is at most `max_miss` (0 to 1) with `confidence`, or why
// the parts can't support one, and says it in a note.
void choose_threshold_for_miss(Evaluation& evaluation, double max_miss, double confidence);

// The picture of a file as a capture with one view, with its template where there is one. Errors as read_file, but
// no_template where `twin` is not there.
Result<Capture> read_capture(const std::filesystem::path& file,
                             const std::optional<std::filesystem::path>& twin = std::nullopt);

}  // namespace lineguard::evaluation
