#include "cuts.h"
#include "learning.h"
#include "operating_point.h"
#include "plan.h"
#include "time_budget.h"
#include "training_choice.h"

#include <algorithm>
#include <map>
#include <new>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/parallel.h>
#include <lineguard/core/unchanged_files.h>
#include <lineguard/dataset/source_files.h>
#include <lineguard/detector/golden.h>
#include <lineguard/features/installed_backbone.h>
#include <lineguard/infer/network.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/learned_picture.h>
#include <lineguard/package/version.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace fs = std::filesystem;
namespace {

// Everything that may be read more than once; the backbone is the installed one where the configuration names none.
std::vector<fs::path> files_of(const dataset::Dataset& dataset, const fs::path& named_backbone) {
  auto files = dataset::source_files(dataset);
  const auto installed = named_backbone.empty() ? find_installed_backbone() : make_error(ErrorCode::not_found, "");
  const fs::path backbone = installed ? *installed : named_backbone;
  files.push_back(backbone);
  files.push_back(fs::path(backbone).replace_extension(".bin"));
  return files;
}

// Operating point and region levels from cross-fitted scores.
Result<RegionLevels> calibrate(const Plan& plan, const Learned& learned, const TrainOptions& options,
                               TrainReport& report) {
  std::vector<double> scores;
  for (const MapScore& picture : learned.scored) scores.push_back(picture.score);
  LINEGUARD_TRY(calibrate_operating_point(learned.set, scores, plan.config, options, report));
  const auto good = good_ones(learned.set, learned.scored);
  const auto above = static_cast<std::size_t>(report.operating_point.good_above);
  RegionLevels levels = learned.set.learns_defects ? learned.levels : calibrate_regions(good, above);
  levels.peak = std::max({levels.peak, levels.inside, peak_level(good, above)});
  return levels;
}

// Every picture that was scored by what was made without it; with a fold that alone calibrates, that fold's.
std::vector<package::CrossFittedPicture> cross_fitted_pictures(const Learned& learned) {
  std::vector<double> scores;
  for (const MapScore& picture : learned.scored) scores.push_back(picture.score);
  std::vector<package::CrossFittedPicture> pictures;
  for (const PictureScore& picture : score_pictures(learned.set, scores)) {
    if (picture.is_template || !picture.calibrates) continue;
    pictures.push_back(
        {picture.sample->name, picture.sample->label, picture.sample->class_name, picture.worst, picture.fold});
  }
  return pictures;
}

// Each picture that the package learned from, once, as later tests recognise it.
Result<std::vector<package::LearnedPicture>> learned_pictures(const TrainingSet& set, int threads) {
  std::map<fs::path, std::string> part_of;
  for (const TrainingPicture& picture : set.pictures) {
    if (picture.good() || set.learns_defects) part_of.emplace(picture.file, picture.sample->part);
  }
  const std::vector<std::pair<fs::path, std::string>> files(part_of.begin(), part_of.end());
  std::vector<package::LearnedPicture> pictures(files.size());
  LINEGUARD_TRY(parallel_for(files.size(), threads, [&](std::size_t i) -> Result<void> {
    LINEGUARD_ASSIGN(pictures[i], package::describe_picture(files[i].first, files[i].second));
    return {};
  }));
  return pictures;
}

Result<std::set<std::string>> digests_of(const std::vector<const dataset::Sample*>& samples) {
  std::set<std::string> digests;
  for (const dataset::Sample* sample : samples) {
    LINEGUARD_ASSIGN(std::string digest, sha256_hex_of_file(sample->image));
    digests.insert(std::move(digest));
  }
  return digests;
}

// Which pictures the package learned from, which it was kept from, and what the cross-fitting gave each.
Result<void> write_pictures(const Plan& plan, const Learned& learned, int threads, const fs::path& folder) {
  LINEGUARD_ASSIGN(const auto pictures, learned_pictures(learned.set, threads));
  std::set<std::string> digests;
  for (const package::LearnedPicture& picture : pictures) digests.insert(picture.digest);
  LINEGUARD_TRY(package::write_learned(folder, digests));
  LINEGUARD_TRY(package::write_learned_pictures(folder, pictures));
  if (!plan.held_out.empty()) {
    LINEGUARD_ASSIGN(const auto held_out, digests_of(plan.held_out));
    LINEGUARD_TRY(package::write_held_out(folder, held_out));
  }
  return package::write_cross_fitted(folder, cross_fitted_pictures(learned));
}

Result<package::Manifest> describe_package(const dataset::Dataset& dataset, const Plan& plan, const Learned& learned,
                                           const TrainOptions& options, const fs::path& out,
                                           const TrainReport& report) {
  package::Manifest manifest;
  manifest.name = options.name.empty() ? package::default_name(out) : options.name;
  LINEGUARD_TRY(package::validate_name(manifest.name));
  manifest.version = package::next_version(out, manifest.name);
  manifest.preprocessing = learned.preprocessing;
  manifest.backbone_name = learned.backbone.file.stem().string();
  const auto weights = fs::path(learned.backbone.file).replace_extension(".bin");
  if (plan.config.fine_tune) manifest.backbone_name += ", fine-tuned";
  LINEGUARD_ASSIGN(manifest.backbone_digest,
                   sha256_hex_of_file(plan.config.fine_tune ? weights : learned.backbone.file));
  manifest.backbone_licence = plan.config.backbone_licence;
  manifest.training.dataset_fingerprint = dataset::fingerprint(dataset);
  manifest.training.dataset_layout = dataset::to_string(dataset.layout);
  manifest.training.good_pictures = static_cast<std::int64_t>(report.good_pictures);
  manifest.training.defective_pictures = static_cast<std::int64_t>(report.defective_pictures);
  manifest.training.validation_pictures = static_cast<std::int64_t>(learned.set.pictures.size());
  manifest.classes = learned.classes;
  manifest.training.defective_above = dataset.defective_above;
  manifest.training.part_pattern = dataset.part_pattern;
  manifest.training.seed = plan.config.seed;
  manifest.training.allowed_checks.assign(options.allowed_checks.begin(), options.allowed_checks.end());
  manifest.training.runtime = infer::runtime_description();
  return manifest;
}

// Scores as near to the threshold as golden ones may be off are unknown, and diverted: the band of this CPU (that of
// others is wider) lies above the good parts' score, so that the bound counts all that is diverted.
Result<void> seal_package(const Plan& plan, package::Manifest manifest, const fs::path& folder, TrainReport& report) {
  LINEGUARD_TRY(package::write_operating_point(folder, report.operating_point));  // for the golden scores
  LINEGUARD_ASSIGN(manifest.golden_spread, write_golden_pictures(folder, manifest, plan.golden_sources));
  report.operating_point.threshold += manifest.tolerance_same_cpu * manifest.golden_spread;
  report.model = {manifest.name, manifest.version, ""};
  LINEGUARD_ASSIGN(report.model.digest, package::write_manifest(folder, manifest));
  return package::write_operating_point(folder, report.operating_point);
}

Result<TrainReport> run(const dataset::Dataset& dataset, TrainConfig config, const fs::path& out,
                        const TrainOptions& options, const ProgressFunction& progress) {
  const SteadyTime start = system_clock().now();
  const UnchangedFiles files(files_of(dataset, config.backbone_file));  // what is learned from is what the package says
  TrainReport report;
  LINEGUARD_ASSIGN(StagedFolder staged, StagedFolder::create(out));
  const fs::path job_folder = (out.has_filename() ? out : out.parent_path()).string() + ".fine-tuning";
  std::string measured;
  if (options.time_per_picture_ms > 0) {
    LINEGUARD_ASSIGN(const FittingSpeed fitting, fastest_that_fits(dataset, config, options, staged.path()));
    config.speed = fitting.speed;
    config.members.clear();
    measured = fitting.note;
  }
  LINEGUARD_ASSIGN(const Plan plan, make_plan(dataset, config, options, staged.path(), progress, report));
  if (!measured.empty()) report.members_note += "; " + measured;
  LINEGUARD_ASSIGN(const Learned learned, learn(plan, options, staged.path(), job_folder, progress, report));
  report.classes = learned.classes;
  report.patches = learned.patches;
  report.bank = learned.bank;
  LINEGUARD_ASSIGN(const RegionLevels levels, calibrate(plan, learned, options, report));
  TrainConfig resolved = plan.config;
  resolved.brightness = learned.brightness;
  LINEGUARD_TRY(write_file_atomically(staged.path() / "training.toml", how_it_was_read(dataset) + to_toml(resolved)));
  LINEGUARD_TRY(write_pictures(plan, learned, options.threads, staged.path()));
  LINEGUARD_ASSIGN(package::Manifest manifest, describe_package(dataset, plan, learned, options, out, report));
  manifest.region_threshold = levels.inside;
  manifest.region_peak_threshold = levels.peak;
  manifest.region_size_factor = levels.size_factor;
  LINEGUARD_TRY(seal_package(plan, std::move(manifest), staged.path(), report));
  LINEGUARD_TRY(files.check());
  LINEGUARD_TRY(staged.commit());
  std::error_code ignored;
  if (config.fine_tune) fs::remove_all(job_folder, ignored);
  report.seconds = milliseconds_between(start, system_clock().now()) / 1000;
  return report;
}

}  // namespace

Result<TrainReport> train(const dataset::Dataset& dataset, const TrainConfig& config, const fs::path& out,
                          const TrainOptions& options, const ProgressFunction& progress) {
  if (options.threads < 1) return make_error(ErrorCode::invalid_argument, "threads must be 1 or more");
  if (options.hold_out < 0 || options.hold_out > 0.9)
    return make_error(ErrorCode::invalid_argument, "the share that is held out must be 0 to 0.9");
  try {
    return run(dataset, config, out, options, progress);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable,
                      "not enough memory to train: lower bank.reservoir_patches, or train with --speed fast");
  } catch (const fs::filesystem_error& error) {
    return error_from_errno(error.code().value(), error.what());
  }
}

}  // namespace lineguard::training
