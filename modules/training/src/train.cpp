#include "cross_fitting.h"
#include "cuts.h"
#include "fine_tuning.h"
#include "labelled_training.h"
#include "operating_point.h"
#include "preprocessing_of.h"
#include "training_choice.h"
#include "training_set.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/parallel.h>
#include <lineguard/core/unchanged_files.h>
#include <lineguard/dataset/check.h>
#include <lineguard/dataset/source_files.h>
#include <lineguard/detector/golden.h>
#include <lineguard/detector/graph.h>
#include <lineguard/features/alignment.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/installed_backbone.h>
#include <lineguard/features/picture_facts.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/infer/network.h>
#include <lineguard/package/version.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace fs = std::filesystem;
namespace {

constexpr double kShrinksMuch = 6;
constexpr std::size_t kFewestForBrightness = 20;

// Whether a cell is defective shows in what is around it, unless its defect-free twin is there to compare with.
std::vector<std::string> default_label_taps(bool templates) {
  if (templates) return {"tap4", "tap8", "tap16"};
  return {"tap4", "tap8", "tap16", "tap32"};
}

// Everything that may be read more than once; the backbone is the installed one where the configuration names none.
std::vector<fs::path> files_of(const dataset::Dataset& dataset, const fs::path& named_backbone) {
  auto files = dataset::source_files(dataset);
  const auto installed = named_backbone.empty() ? find_installed_backbone() : make_error(ErrorCode::not_found, "");
  const fs::path backbone = installed ? *installed : named_backbone;
  files.push_back(backbone);
  files.push_back(fs::path(backbone).replace_extension(".bin"));
  return files;
}

// The wall-clock steps of one training, with what they hand on.
class Training {
 public:
  Training(const dataset::Dataset& dataset, const TrainConfig& config, const TrainOptions& options,
           const ProgressFunction& progress)
      : dataset_(dataset),
        config_(config),
        options_(options),
        progress_(progress),
        files_(files_of(dataset, config.backbone_file)) {}

  Result<TrainReport> run(const fs::path& out) {
    const SteadyTime start = system_clock().now();
    LINEGUARD_ASSIGN(StagedFolder staged, StagedFolder::create(out));
    const fs::path target = out.has_filename() ? out : out.parent_path();
    job_folder_ = target.string() + ".fine-tuning";
    LINEGUARD_ASSIGN(Chosen chosen, choose_pictures(dataset_, config_));
    set_ = std::move(chosen.set);
    config_.templates = chosen.templates;
    if (config_.label_taps.empty()) config_.label_taps = default_label_taps(config_.templates);
    if (config_.templates && config_.lighting != imaging::Lighting::as_it_is) {
      return make_error(ErrorCode::unsupported,
                        "pictures are compared with templates as they are: leave preprocessing.lighting out");
    }
    report_.labels_note = std::move(chosen.note);
    count_left_out(dataset_, set_, report_);
    LINEGUARD_TRY(refuse_blockers(dataset_, set_, config_, options_, progress_, report_.warnings));
    LINEGUARD_TRY(read_facts());
    if (config_.align_shift > 0) {
      LINEGUARD_TRY(keep_reference(staged.path()));
      LINEGUARD_TRY(find_shifts());
    }
    if (!judges_brightness()) config_.brightness = 0;
    report_.good_pictures = set_.good_count();
    report_.defective_pictures = set_.pictures.size() - set_.good_count();
    LINEGUARD_TRY(learn(staged.path()));
    LINEGUARD_TRY(write_package(staged.path(), out));
    LINEGUARD_TRY(files_.check());
    LINEGUARD_TRY(staged.commit());
    std::error_code ignored;
    if (config_.fine_tune) fs::remove_all(job_folder_, ignored);
    report_.seconds = milliseconds_between(start, system_clock().now()) / 1000;
    return report_;
  }

 private:
  // What depth and size ask for: a window for 16-bit pictures, a word on tiles for large ones.
  Result<void> read_facts() {
    std::vector<fs::path> files;
    for (const TrainingPicture& picture : set_.pictures) {
      if (picture.good()) files.push_back(picture.file);
      if (picture.good()) golden_sources_.push_back({picture.file, picture.twin});
    }
    for (std::size_t i = 0; i < set_.pictures.size() && files.size() < dataset::kFewestGoodPictures; ++i) {
      files.push_back(set_.pictures[i].file);  // hardly any is good: those with defects tell as much of depth and size
      golden_sources_.push_back({set_.pictures[i].file, set_.pictures[i].twin});
    }
    const PictureFacts facts = read_picture_facts(files);
    depth_bits_ = facts.depth_bits;
    if (facts.window && config_.window == imaging::DepthWindow{}) {
      config_.window = *facts.window;
      report_.warnings.push_back(fmt::format(
          "16-bit pictures: {} to {} becomes 0 to 255 (0.1 % and 99.9 % of the good pictures' values with a "
          "margin of a tenth); preprocessing.window_low and window_high set another window",
          config_.window.low, config_.window.high));
    }
    const double shrinks = static_cast<double>(facts.longest_side_px) / config_.input_px;
    if (config_.tile_px == 0 && shrinks > kShrinksMuch) {
      report_.warnings.push_back(
          fmt::format("pictures of up to {} px are shrunk {:.0f} times: defects of a few pixels vanish; --tile-px 512 "
                      "cuts them into tiles instead",
                      facts.longest_side_px, shrinks));
    }
    return {};
  }

  // Few good parts don't tell how brightness varies.
  bool judges_brightness() const {
    return preprocessing_of(config_).brightness && set_.parts(true).size() >= kFewestForBrightness;
  }

  int grid_cells() const { return config_.input_px / config_.grid_stride; }

  bool with_labels() const { return set_.good_count() < set_.pictures.size(); }
  int dense_cells() const { return config_.input_px / config_.label_stride; }

  FeatureLayout good_only_layout() const {
    FeatureLayout layout{config_.input_px, grid_cells(), config_.pool_cells, config_.weigh_borders, {}, {}};
    layout.brightness = seen_.brightness;
    return layout;
  }

  FeatureLayout layout() const {
    FeatureLayout layout = good_only_layout();
    if (!with_labels()) return layout;
    layout.dense_taps = config_.label_taps;
    layout.pooled_taps = config_.picture_taps;
    layout.dense_cells = dense_cells();
    layout.context_cells = config_.label_context;
    layout.dense_pixels = config_.label_pixels || config_.templates;
    return layout;
  }

  Result<void> learn(const fs::path& folder) {
    preprocessing_ = preprocessing_of(config_);
    preprocessing_.alignment_reference = reference_;
    seen_ = preprocessing_;
    backbone_ = {config_.backbone_file, config_.taps, config_.mean, config_.scale};
    if (backbone_.file.empty()) {
      LINEGUARD_ASSIGN(backbone_.file, find_installed_backbone());
    }
    if (cuts(set_, config_)) LINEGUARD_TRY(cut_pictures());
    if (config_.fine_tune) set_.calibration_fold = kHeldBackFold;
    LINEGUARD_TRY(refuse_without_good_parts());
    if (config_.fine_tune) LINEGUARD_TRY(tune_backbone());
    const fs::path features = folder / "features.xml";
    LINEGUARD_TRY(write_feature_graph(backbone_, layout(), features));
    LINEGUARD_ASSIGN(const auto extractor, FeatureExtractor::load(features, seen_, options_.threads));
    LINEGUARD_TRY(extract_patches(set_, extractor, config_.reservoir_patches, config_.bank_turns,
                                  static_cast<std::uint64_t>(config_.seed), options_.threads, progress_));
    LINEGUARD_ASSIGN(auto held_back, cross_fit(set_, extractor, config_, grid_cells(), options_.threads, progress_));
    if (preprocessing_.brightness && !with_labels()) LINEGUARD_TRY(judge_brightness(held_back, features));
    if (with_labels()) {
      LINEGUARD_ASSIGN(LabelledTraining labelled,
                       train_labelled(set_, extractor, config_, dense_cells(), held_back, options_.threads, progress_));
      labelled_ = std::move(labelled.head);
      levels_ = labelled.levels;
      held_back.scored = std::move(labelled.scored);
    }
    LINEGUARD_TRY(calibrate(held_back.scored));
    const Matrix all = set_.gather();
    Head head = fit_head(all, config_, grid_cells());
    head.place_weights = std::move(held_back.place_weights);
    head.levels = held_back.levels;
    head.brightness = std::move(held_back.brightness);
    report_.classes = labelled_ ? labelled_->classes : std::vector<std::string>();
    report_.patches = all.rows;
    report_.bank = head.bank.rows.rows;
    LINEGUARD_TRY(write_detector_graph(features, head, labelled_, folder / "network.xml"));
    fs::remove(features);
    fs::remove(folder / "features.bin");
    return {};
  }

  // A graph without brightness where good parts say that it would do harm.
  Result<void> judge_brightness(const CrossFitted& held_back, const fs::path& features) {
    const bool counts = held_back.brightness.has_value();
    report_.brightness_note = describe_brightness(counts, config_.brightness, held_back.brightness_gain);
    if (counts) return {};
    config_.brightness = 0;
    preprocessing_.brightness = seen_.brightness = false;
    return write_feature_graph(backbone_, layout(), features);
  }

  Result<void> cut_pictures() {
    LINEGUARD_TRY(cut_into_tiles(set_, preprocessing_, config_, options_.threads, progress_));
    seen_ = of_cuts(preprocessing_);
    if (set_.good_count() >= dataset::kFewestGoodPictures) return {};
    return make_error(ErrorCode::refused,
                      fmt::format("{} tiles without a defect to learn from; at least {} are needed: "
                                  "smaller tiles, or more pictures",
                                  set_.good_count(), dataset::kFewestGoodPictures));
  }

  // What verify can't know: the split, or the fold that fine-tuning keeps, may have left no good part.
  Result<void> refuse_without_good_parts() const {
    const auto tells = [&](const TrainingPicture& picture) { return picture.good() && set_.tells_good(picture); };
    if (std::ranges::any_of(set_.pictures, tells)) return {};
    return make_error(ErrorCode::refused, "no part to calibrate on is good in all its pictures: add good parts");
  }

  Result<void> tune_backbone() {
    if (!with_labels()) {
      return make_error(ErrorCode::refused,
                        "fine-tuning needs pictures of defects to learn from: " + report_.labels_note);
    }
    LINEGUARD_ASSIGN(FineTuned tuned,
                     fine_tune(set_, backbone_, seen_, config_, job_folder_, options_.threads, progress_));
    backbone_ = std::move(tuned.backbone);
    report_.fine_tuning_note = std::move(tuned.note);
    return {};
  }

  // What others are aligned with.
  Result<void> keep_reference(const fs::path& folder) {
    std::vector<fs::path> good;
    for (const TrainingPicture& picture : set_.pictures) {
      if (picture.good()) good.push_back(picture.file);
    }
    if (good.empty()) good.push_back(set_.pictures.front().file);
    LINEGUARD_ASSIGN(Image reference, choose_reference(good, config_.window));
    LINEGUARD_ASSIGN(const Bytes png, imaging::encode_png(reference));
    LINEGUARD_TRY(write_file_atomically(folder / "reference.png", png));
    reference_ = std::make_shared<const Image>(std::move(reference));
    return {};
  }

  // Labels stay where they were drawn while their pictures are moved back.
  Result<void> find_shifts() {
    imaging::Preprocessing preprocessing = preprocessing_of(config_);
    preprocessing.alignment_reference = reference_;
    return parallel_for(set_.pictures.size(), options_.threads, [&](std::size_t i) -> Result<void> {
      TrainingPicture& picture = set_.pictures[i];
      if (picture.good()) return {};
      LINEGUARD_ASSIGN(const Image image, imaging::decode_file(picture.file));
      LINEGUARD_ASSIGN(const Point shift, find_shift(image, preprocessing));
      picture.shift = {std::round(shift.x), std::round(shift.y)};
      return {};
    });
  }

  // Operating point and region levels from cross-fitted scores.
  Result<void> calibrate(const std::vector<MapScore>& scored) {
    std::vector<double> scores;
    for (const MapScore& picture : scored) scores.push_back(picture.score);
    LINEGUARD_TRY(calibrate_operating_point(set_, scores, config_, with_labels(), options_, report_));
    const auto good = good_ones(set_, scored);
    const auto above = static_cast<std::size_t>(report_.operating_point.good_above);
    if (!with_labels()) levels_ = calibrate_regions(good, above);
    levels_.peak = std::max({levels_.peak, levels_.inside, peak_level(good, above)});
    return {};
  }

  Result<package::Manifest> describe(const fs::path& out) {
    package::Manifest manifest;
    manifest.name = options_.name.empty() ? package::default_name(out) : options_.name;
    LINEGUARD_TRY(package::validate_name(manifest.name));
    manifest.version = package::next_version(out, manifest.name);
    manifest.preprocessing = preprocessing_;
    manifest.preprocessing.depth_bits = depth_bits_;
    manifest.backbone_name = backbone_.file.stem().string();
    const auto weights = fs::path(backbone_.file).replace_extension(".bin");
    if (config_.fine_tune) manifest.backbone_name += ", fine-tuned";
    LINEGUARD_ASSIGN(manifest.backbone_digest, sha256_hex_of_file(config_.fine_tune ? weights : backbone_.file));
    manifest.training.dataset_fingerprint = dataset::fingerprint(dataset_);
    manifest.training.dataset_layout = dataset::to_string(dataset_.layout);
    manifest.training.good_pictures = static_cast<std::int64_t>(report_.good_pictures);
    manifest.training.defective_pictures = static_cast<std::int64_t>(report_.defective_pictures);
    manifest.training.validation_pictures = static_cast<std::int64_t>(set_.pictures.size());
    manifest.classes = report_.classes;
    manifest.training.defective_above = dataset_.defective_above;
    manifest.training.part_pattern = dataset_.part_pattern;
    manifest.training.seed = config_.seed;
    manifest.training.allowed_checks.assign(options_.allowed_checks.begin(), options_.allowed_checks.end());
    manifest.training.runtime = infer::runtime_description();
    manifest.region_threshold = levels_.inside;
    manifest.region_peak_threshold = levels_.peak;
    manifest.region_size_factor = levels_.size_factor;
    return manifest;
  }

  Result<void> write_learned(const fs::path& folder) const {
    std::set<fs::path> files;
    for (const TrainingPicture& picture : set_.pictures) files.insert(picture.file);
    std::set<std::string> digests;
    for (const fs::path& file : files) {
      LINEGUARD_ASSIGN(std::string digest, sha256_hex_of_file(file));
      digests.insert(std::move(digest));
    }
    return package::write_learned(folder, digests);
  }

  Result<void> write_package(const fs::path& folder, const fs::path& out) {
    LINEGUARD_ASSIGN(package::Manifest manifest, describe(out));
    LINEGUARD_TRY(write_file_atomically(folder / "training.toml", how_it_was_read(dataset_) + to_toml(config_)));
    LINEGUARD_TRY(write_learned(folder));
    LINEGUARD_TRY(package::write_operating_point(folder, report_.operating_point));  // for the golden scores
    LINEGUARD_ASSIGN(manifest.golden_spread, write_golden_pictures(folder, manifest, golden_sources_));
    // Scores as near to the threshold as golden ones may be off are unknown, and diverted: the band of this CPU (that
    // of others is wider) lies above the good parts' score, so that the bound counts all that is diverted.
    report_.operating_point.threshold += manifest.tolerance_same_cpu * manifest.golden_spread;
    report_.model = {manifest.name, manifest.version, ""};
    LINEGUARD_ASSIGN(report_.model.digest, package::write_manifest(folder, manifest));
    return package::write_operating_point(folder, report_.operating_point);
  }

  const dataset::Dataset& dataset_;
  TrainConfig config_;  // resolved
  const TrainOptions& options_;
  const ProgressFunction& progress_;
  const UnchangedFiles files_;  // what is learned from is what the package says it was
  TrainingSet set_;
  std::shared_ptr<const Image> reference_;  // that parts are aligned with; none: they are not
  int depth_bits_ = 0;                      // of the good pictures; 0: not all the same
  imaging::Preprocessing preprocessing_;
  Backbone backbone_;
  fs::path job_folder_;          // of fine-tuning
  imaging::Preprocessing seen_;  // what is left to do with pictures of the set: of_cuts() where they are tiles already
  std::vector<GoldenSource> golden_sources_;
  std::optional<LabelledHead> labelled_;
  RegionLevels levels_;
  TrainReport report_;
};

}  // namespace

Result<TrainReport> train(const dataset::Dataset& dataset, const TrainConfig& config, const fs::path& out,
                          const TrainOptions& options, const ProgressFunction& progress) {
  if (config.align_shift > 0 && config.templates) {
    return make_error(ErrorCode::unsupported,
                      "parts are aligned with a reference or compared with templates, not both: set align_shift to 0");
  }
  if (options.threads < 1) return make_error(ErrorCode::invalid_argument, "threads must be 1 or more");
  try {
    return Training(dataset, config, options, progress).run(out);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable, "not enough memory to train: lower bank.reservoir_patches or input_px");
  } catch (const fs::filesystem_error& error) {
    return error_from_errno(error.code().value(), error.what());
  }
}

}  // namespace lineguard::training
