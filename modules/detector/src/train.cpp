#include "calibration.h"
#include "golden.h"
#include "graph.h"
#include "installed_backbone.h"
#include "package_version.h"
#include "training_set.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/dataset/check.h>
#include <lineguard/dataset/split.h>
#include <lineguard/detector/train.h>
#include <lineguard/infer/network.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::detector {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kFewestGoodPictures = 5;

std::string describe(const dataset::Finding& finding) {
  const auto shown = std::min<std::ptrdiff_t>(3, std::ssize(finding.files));
  return fmt::format("{}: {} ({}{}); {}", finding.check, finding.reason,
                     fmt::join(finding.files.begin(), finding.files.begin() + shown, ", "),
                     std::ssize(finding.files) > shown ? ", …" : "", finding.advice);
}

// Blockers that concern a picture to learn from, or the whole set, refuse the training; those of other pictures only
// spoil figures that are measured later and become warnings.
Result<void> refuse_blockers(const dataset::Dataset& dataset, const TrainingSet& set, const TrainOptions& options,
                             const ProgressFunction& progress, std::vector<std::string>& warnings) {
  std::set<std::string> learned;
  for (const TrainingPicture& picture : set.pictures) learned.insert(picture.name);
  dataset::CheckOptions check_options;
  check_options.threads = options.threads;
  LINEGUARD_ASSIGN(const auto report, dataset::check_dataset(dataset, check_options, progress));
  std::string refusals;
  for (const dataset::Finding& finding : report.blockers(options.allowed_checks)) {
    const bool concerns_training =
        finding.files.empty() ||
        std::ranges::any_of(finding.files, [&](const std::string& file) { return learned.contains(file); });
    if (concerns_training) refusals += "\n  " + describe(finding);
    if (!concerns_training) warnings.push_back("not learned from, but spoils an evaluation: " + describe(finding));
  }
  if (refusals.empty()) return {};
  return make_error(ErrorCode::refused,
                    fmt::format("{}: `lineguard verify` finds blockers:{}\nMend them, or override one with "
                                "--allow CHECK",
                                dataset.root.string(), refusals));
}

Result<TrainingSet> choose_pictures(const dataset::Dataset& dataset, const TrainConfig& config) {
  const auto split = dataset::split_for_training(dataset, 0, static_cast<std::uint64_t>(config.seed));
  if (split.train.size() < kFewestGoodPictures) {
    return make_error(ErrorCode::refused,
                      fmt::format("{}: {} good pictures to train on; at least {} are needed, 30 or more "
                                  "give a useful operating point",
                                  dataset.root.string(), split.train.size(), kFewestGoodPictures));
  }
  std::vector<std::string> parts;
  TrainingSet set;
  for (const std::size_t index : split.train) {
    const dataset::Sample& sample = dataset.samples[index];
    set.pictures.push_back({sample.image, sample.name, 0, {}});
    parts.push_back(sample.part);
  }
  const auto folds = assign_folds(parts, config.folds, static_cast<std::uint64_t>(config.seed));
  for (std::size_t i = 0; i < folds.size(); ++i) set.pictures[i].fold = folds[i];
  return set;
}

// The threshold that keeps the overkill asked for; where there are too few good pictures, the strictest that they
// support.
Result<package::OperatingPoint> choose_operating_point(const std::vector<double>& scores, const TrainConfig& config,
                                                       bool must_reach, std::vector<std::string>& warnings) {
  auto chosen = stats::threshold_for_overkill(scores, config.max_overkill, config.confidence);
  if (!chosen && (chosen.error().code != ErrorCode::refused || must_reach)) return chosen.error();
  if (!chosen) {
    chosen = stats::threshold_at_rank(scores, 0, config.confidence);
    if (!chosen) return chosen.error();
    warnings.push_back(
        fmt::format("{} good pictures support an overkill bound of {:.1f} % at {:.0f} % confidence, not the {:.1f} % "
                    "asked for: that needs "
                    "{} good pictures",
                    scores.size(), 100 * chosen->overkill_bound, 100 * config.confidence, 100 * config.max_overkill,
                    stats::trials_needed(config.max_overkill, 0, config.confidence)));
  }
  package::OperatingPoint point;
  point.threshold = chosen->threshold;
  point.method = fmt::format(
      "order statistic of {} good pictures, each scored by a bank made without its part ({}-fold cross-fitting)",
      scores.size(), config.folds);
  point.max_overkill = config.max_overkill;
  point.confidence = config.confidence;
  point.good_n = static_cast<std::int64_t>(chosen->n);
  point.good_above = static_cast<std::int64_t>(chosen->above);
  point.overkill_bound = chosen->overkill_bound;
  return point;
}

// The wall-clock steps of one training, with what they hand on.
class Training {
 public:
  Training(const dataset::Dataset& dataset, const TrainConfig& config, const TrainOptions& options,
           const ProgressFunction& progress)
      : dataset_(dataset), config_(config), options_(options), progress_(progress) {}

  Result<TrainReport> run(const fs::path& out) {
    const SteadyTime start = system_clock().now();
    LINEGUARD_ASSIGN(StagedFolder staged, StagedFolder::create(out));
    LINEGUARD_ASSIGN(set_, choose_pictures(dataset_, config_));
    LINEGUARD_TRY(refuse_blockers(dataset_, set_, options_, progress_, report_.warnings));
    LINEGUARD_TRY(learn(staged.path()));
    LINEGUARD_TRY(write_package(staged.path(), out));
    LINEGUARD_TRY(staged.commit());
    report_.seconds = milliseconds_between(start, system_clock().now()) / 1000;
    return report_;
  }

 private:
  int grid_cells() const { return config_.input_px / config_.grid_stride; }

  Result<void> learn(const fs::path& folder) {
    preprocessing_ = {config_.input_px, config_.window, config_.roi};
    backbone_ = {config_.backbone_file, config_.taps, config_.mean, config_.scale};
    if (backbone_.file.empty()) {
      LINEGUARD_ASSIGN(backbone_.file, find_installed_backbone());
    }
    const FeatureLayout layout{config_.input_px, grid_cells(), config_.pool_cells, config_.weigh_borders};
    const fs::path features = folder / "features.xml";
    LINEGUARD_TRY(write_feature_graph(backbone_, layout, features));
    LINEGUARD_ASSIGN(const auto extractor, FeatureExtractor::load(features, preprocessing_, options_.threads));
    LINEGUARD_TRY(extract_patches(set_, extractor, config_.reservoir_patches, static_cast<std::uint64_t>(config_.seed),
                                  options_.threads, progress_));
    LINEGUARD_ASSIGN(const HeldBack held_back,
                     score_held_back(set_, extractor, config_, grid_cells(), options_.threads, progress_));
    LINEGUARD_ASSIGN(report_.operating_point,
                     choose_operating_point(held_back.scores, config_, options_.must_reach_overkill, report_.warnings));
    levels_ = calibrate_regions(held_back, static_cast<std::size_t>(report_.operating_point.good_above));

    const Matrix all = set_.gather();
    const Head head = fit_head(all, config_, grid_cells());
    report_.good_pictures = set_.pictures.size();
    report_.patches = all.rows;
    report_.bank = static_cast<std::size_t>(head.bank_size());
    LINEGUARD_TRY(write_detector_graph(features, head, folder / "network.xml"));
    fs::remove(features);
    fs::remove(folder / "features.bin");
    return {};
  }

  Result<package::Manifest> describe(const fs::path& out) {
    package::Manifest manifest;
    manifest.name = options_.name.empty() ? default_name(out) : options_.name;
    LINEGUARD_TRY(package::validate_name(manifest.name));
    manifest.version = next_version(out, manifest.name);
    manifest.preprocessing = preprocessing_;
    manifest.backbone_name = backbone_.file.stem().string();
    LINEGUARD_ASSIGN(manifest.backbone_digest, sha256_hex_of_file(backbone_.file));
    LINEGUARD_ASSIGN(manifest.training.dataset_fingerprint, dataset::fingerprint(dataset_));
    manifest.training.dataset_layout = dataset::to_string(dataset_.layout);
    manifest.training.good_pictures = static_cast<std::int64_t>(set_.pictures.size());
    manifest.training.validation_pictures = static_cast<std::int64_t>(set_.pictures.size());
    manifest.training.seed = config_.seed;
    manifest.training.allowed_checks.assign(options_.allowed_checks.begin(), options_.allowed_checks.end());
    manifest.training.runtime = infer::runtime_description();
    manifest.region_threshold = levels_.inside;
    manifest.region_peak_threshold = levels_.peak;
    return manifest;
  }

  Result<void> write_package(const fs::path& folder, const fs::path& out) {
    LINEGUARD_ASSIGN(package::Manifest manifest, describe(out));
    LINEGUARD_TRY(write_file_atomically(folder / "training.toml", to_toml(config_)));
    LINEGUARD_TRY(package::write_operating_point(folder, report_.operating_point));
    std::vector<fs::path> files;
    for (const TrainingPicture& picture : set_.pictures) files.push_back(picture.file);
    LINEGUARD_ASSIGN(manifest.golden_spread, write_golden_pictures(folder, manifest, files));
    report_.model = {manifest.name, manifest.version, ""};
    LINEGUARD_ASSIGN(report_.model.digest, package::write_manifest(folder, manifest));
    return {};
  }

  const dataset::Dataset& dataset_;
  const TrainConfig& config_;
  const TrainOptions& options_;
  const ProgressFunction& progress_;
  TrainingSet set_;
  package::Preprocessing preprocessing_;
  Backbone backbone_;
  RegionLevels levels_;
  TrainReport report_;
};

}  // namespace

Result<TrainReport> train(const dataset::Dataset& dataset, const TrainConfig& config, const fs::path& out,
                          const TrainOptions& options, const ProgressFunction& progress) {
  if (options.threads < 1) return make_error(ErrorCode::invalid_argument, "threads must be 1 or more");
  try {
    return Training(dataset, config, options, progress).run(out);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::too_large, "not enough memory to train: lower bank.reservoir_patches or input_px");
  } catch (const fs::filesystem_error& error) {
    return error_from_errno(error.code().value(), error.what());
  }
}

}  // namespace lineguard::detector
