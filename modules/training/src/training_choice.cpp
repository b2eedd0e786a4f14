#include "training_choice.h"

#include "cell_labels.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/words.h>
#include <lineguard/dataset/check.h>
#include <lineguard/dataset/split.h>
#include <lineguard/imaging/reading.h>

namespace lineguard::training {
namespace {

constexpr std::ptrdiff_t kFewestDefectivePictures = 2;

std::string describe(const dataset::Finding& finding) {
  const auto shown = std::min<std::ptrdiff_t>(3, std::ssize(finding.files));
  return fmt::format("{}: {} ({}{}); {}", finding.check, finding.reason,
                     fmt::join(finding.files.begin(), finding.files.begin() + shown, ", "),
                     std::ssize(finding.files) > shown ? ", …" : "", finding.advice);
}

// Where the data set itself keeps the defects away from training.
std::string kept_for_testing(const dataset::Dataset& dataset, std::ptrdiff_t learned_from) {
  const auto is_defective = [](const dataset::Sample& sample) { return sample.label == Label::defective; };
  const auto kept = std::ranges::count_if(dataset.samples, is_defective) - learned_from;
  return kept == 0 ? "" : fmt::format(" or move some of the {} that are kept for testing to the training split", kept);
}

std::string describe_labels(const TrainConfig& config, bool use, bool can_be_cut, std::ptrdiff_t defective) {
  if (use) return fmt::format("{} are learned from", count_of(defective, "defective picture"));
  const std::string scored =
      defective == 0 ? "" : fmt::format("; {} scored without them", defective == 1 ? "it is" : "they are");
  if (config.labels == Labels::ignore) return "labels of defects are not used: --labels ignore" + scored;
  if (!can_be_cut)
    return "labels of defects are not used: pictures are cut into tiles, and not all labels say where the defect is" +
           scored;
  if (defective == 0)
    return fmt::format("0 defective pictures in the training part: from {} on they are learned from",
                       dataset::kEnoughDefectivePictures);
  return fmt::format(
      "{} in the training part: {} scored, to count misses, and not learned from ({} on by itself, 2 with --labels "
      "use)",
      count_of(defective, "defective picture"), defective == 1 ? "it is" : "they are",
      fmt::format("from {}", dataset::kEnoughDefectivePictures));
}

// Labels are used where the configuration says so or, left to us, where there are enough of them. Defective pictures
// that are not learned from are scored: what is not learned from tells what would be missed.
Result<Chosen> choose_samples(const dataset::Dataset& dataset, const TrainConfig& config, double hold_out) {
  Chosen chosen;
  auto labelled = dataset::split_for_labels(dataset).train;
  auto good_alone = dataset::split_for_training(dataset).train;
  if (hold_out > 0) {
    const auto parts = dataset::choose_parts(dataset, labelled, hold_out, static_cast<std::uint64_t>(config.seed));
    const auto is_held_out = [&](std::size_t i) { return parts.contains(dataset.samples[i].part); };
    for (const std::size_t i : labelled) {
      if (is_held_out(i)) chosen.held_out.push_back(&dataset.samples[i]);
    }
    std::erase_if(labelled, is_held_out);
    std::erase_if(good_alone, is_held_out);
  }
  const auto defective = dataset::count_defective(dataset, labelled);
  if (config.labels == Labels::use && defective < kFewestDefectivePictures) {
    return make_error(ErrorCode::refused, fmt::format("{}: {} to learn from; at least {} are needed: label more{}, or "
                                                      "train with --labels ignore",
                                                      dataset.root.string(), count_of(defective, "defective picture"),
                                                      kFewestDefectivePictures, kept_for_testing(dataset, defective)));
  }
  const bool can_be_cut = config.tile_px == 0 || std::ranges::all_of(labelled, [&](std::size_t i) {
                            return has_location(dataset.samples[i]);
                          });
  const bool use = config.labels == Labels::use ||
                   (config.labels == Labels::auto_ && can_be_cut && defective >= dataset::kEnoughDefectivePictures);
  chosen.note = describe_labels(config, use, can_be_cut, defective);
  chosen.set.learns_defects = use;
  std::set<std::size_t> taken(good_alone.begin(), good_alone.end());
  for (const std::size_t i : labelled) {
    if (use || dataset.samples[i].label == Label::defective) taken.insert(i);
  }
  for (const std::size_t i : taken) {
    const dataset::Sample& sample = dataset.samples[i];
    chosen.set.pictures.push_back({sample.image, sample.name, 0, {}, &sample, sample.defect_free_template, {}});
  }
  return chosen;
}

// Each template is a good picture of its own, seen beside itself.
void add_twins(TrainingSet& set) {
  const std::size_t count = set.pictures.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& twin = set.pictures[i].twin;
    dataset::Sample sample;
    sample.image = *twin;
    sample.name = set.pictures[i].name + " (template)";
    sample.class_name = "good";
    sample.label = Label::good;
    sample.part = set.pictures[i].sample->part;
    set.twins.push_back(std::move(sample));
    set.pictures.push_back({*twin, set.twins.back().name, 0, {}, &set.twins.back(), twin, {}});
    set.pictures.back().is_template = true;
  }
}

void mark_defective_parts(TrainingSet& set, const dataset::Dataset& dataset, const TrainConfig& config) {
  const auto defective = dataset::defective_parts(dataset);
  for (TrainingPicture& picture : set.pictures)
    picture.of_defective_part = !picture.is_template && defective.contains(picture.sample->part);
  const auto of_good_part = [](const TrainingPicture& picture) { return picture.good() && !picture.of_defective_part; };
  const auto good = static_cast<std::size_t>(std::ranges::count_if(set.pictures, of_good_part));
  set.areas_calibrate = cuts(set, config) && good < dataset::kFewestGoodPictures;
  // Where a backbone is trained, one fold alone calibrates.
  const std::size_t fewest =
      dataset::kFewestGoodPictures * static_cast<std::size_t>(config.fine_tune ? config.folds : 1);
  std::set<std::string> real;
  for (const TrainingPicture& picture : set.pictures) {
    if (of_good_part(picture) && !picture.is_template) real.insert(picture.sample->part);
  }
  set.templates_calibrate = real.size() < fewest;
}

// A detector is calibrated on parts that its bank has not seen: one part alone leaves no bank.
Result<void> refuse_one_part(const dataset::Dataset& dataset, const std::set<std::string>& parts) {
  if (parts.size() >= 2) return {};
  return make_error(
      ErrorCode::refused,
      fmt::format("{}: all good pictures show one part, \"{}\"; pictures of at least 2 parts are needed. If "
                  "they are different parts, correct --part-pattern (its first group is the part)",
                  dataset.root.string(), parts.empty() ? "" : *parts.begin()));
}

std::size_t good_views_of_defective_parts(const dataset::Dataset& dataset) {
  const auto defective = dataset::defective_parts(dataset);
  return static_cast<std::size_t>(std::ranges::count_if(dataset.samples, [&](const dataset::Sample& sample) {
    return sample.label == Label::good && defective.contains(sample.part);
  }));
}

std::string first_without_twin(const TrainingSet& set) {
  const auto without = std::ranges::find_if(set.pictures, [](const TrainingPicture& picture) { return !picture.twin; });
  return without == set.pictures.end() ? "none" : without->name;
}

Error too_few_good(const dataset::Dataset& dataset, const TrainingSet& set) {
  std::string hint;
  if (const std::size_t aside = good_views_of_defective_parts(dataset); aside > 0) {
    hint = fmt::format(
        "; {} good ones show parts that another picture shows defective: is that how --part-pattern or the column part "
        "should name them?",
        aside);
  }
  if (std::ranges::any_of(set.pictures, [](const TrainingPicture& picture) { return picture.twin.has_value(); })) {
    hint += fmt::format("; defect-free twins count where each picture has one (missing-template): {} has none",
                        first_without_twin(set));
  }
  return make_error(ErrorCode::refused, fmt::format("{}: {} to train on; at least {} are needed, 30 or more "
                                                    "give a useful operating point{}",
                                                    dataset.root.string(), count_of(set.good_count(), "good picture"),
                                                    dataset::kFewestGoodPictures, hint));
}

}  // namespace

void count_left_out(const dataset::Dataset& dataset, const Chosen& chosen, TrainReport& report) {
  std::set<const dataset::Sample*> used(chosen.held_out.begin(), chosen.held_out.end());
  for (const TrainingPicture& picture : chosen.set.pictures) {
    used.insert(picture.sample);
    if (!picture.good() && !chosen.set.learns_defects) ++report.defective_scored;
  }
  for (const dataset::Sample& sample : dataset.samples) {
    if (used.contains(&sample)) continue;
    report.good_left_out += sample.label == Label::good;
    report.defective_left_out += sample.label == Label::defective;
  }
}

std::string how_it_was_read(const dataset::Dataset& dataset) {
  std::string options;
  if (!dataset.part_pattern.empty()) options += " --part-pattern '" + dataset.part_pattern + "'";
  if (dataset.defective_above) options += fmt::format(" --defective-above {:g}", *dataset.defective_above);
  if (const std::string as = to_text(imaging::reading_of_files()); !as.empty()) options += " --read-as '" + as + "'";
  return options.empty() ? "" : "# The data set was read with" + options + ": give these again beside --config.\n";
}

bool cuts(const TrainingSet& set, const TrainConfig& config) {
  return config.tile_px > 0 && set.learns_defects;
}

Result<void> refuse_blockers(const dataset::Dataset& dataset, const TrainingSet& set, const TrainConfig& config,
                             const TrainOptions& options, const ProgressFunction& progress,
                             std::vector<std::string>& warnings) {
  std::set<std::string> learned;
  for (const TrainingPicture& picture : set.pictures) {
    if (picture.good() || set.learns_defects) learned.insert(picture.name);
  }
  dataset::CheckOptions check_options;
  check_options.threads = options.threads;
  check_options.with_labels = set.learns_defects;
  LINEGUARD_ASSIGN(const auto report, dataset::check_dataset(dataset, check_options, progress));
  auto allowed = options.allowed_checks;
  if (cuts(set, config)) allowed.insert({"no-good-pictures", "no-good-parts"});
  std::string refusals;
  for (const dataset::Finding& finding : report.blockers(allowed)) {
    const bool concerns_training =
        finding.files.empty() ||
        std::ranges::any_of(finding.files, [&](const std::string& file) { return learned.contains(file); });
    if (concerns_training) refusals += "\n  " + describe(finding);
    if (!concerns_training) warnings.push_back("not learned from, but spoils an evaluation: " + describe(finding));
  }
  if (refusals.empty()) return {};
  return make_error(ErrorCode::refused,
                    fmt::format("{}: `lineguard verify` finds blockers:{}\nCorrect them, or override one with "
                                "--allow CHECK",
                                dataset.root.string(), refusals));
}

Result<Chosen> choose_pictures(const dataset::Dataset& dataset, const TrainConfig& config, double hold_out) {
  const auto seed = static_cast<std::uint64_t>(config.seed);
  LINEGUARD_ASSIGN(Chosen chosen, choose_samples(dataset, config, hold_out));
  TrainingSet& set = chosen.set;
  // A part that is moved back no longer lies where its template has it.
  set.has_templates = config.align_shift == 0 && !set.pictures.empty() &&
                      std::ranges::all_of(set.pictures, [](const auto& picture) { return picture.twin.has_value(); });
  if (set.has_templates) add_twins(set);
  if (set.good_count() < dataset::kFewestGoodPictures && !cuts(set, config)) return too_few_good(dataset, set);
  LINEGUARD_TRY(refuse_one_part(dataset, set.parts(!cuts(set, config))));  // cut pictures have good places
  mark_defective_parts(set, dataset, config);
  deal_folds(set, config.folds, seed);
  return chosen;
}

}  // namespace lineguard::training
