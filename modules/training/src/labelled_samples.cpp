#include "labelled_samples.h"

#include "box_cells.h"
#include "cell_labels.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <random>

#include <lineguard/core/parallel.h>
#include <lineguard/detector/bank.h>
#include <lineguard/detector/box_pixels.h>
#include <lineguard/detector/random_choice.h>
#include <lineguard/features/dihedral.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::training {
namespace {

constexpr double kMostMoved = 0.1;  // of a box's side, each side of it
constexpr int kLooksOfBox = 4;
constexpr std::size_t kMostBoxesOfPicture = 16, kMostBoxesOfSet = 10'000;  // that are looked at

// `sides`: of all cells, or of none.
void append_sides(const std::vector<float>& sides, const std::vector<std::size_t>& cells, Matrix& into) {
  for (const std::size_t cell : cells) {
    for (std::size_t k = 0; k < kSides; ++k)
      into.values.push_back(sides.empty() ? std::numeric_limits<float>::quiet_NaN() : sides[kSides * cell + k]);
  }
  into.rows += cells.size();
  into.columns = kSides;
}

// A little off, as predicted boxes are.
Box moved(const Box& box, std::mt19937_64& random) {
  const auto share = [&random] { return kMostMoved * between(-1, 1, random); };
  const double left = share() * box.width, top = share() * box.height;
  const double right = share() * box.width, bottom = share() * box.height;
  return {box.x + left, box.y + top, box.width + right - left, box.height + bottom - top};
}

void append_row(const std::vector<float>& row, Matrix& into) {
  into.values.insert(into.values.end(), row.begin(), row.end());
  into.columns = row.size();
  ++into.rows;
}

// What is taken of each picture.
struct Bounds {
  bool boxes = false;         // the defects are boxes that people drew
  int dense_cells = 0;        // a side
  std::size_t rows = 0;       // most cells
  std::size_t looked_at = 0;  // most boxes
};

class Collector {
 public:
  Collector(const FeatureExtractor& extractor, const TrainConfig& config, const std::vector<std::string>& classes,
            const Bounds& bounds)
      : extractor_(extractor),
        config_(config),
        classes_(classes),
        boxes_(bounds.boxes),
        dense_cells_(bounds.dense_cells),
        quota_(bounds.rows),
        looked_at_(bounds.looked_at) {}

  Result<LabelledPicture> collect(const TrainingPicture& picture, std::uint64_t seed) const {
    LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor_.preprocessing()));
    const auto tile = prepare_tile(image, extractor_.preprocessing());
    LabelledPicture labelled;
    const Shown shown = shown_by(picture, image, extractor_.preprocessing());
    CellTargets targets;
    if (!classes_.empty() && has_location(*picture.sample)) {
      LINEGUARD_ASSIGN(targets, target_cells(*picture.sample, shown, classes_, boxes_, dense_cells_));
      // An empty mask of a defective picture says nothing; least of all that every cell is good.
      const bool shows = std::ranges::any_of(targets.labels, [](int label) { return label > 0; });
      if (!shows && !picture.good()) targets.labels.clear();
    }
    if (boxes_ && !picture.good())
      add_looks(tile, boxes_in_tile(*picture.sample, shown.area, classes_), seed, labelled);
    std::mt19937_64 random(seed);
    const int ways = targets.labels.empty() ? 1 : config_.label_turns;  // the turned ones teach the cells alone
    for (int way = 0; way < ways; ++way) LINEGUARD_TRY(add_way(tile, targets, way, random, labelled));
    labelled.labels = std::move(targets.labels);
    return labelled;
  }

 private:
  void add_looks(const std::vector<std::uint8_t>& tile, const std::vector<DrawnBox>& boxes, std::uint64_t seed,
                 LabelledPicture& labelled) const {
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < std::min(boxes.size(), looked_at_); ++i) {
      for (int times = 0; times < kLooksOfBox; ++times) {
        append_row(box_pixels(tile, extractor_.preprocessing().input_px, moved(boxes[i].box, random)), labelled.looks);
        labelled.look_targets.push_back(static_cast<int>(boxes[i].class_index));
      }
    }
  }

  Result<void> add_way(const std::vector<std::uint8_t>& tile, const CellTargets& plain, int way,
                       std::mt19937_64& random, LabelledPicture& labelled) const {
    const int side = extractor_.preprocessing().input_px;
    LINEGUARD_ASSIGN(const Features features, extractor_.extract_all(turned(tile, side, 3, way)));
    if (way == 0) append_rows(labelled.pooled, features.pooled);
    if (plain.labels.empty()) return {};
    const auto targets = turned(plain.labels, dense_cells_, 1, way);
    const auto chosen = choose_cells(targets, quota_, random);
    append_rows(labelled.cells, take_rows(features.dense, chosen));
    for (const std::size_t cell : chosen) labelled.targets.push_back(targets[cell]);
    if (boxes_) append_sides(turned_sides(plain.sides, dense_cells_, way), chosen, labelled.sides);
    return {};
  }

  const FeatureExtractor& extractor_;
  const TrainConfig& config_;
  const std::vector<std::string>& classes_;
  const bool boxes_;
  const int dense_cells_;
  const std::size_t quota_;
  const std::size_t looked_at_;  // most boxes of a picture
};

}  // namespace

Result<std::vector<LabelledPicture>> collect_labelled(const TrainingSet& set, const FeatureExtractor& extractor,
                                                      const std::vector<std::string>& classes, bool boxes,
                                                      int dense_cells, const TrainingWork& work) {
  const TrainConfig& config = work.config;
  const std::size_t tiles = set.pictures.size() * static_cast<std::size_t>(config.label_turns);
  const auto all = static_cast<std::size_t>(config.label_cells);
  const auto quota = std::clamp<std::size_t>(all / tiles, 2, 300);
  const auto looked_at = std::clamp<std::size_t>(kMostBoxesOfSet / set.pictures.size(), 1, kMostBoxesOfPicture);
  const Collector collector(extractor, config, classes, {boxes, dense_cells, quota, looked_at});
  std::vector<LabelledPicture> labelled(set.pictures.size());
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(set.pictures.size(), work.threads, [&](std::size_t i) -> Result<void> {
    LINEGUARD_ASSIGN(labelled[i],
                     collector.collect(set.pictures[i], static_cast<std::uint64_t>(config.seed) * 1'000'003 + i));
    std::lock_guard lock(mutex);
    if (work.progress) work.progress("reading labels", ++done, set.pictures.size());
    return {};
  }));
  return labelled;
}

}  // namespace lineguard::training
