#include "search.h"

#include "calibration.h"
#include "graph.h"
#include "installed_backbone.h"
#include "preprocess.h"
#include "ranking.h"
#include "synthetic_defect.h"
#include "template_pair.h"
#include "tiles.h"
#include "trial_choice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/parallel.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/stats/bootstrap.h>
#include <lineguard/stats/quantile.h>
#include <lineguard/stats/roc.h>

namespace lineguard::detector {
namespace {

constexpr std::size_t kMostPictures = 40;
constexpr int kFolds = 3;
constexpr double kConfidence = 0.8;  // of the interval of the gain, parts drawn anew, that must not reach below 0

struct Setting {
  std::string name;
  std::function<void(TrainConfig&)> change;
};

// In the order of the trials; those that share a feature graph stand together.
std::vector<Setting> settings() {
  using C = TrainConfig;
  using imaging::Lighting;
  return {
      {"defaults", [](C&) {}},
      {"smoothing 1.5 cells", [](C& c) { c.smoothing_cells = 1.5; }},
      {"smoothing 0.5 cells", [](C& c) { c.smoothing_cells = 0.5; }},
      {"mean of the 10 highest cells", [](C& c) { c.top_cells = 10; }},
      {"the highest cell alone", [](C& c) { c.top_cells = 1; }},
      {"whitening, shrinkage 0.1", [](C& c) { c.whitening_shrinkage = 0.1; }},
      {"mean of 3 nearest", [](C& c) { c.bank_nearest = 3; }},
      {"mean of 9 nearest, smoothing 0.5", [](C& c) { c.bank_nearest = 9, c.smoothing_cells = 0.5; }},
      {"turned pictures, bank of 4000", [](C& c) { c.bank_turns = 4, c.bank_size = 4000; }},
      {"turned pictures, bank of 4000, smoothing 1.5",
       [](C& c) { c.bank_turns = 4, c.bank_size = 4000, c.smoothing_cells = 1.5; }},
      {"bank of 1000", [](C& c) { c.bank_size = 1000; }},
      {"borders count as much", [](C& c) { c.weigh_borders = false; }},
      {"input 320 px", [](C& c) { c.input_px = 320; }},
      {"input 384 px", [](C& c) { c.input_px = 384, c.smoothing_cells = 1.5, c.top_cells = 6; }},
      {"lighting flat", [](C& c) { c.lighting = Lighting::flat; }},
      {"local contrast", [](C& c) { c.lighting = Lighting::local_contrast; }},
      {"local contrast, mean of 3 nearest", [](C& c) { c.lighting = Lighting::local_contrast, c.bank_nearest = 3; }},
      {"grid of 8 px", [](C& c) { c.grid_stride = 8, c.smoothing_cells = 2, c.top_cells = 12; }},
  };
}

Image under_another_lamp(const Image& image, double factor) {
  Image lit = image;
  for (int y = 0; y < lit.height_px(); ++y) {
    const auto scale = [factor](auto& row, double full) {
      for (auto& value : row) value = static_cast<std::decay_t<decltype(value)>>(std::min(full, value * factor));
    };
    if (lit.depth() == PixelDepth::u8) {
      auto row = lit.row_u8(y);
      scale(row, 255);
    } else {
      auto row = lit.row_u16(y);
      scale(row, 65535);
    }
  }
  return lit;
}

Image shifted(const Image& image, unsigned corner) {
  const int dx = std::max(1, image.width_px() / 100), dy = std::max(1, image.height_px() / 100);
  return imaging::crop(image, (corner & 1) ? dx : 0, (corner & 2) ? dy : 0,
                       {image.width_px() - dx, image.height_px() - dy});
}

// What one good picture gives to a trial with a certain feature graph.
struct Views {
  Matrix as_it_is;                            // turned in four ways, the first as it is
  Matrix moved, lit;                          // still good
  std::array<Matrix, 2> defective;            // with a scratch, with a blob
  std::array<std::vector<float>, 2> covered;  // share of each cell that the defect covers
};

// Of one picture, by a bank made without it.
struct PictureScores {
  std::vector<double> good, defective;        // good: as it is, moved, under another lamp
  std::vector<std::pair<float, bool>> cells;  // of the defective views: value, covered
};

// Of all pictures.
struct TrialScores {
  Ranking images, cells;
  double unsteadiness = 0;

  double merit(const std::vector<std::uint32_t>& times) const { return (images.auroc(times) + cells.auroc(times)) / 2; }
};

Result<Matrix> patches_of(const FeatureExtractor& extractor, const Image& image) {
  LINEGUARD_ASSIGN(Features features, extractor.extract(image));
  return std::move(features.patches);
}

Image cut_middle_tile(const Image& image, const TrainConfig& config) {
  if (config.tile_px == 0) return image;
  const auto tiles = lay_tiles(preprocessing_of(config), image.size());
  const PixelRect& rect = tiles[tiles.size() / 2];
  return imaging::crop(image, rect.x, rect.y, rect.size);
}

// How far a small shift and another lamp move the score of a good picture (median), in spreads between good pictures
// (quartiles).
double unsteadiness_of(const std::vector<PictureScores>& pictures) {
  std::vector<double> scores, moved;
  for (const PictureScores& picture : pictures) {
    scores.push_back(picture.good[0]);
    for (std::size_t view = 1; view < picture.good.size(); ++view)
      moved.push_back(std::abs(picture.good[view] - picture.good[0]));
  }
  const double spread = stats::quantile(scores, 0.75) - stats::quantile(scores, 0.25);
  return stats::quantile(std::move(moved), 0.5) / std::max(spread, 1e-9);
}

class Search {
 public:
  Search(const TrainingSet& set, const TrainConfig& base, const std::shared_ptr<const Image>& reference,
         const std::filesystem::path& scratch, int threads, Clock& clock, const ProgressFunction& progress)
      : base_(base), reference_(reference), scratch_(scratch), threads_(threads), clock_(clock), progress_(progress) {
    for (const TrainingPicture& picture : set.pictures) {
      if (picture.good()) pictures_.push_back(&picture);
    }
    std::mt19937_64 random(static_cast<std::uint64_t>(base.seed));
    for (std::size_t i = pictures_.size(); i > 1; --i) std::swap(pictures_[i - 1], pictures_[random() % i]);
    take_parts_in_turn(pictures_);
    if (pictures_.size() > kMostPictures) pictures_.resize(kMostPictures);
    std::vector<std::string> parts;
    for (const auto* picture : pictures_) parts.push_back(picture->sample->part);
    folds_ = assign_folds(parts, kFolds, static_cast<std::uint64_t>(base.seed));
    stats::PartNumbering numbering;
    for (const std::string& part : parts) part_numbers_.push_back(numbering.number_of(part));
    part_count_ = numbering.count();
  }

  Result<SearchOutcome> run(double budget_s) {
    const SteadyTime start = clock_.now();
    SearchOutcome outcome{base_, {}, {}};
    const auto all = settings();
    std::vector<bool> proven(all.size(), false);
    for (std::size_t i = 0; i < all.size(); ++i) {
      Trial trial;
      trial.name = all[i].name;
      if (progress_) progress_("choosing settings", i, all.size());
      const SteadyTime begin = clock_.now();
      const TrainConfig config = with(all[i]);
      const bool fits = !base_.templates || config.lighting == imaging::Lighting::as_it_is;
      if (i == 0 || (fits && milliseconds_between(start, begin) < 1000 * budget_s)) {
        LINEGUARD_TRY(prepare_views(config));
        LINEGUARD_ASSIGN(TrialScores scores, score(config));
        LINEGUARD_TRY(judge(scores, trial));
        proven[i] = i > 0 && is_well_above(trial, outcome.trials[0]) && is_proven(scores);
        if (i == 0) defaults_ = std::move(scores);
        trial.seconds = milliseconds_between(begin, clock_.now()) / 1000;
      }
      outcome.trials.push_back(std::move(trial));
    }
    if (progress_) progress_("choosing settings", all.size(), all.size());
    const std::size_t chosen = choose_trial(outcome.trials, proven);
    outcome.config = with(all[chosen]);
    outcome.note = reason_of(outcome.trials, proven, chosen);
    return outcome;
  }

 private:
  TrainConfig with(const Setting& setting) const {
    TrainConfig config = base_;
    setting.change(config);
    return config;
  }

  // Where pictures are cut into tiles, the middle tile of each stands for it. Drawn defects are too small to show in
  // how bright a picture is: that is no part of what is compared.
  package::Preprocessing one_tile(const TrainConfig& config) const {
    package::Preprocessing preprocessing = preprocessing_of(config);
    preprocessing.alignment_reference = reference_;
    if (preprocessing.tile_px > 0) preprocessing.roi.reset();
    preprocessing.tile_px = 0;
    preprocessing.brightness = false;
    return preprocessing;
  }

  // The features that this configuration needs; those of the trial before are kept where they are the same.
  Result<void> prepare_views(const TrainConfig& config) {
    const auto key = fmt::format("{} {} {} {} {}", config.input_px, config.grid_stride, config.pool_cells,
                                 config.weigh_borders, imaging::to_string(config.lighting));
    if (key == key_) return {};
    key_ = key;
    Backbone backbone{config.backbone_file, config.taps, config.mean, config.scale};
    if (backbone.file.empty()) {
      LINEGUARD_ASSIGN(backbone.file, find_installed_backbone());
    }
    const int grid = config.input_px / config.grid_stride;
    const FeatureLayout layout{config.input_px, grid, config.pool_cells, config.weigh_borders, {}, {}};
    LINEGUARD_TRY(write_feature_graph(backbone, layout, scratch_ / "search.xml"));
    LINEGUARD_ASSIGN(const FeatureExtractor extractor,
                     FeatureExtractor::load(scratch_ / "search.xml", one_tile(config), threads_));
    views_.assign(pictures_.size(), {});
    LINEGUARD_TRY(parallel_for(pictures_.size(), threads_, [&](std::size_t i) -> Result<void> {
      LINEGUARD_ASSIGN(const Image whole, read_picture(pictures_[i]->file, pictures_[i]->twin, one_tile(config)));
      LINEGUARD_ASSIGN(views_[i], extract_views(extractor, cut_middle_tile(whole, config), i, grid));
      return {};
    }));
    std::filesystem::remove(scratch_ / "search.xml");
    std::filesystem::remove(scratch_ / "search.bin");
    return {};
  }

  static Result<Views> extract_views(const FeatureExtractor& extractor, const Image& image, std::size_t number,
                                     int grid) {
    Views views;
    LINEGUARD_ASSIGN(Features turned, extract_turned(extractor, image, 4));
    views.as_it_is = std::move(turned.patches);
    LINEGUARD_ASSIGN(views.moved, patches_of(extractor, shifted(image, static_cast<unsigned>(number))));
    LINEGUARD_ASSIGN(views.lit, patches_of(extractor, under_another_lamp(image, number % 2 ? 0.95 : 1.05)));
    for (std::size_t k = 0; k < 2; ++k) {
      Image mask(image.size(), 1);
      const double strength = 0.08 + 0.04 * static_cast<double>((number + 2 * k) % 4);
      const auto kind = k == 0 ? SyntheticDefect::scratch : SyntheticDefect::blob;
      LINEGUARD_ASSIGN(
          views.defective[k],
          patches_of(extractor, draw_synthetic_defect(image, kind, 1000 + 2 * number + k, strength, mask)));
      const PixelRect roi = region_of_interest(extractor.preprocessing(), image.size());
      const Image cells = imaging::resize(imaging::crop(mask, roi.x, roi.y, roi.size), {grid, grid});
      for (const std::byte cell : cells.bytes())
        views.covered[k].push_back(static_cast<float>(std::to_integer<int>(cell)) / 255);
    }
    return views;
  }

  Matrix bank_patches(int left_out, const TrainConfig& config) const {
    const int grid = config.input_px / config.grid_stride;
    const auto rows =
        static_cast<std::size_t>(grid) * static_cast<std::size_t>(grid) * static_cast<std::size_t>(config.bank_turns);
    Matrix all;
    for (std::size_t i = 0; i < views_.size(); ++i) {
      if (folds_[i] == left_out) continue;
      const Matrix& patches = views_[i].as_it_is;
      const std::size_t taken = std::min(rows, patches.rows);
      all.columns = patches.columns;
      all.rows += taken;
      all.values.insert(all.values.end(), patches.values.begin(),
                        patches.values.begin() + static_cast<std::ptrdiff_t>(taken * patches.columns));
    }
    return all;
  }

  Result<TrialScores> score(const TrainConfig& config) {
    const int grid = config.input_px / config.grid_stride;
    std::vector<Head> heads(kFolds);
    LINEGUARD_TRY(parallel_for(heads.size(), threads_, [&](std::size_t fold) -> Result<void> {
      heads[fold] = fit_head(bank_patches(static_cast<int>(fold), config), config, grid);
      return {};
    }));
    const auto head_of = [&](std::size_t i) -> Head& { return heads[static_cast<std::size_t>(folds_[i])]; };
    std::vector<std::vector<float>> distances(views_.size());  // of the pictures as they are
    LINEGUARD_TRY(parallel_for(views_.size(), threads_, [&](std::size_t i) -> Result<void> {
      distances[i] = distances_for_score(head_of(i).bank, first_of(views_[i].as_it_is, grid));
      return {};
    }));
    set_levels(distances, heads);
    std::vector<PictureScores> each(views_.size());
    LINEGUARD_TRY(parallel_for(views_.size(), threads_, [&](std::size_t i) -> Result<void> {
      each[i] = score_views(head_of(i), views_[i], distances[i]);
      return {};
    }));
    TrialScores all;
    for (std::size_t i = 0; i < each.size(); ++i) {
      for (const double score : each[i].good) all.images.add(score, false, part_numbers_[i]);
      for (const double score : each[i].defective) all.images.add(score, true, part_numbers_[i]);
      for (const auto& [value, covered] : each[i].cells) all.cells.add(value, covered, part_numbers_[i]);
    }
    all.images.sort();
    all.cells.sort();
    all.unsteadiness = unsteadiness_of(each);
    return all;
  }

  static void set_levels(const std::vector<std::vector<float>>& distances, std::vector<Head>& heads) {
    std::vector<const std::vector<float>*> all;
    for (const std::vector<float>& map : distances) all.push_back(&map);
    const MapLevels levels = fit_map_levels(heads[0], all);
    for (Head& head : heads) head.levels = levels;
  }

  // Of patches turned in several ways those as they are.
  static Matrix first_of(const Matrix& turned, int grid) {
    Matrix first(static_cast<std::size_t>(grid) * static_cast<std::size_t>(grid), turned.columns);
    std::copy_n(turned.values.begin(), first.values.size(), first.values.begin());
    return first;
  }

  // `distances`: of the picture as it is.
  static PictureScores score_views(const Head& head, const Views& views, const std::vector<float>& distances) {
    PictureScores scores;
    scores.good.push_back(score_distances(head, {distances, distances}).score);
    for (const Matrix* patches : {&views.moved, &views.lit})
      scores.good.push_back(score_by_nearest(head, *patches).score);
    for (std::size_t k = 0; k < 2; ++k) {
      // Drawn defects are too small to tell what the shares of the bank do for the map of real ones.
      const MapScore scored = score_by_nearest(head, views.defective[k]);
      scores.defective.push_back(scored.score);
      for (std::size_t cell = 0; cell < scored.map.size(); ++cell) {
        const float share = views.covered[k][cell];
        if (share == 0 || share > 0.2F) scores.cells.emplace_back(scored.map[cell], share > 0);
      }
    }
    return scores;
  }

  Result<void> judge(const TrialScores& scores, Trial& trial) const {
    const std::vector<std::uint32_t> once(part_count_, 1);
    trial.image_auroc = scores.images.auroc(once);
    trial.pixel_auroc = scores.cells.auroc(once);
    trial.unsteadiness = scores.unsteadiness;
    trial.reached = std::isfinite(merit_of(trial));
    if (trial.reached) return {};
    return make_error(ErrorCode::internal, "the search's drawn defects cover no cell");
  }

  // Whether the gain over the defaults holds with the parts drawn anew.
  bool is_proven(const TrialScores& scores) const {
    const auto gain = [&](const stats::ResampleCounts& drawn) {
      return scores.merit(drawn[0]) - defaults_.merit(drawn[0]);
    };
    return stats::bootstrap_interval({part_count_}, gain, {.resamples = 200, .confidence = kConfidence}).low >= 0;
  }

  const TrainConfig& base_;
  const std::shared_ptr<const Image>& reference_;
  const std::filesystem::path& scratch_;
  const int threads_;
  Clock& clock_;
  const ProgressFunction& progress_;
  std::vector<const TrainingPicture*> pictures_;
  std::vector<int> folds_;
  std::vector<std::size_t> part_numbers_;  // of each picture, from 0
  std::size_t part_count_ = 0;
  std::string key_;  // of the feature graph that views_ come from
  std::vector<Views> views_;
  TrialScores defaults_;
};

}  // namespace

Result<SearchOutcome> search_settings(const TrainingSet& set, const TrainConfig& base,
                                      const std::shared_ptr<const Image>& reference,
                                      const std::filesystem::path& scratch, double budget_s, int threads, Clock& clock,
                                      const ProgressFunction& progress) {
  return Search(set, base, reference, scratch, threads, clock, progress).run(budget_s);
}

std::string trials_to_json(const SearchOutcome& outcome, double budget_s) {
  std::string text = fmt::format(
      "{{\n \"schema\": \"lineguard.trials/1\",\n \"budget_s\": {},\n \"chosen\": \"{}\",\n "
      "\"trials\": [",
      budget_s, outcome.note);
  for (std::size_t i = 0; i < outcome.trials.size(); ++i) {
    const Trial& trial = outcome.trials[i];
    text += fmt::format("{}\n  {{\"name\": \"{}\", \"reached\": {}", i ? "," : "", trial.name, trial.reached);
    if (trial.reached) {
      text += fmt::format(
          ", \"image_auroc\": {:.6f}, \"pixel_auroc\": {:.6f}, \"unsteadiness\": {:.4f}, \"seconds\": {:.2f}",
          trial.image_auroc, trial.pixel_auroc, trial.unsteadiness, trial.seconds);
    }
    text += "}";
  }
  return text + "\n ]\n}\n";
}

}  // namespace lineguard::detector
