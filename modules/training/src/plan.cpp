#include "plan.h"

#include "preprocessing_of.h"
#include "training_choice.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/parallel.h>
#include <lineguard/dataset/check.h>
#include <lineguard/features/alignment.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/picture_facts.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>

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

// Good pictures, and where hardly any is good, defective ones: they have the same depth and size.
std::vector<GoldenSource> pictures_to_look_at(const TrainingSet& set) {
  std::vector<GoldenSource> sources;
  for (const TrainingPicture& picture : set.pictures) {
    if (picture.good()) sources.push_back({picture.file, picture.twin});
  }
  for (std::size_t i = 0; i < set.pictures.size() && sources.size() < dataset::kFewestGoodPictures; ++i)
    sources.push_back({set.pictures[i].file, set.pictures[i].twin});
  return sources;
}

// What depth and size ask for: a window for 16-bit pictures, a word on tiles for large ones.
void use_picture_facts(const PictureFacts& facts, TrainConfig& config, TrainReport& report) {
  if (facts.window && config.window == imaging::DepthWindow{}) {
    config.window = *facts.window;
    report.warnings.push_back(
        fmt::format("16-bit pictures: {} to {} becomes 0 to 255 (0.1 % and 99.9 % of the good pictures' values with a "
                    "margin of a tenth); preprocessing.window_low and window_high set another window",
                    config.window.low, config.window.high));
  }
  const double shrinks = static_cast<double>(facts.longest_side_px) / config.members.front().input_px;
  if (config.tile_px == 0 && shrinks > kShrinksMuch) {
    report.warnings.push_back(
        fmt::format("pictures of up to {} px are shrunk {:.0f} times: defects of a few pixels vanish; --tile-px 512 "
                    "cuts them into tiles instead",
                    facts.longest_side_px, shrinks));
  }
}

// The reference picture that all others are aligned to.
Result<std::shared_ptr<const Image>> write_reference(const TrainingSet& set, const TrainConfig& config,
                                                     const fs::path& folder) {
  std::vector<fs::path> good;
  for (const TrainingPicture& picture : set.pictures) {
    if (picture.good()) good.push_back(picture.file);
  }
  if (good.empty()) good.push_back(set.pictures.front().file);
  LINEGUARD_ASSIGN(Image reference, choose_reference(good, config.window));
  LINEGUARD_ASSIGN(const Bytes png, imaging::encode_png(reference));
  LINEGUARD_TRY(write_file_atomically(folder / "reference.png", png));
  return std::make_shared<const Image>(std::move(reference));
}

// Labels stay where they were drawn while their pictures are aligned.
Result<void> find_shifts(TrainingSet& set, const imaging::Preprocessing& preprocessing, int threads) {
  return parallel_for(set.pictures.size(), threads, [&](std::size_t i) -> Result<void> {
    TrainingPicture& picture = set.pictures[i];
    if (picture.good()) return {};
    LINEGUARD_ASSIGN(const Image image, imaging::decode_file(picture.file));
    const auto shift = find_shift(image, preprocessing);
    if (!shift) return shift.error().in(picture.file.string());
    picture.shift = {std::round(shift->x), std::round(shift->y)};
    return {};
  });
}

// Of a backbone of one's own: layers where they were left out, and the same ones for cells and whole pictures, unless
// it has those that ours has.
Result<void> choose_layers(TrainConfig& config) {
  if (config.backbone_file.empty()) return {};
  const Backbone backbone{config.backbone_file, {}, config.mean, config.scale};
  if (config.taps.empty()) {
    LINEGUARD_ASSIGN(config.taps, choose_taps(backbone, config.members.front().input_px));
  }
  LINEGUARD_ASSIGN(const bool like_ours, has_layers(backbone, config.picture_taps));
  if (!like_ours) config.label_taps = config.picture_taps = config.taps;
  return {};
}

}  // namespace

Result<Plan> make_plan(const dataset::Dataset& dataset, const TrainConfig& config, const TrainOptions& options,
                       const fs::path& folder, const ProgressFunction& progress, TrainReport& report) {
  Plan plan;
  plan.config = config;
  LINEGUARD_ASSIGN(Chosen chosen, choose_pictures(dataset, config, options.hold_out));
  count_left_out(dataset, chosen, report);
  plan.set = std::move(chosen.set);
  plan.held_out = std::move(chosen.held_out);
  const bool templates = plan.set.has_templates;
  if (plan.config.label_taps.empty()) plan.config.label_taps = default_label_taps(templates);
  plan.config.members = resolve_members(config, templates, plan.set.learns_defects);
  LINEGUARD_TRY(choose_layers(plan.config));
  report.labels_note = std::move(chosen.note);
  report.members_note = describe(plan.config.members);
  report.held_out = plan.held_out.size();
  LINEGUARD_TRY(refuse_blockers(dataset, plan.set, plan.config, options, progress, report.warnings));
  plan.golden_sources = pictures_to_look_at(plan.set);
  std::vector<fs::path> files;
  for (const GoldenSource& source : plan.golden_sources) files.push_back(source.picture);
  const PictureFacts facts = read_picture_facts(files);
  use_picture_facts(facts, plan.config, report);
  // Few good parts don't tell how brightness varies.
  if (plan.set.parts(true).size() < kFewestForBrightness) plan.config.brightness = 0;
  plan.preprocessing = preprocessing_of(plan.config, templates);
  if (!plan.preprocessing.brightness) plan.config.brightness = 0;
  plan.preprocessing.depth_bits = facts.depth_bits;
  if (config.align_shift > 0) {
    LINEGUARD_ASSIGN(plan.preprocessing.alignment_reference, write_reference(plan.set, plan.config, folder));
    LINEGUARD_TRY(find_shifts(plan.set, plan.preprocessing, options.threads));
  }
  report.good_pictures = plan.set.good_count();
  report.defective_pictures = plan.set.learns_defects ? plan.set.pictures.size() - plan.set.good_count() : 0;
  return plan;
}

}  // namespace lineguard::training
