#include "learning.h"

#include "cuts.h"
#include "fine_tuning.h"
#include "fixed_settings.h"
#include "training_choice.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <lineguard/dataset/check.h>
#include <lineguard/features/installed_backbone.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::training {
namespace fs = std::filesystem;
namespace {

// What the backbone gives for one input; labelled heads see the first, which is the finest.
FeatureLayout layout_of(const Plan& plan, const imaging::Preprocessing& input, bool with_labels) {
  FeatureLayout layout{input.input_px, input.input_px / kGridStride, kPoolCells, true, {}, {}};
  layout.brightness = input.brightness;
  if (!with_labels) return layout;
  layout.dense_taps = plan.config.label_taps;
  layout.pooled_taps = plan.config.picture_taps;
  layout.dense_cells = input.input_px / kLabelStride;
  layout.context_cells = kLabelContext;
  layout.dense_pixels = plan.set.has_templates;
  return layout;
}

Result<Backbone> find_backbone(const TrainConfig& config) {
  Backbone backbone{config.backbone_file, config.taps, config.mean, config.scale};
  if (backbone.file.empty()) {
    LINEGUARD_ASSIGN(backbone.file, find_installed_backbone());
  }
  return backbone;
}

Result<void> cut_pictures(TrainingSet& set, const imaging::Preprocessing& preprocessing, int threads,
                          const ProgressFunction& progress) {
  LINEGUARD_TRY(cut_into_tiles(set, preprocessing, threads, progress));
  if (set.good_count() >= dataset::kFewestGoodPictures) return {};
  return make_error(ErrorCode::refused, fmt::format("{} tiles without a defect to learn from; at least {} are needed: "
                                                    "smaller tiles, or more pictures",
                                                    set.good_count(), dataset::kFewestGoodPictures));
}

// What verify can't know: the split, or the fold that fine-tuning keeps, may have left no good part.
Result<void> refuse_without_good_parts(const TrainingSet& set) {
  const auto tells = [&](const TrainingPicture& picture) { return picture.good() && set.tells_good(picture); };
  if (std::ranges::any_of(set.pictures, tells)) return {};
  return make_error(ErrorCode::refused, "no part to calibrate on is good in all its pictures: add good parts");
}

// The members that see one input, each fitted and cross-fitted; the set holds that input's patches meanwhile.
class InputFitting {
 public:
  InputFitting(const Plan& plan, const TrainOptions& options, const fs::path& folder, const ProgressFunction& progress)
      : plan_(plan), options_(options), folder_(folder), progress_(progress) {}

  Result<void> fit(TrainingSet& set, const Backbone& backbone, const imaging::Preprocessing& seen, std::size_t input) {
    const imaging::Preprocessing one = of_input(seen, input);
    const bool with_labels = set.learns_defects && input == 0;
    files_.push_back(folder_ / fmt::format("features_{}.xml", input));
    LINEGUARD_TRY(write_feature_graph(backbone, layout_of(plan_, one, with_labels), files_.back()));
    LINEGUARD_ASSIGN(const auto extractor, FeatureExtractor::load(files_.back(), one, options_.threads));
    LINEGUARD_TRY(extract_patches(set, extractor, plan_.config.reservoir_patches,
                                  static_cast<std::uint64_t>(plan_.config.seed), options_.threads, progress_));
    for (const MemberConfig& member : plan_.config.members) {
      if (member.input_px != one.input_px || member.lighting != one.lighting) continue;
      LINEGUARD_ASSIGN(FittedMember fitted,
                       cross_fit(set, extractor, plan_.config, member.whitening, options_.threads, progress_));
      members_.push_back(std::move(fitted));
      inputs_.push_back(input);
    }
    for (TrainingPicture& picture : set.pictures) {
      patches_ += picture.patches.rows;
      picture.patches = {};
    }
    return {};
  }

  Mixed mix(const TrainingSet& set, const imaging::Preprocessing& seen) {
    return mix_members(set, std::move(members_), inputs_, seen, plan_.config);
  }

  // Without the row of brightness, which good parts say would do harm.
  Result<void> leave_brightness_out(const Backbone& backbone, const imaging::Preprocessing& seen) {
    return write_feature_graph(backbone, layout_of(plan_, of_input(seen, 0), false), files_.front());
  }

  void remove_files() const {
    std::error_code ignored;
    for (const fs::path& file : files_) {
      fs::remove(file, ignored);
      fs::remove(fs::path(file).replace_extension(".bin"), ignored);
    }
  }

  const std::vector<fs::path>& files() const { return files_; }
  std::size_t patches() const { return patches_; }

 private:
  const Plan& plan_;
  const TrainOptions& options_;
  const fs::path& folder_;
  const ProgressFunction& progress_;
  std::vector<fs::path> files_;  // feature graphs, one an input
  std::vector<FittedMember> members_;
  std::vector<std::size_t> inputs_;  // of the members
  std::size_t patches_ = 0;
};

// Labelled heads above the mixture, which says what is strange.
Result<LabelledHead> learn_labels(const fs::path& features, const imaging::Preprocessing& seen,
                                  const CrossFitted& cross_fitted, const TrainingWork& work, Learned& learned) {
  const imaging::Preprocessing finest = of_input(seen, 0);
  LINEGUARD_ASSIGN(const auto extractor, FeatureExtractor::load(features, finest, work.threads));
  LINEGUARD_ASSIGN(LabelledTraining labelled,
                   train_labelled(learned.set, extractor, finest.input_px / kLabelStride, cross_fitted, work));
  learned.levels = labelled.levels;
  learned.scored = std::move(labelled.scored);
  learned.classes = labelled.head.classes;
  return std::move(labelled.head);
}

}  // namespace

Result<Learned> learn(const Plan& plan, const TrainOptions& options, const fs::path& folder, const fs::path& job_folder,
                      const ProgressFunction& progress, TrainReport& report) {
  const TrainingWork work{plan.config, options.threads, progress};
  Learned learned;
  learned.set = plan.set;
  learned.preprocessing = plan.preprocessing;
  learned.brightness = plan.config.brightness;
  imaging::Preprocessing seen = plan.preprocessing;  // what is left to do with pictures of the set
  LINEGUARD_ASSIGN(learned.backbone, find_backbone(plan.config));
  if (cuts(learned.set, plan.config)) {
    LINEGUARD_TRY(cut_pictures(learned.set, seen, options.threads, progress));
    seen = of_cuts(seen);
  }
  if (plan.config.fine_tune) learned.set.calibration_fold = kHeldBackFold;
  LINEGUARD_TRY(refuse_without_good_parts(learned.set));
  if (plan.config.fine_tune) {
    if (!learned.set.learns_defects)
      return make_error(ErrorCode::refused,
                        "fine-tuning needs pictures of defects to learn from: " + report.labels_note);
    LINEGUARD_ASSIGN(FineTuned tuned, fine_tune(learned.set, learned.backbone, of_input(seen, 0), job_folder, work));
    learned.backbone = std::move(tuned.backbone);
    report.fine_tuning_note = std::move(tuned.note);
  }
  InputFitting fitting(plan, options, folder, progress);
  for (std::size_t input = 0; input < input_count(seen); ++input)
    LINEGUARD_TRY(fitting.fit(learned.set, learned.backbone, seen, input));
  Mixed mixed = fitting.mix(learned.set, seen);
  learned.patches = fitting.patches();
  for (const Member& member : mixed.mixture.members) learned.bank += member.head.bank.rows.rows;
  std::optional<LabelledHead> labelled;
  if (learned.set.learns_defects) {
    LINEGUARD_ASSIGN(labelled, learn_labels(fitting.files().front(), seen, mixed.cross_fitted, work, learned));
  } else {
    learned.scored = std::move(mixed.cross_fitted.scored);
  }
  if (mixed.brightness_gain) {
    const bool counts = mixed.mixture.brightness.has_value();
    report.brightness_note = describe_brightness(counts, plan.config.brightness, *mixed.brightness_gain);
    if (!counts) {
      learned.brightness = 0;
      learned.preprocessing.brightness = seen.brightness = false;
      LINEGUARD_TRY(fitting.leave_brightness_out(learned.backbone, seen));
    }
  }
  LINEGUARD_TRY(write_detector_graph(fitting.files(), mixed.mixture, labelled, folder / "network.xml"));
  fitting.remove_files();
  return learned;
}

}  // namespace lineguard::training
