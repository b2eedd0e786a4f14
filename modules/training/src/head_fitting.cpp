#include "head_fitting.h"

#include "fixed_settings.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include <lineguard/core/parallel.h>
#include <lineguard/detector/bank.h>

namespace lineguard::training {
namespace {

constexpr std::size_t kFewestDefectPictures = 10;  // in all, for a head that judges whole pictures
constexpr std::size_t kLookNetworks = 3;
constexpr std::size_t kFewestLooks = 800;  // fewer teach nothing that their cells do not know
constexpr int kAll = -1;                   // no fold is left out

// Rows of features with values to fit to them.
struct Pairs {
  Matrix x, y;
};

Matrix one_hot(const std::vector<int>& targets, std::size_t outputs) {
  Matrix matrix(targets.size(), outputs);
  for (std::size_t i = 0; i < targets.size(); ++i) matrix.row(i)[static_cast<std::size_t>(targets[i])] = 1;
  return matrix;
}

// In every fold's complement, too: heads of some folds alone could not be ranked together.
bool has_enough_defects(const TrainingSet& set) {
  std::set<int> folds;
  for (const TrainingPicture& picture : set.pictures) {
    if (!picture.good()) folds.insert(picture.fold);
  }
  return set.pictures.size() - set.good_count() >= kFewestDefectPictures && folds.size() >= 2;
}

class Fitting {
 public:
  Fitting(const TrainingSet& set, const std::vector<LabelledPicture>& samples, const TrainConfig& config,
          std::size_t classes, bool boxes)
      : set_(set), samples_(samples), classes_(classes), boxes_(boxes), judges_pictures_(has_enough_defects(set)) {
    options_.hidden = kLabelHidden;
    options_.members = config.label_members;
    options_.epochs = config.label_epochs;
    options_.seed = static_cast<std::uint64_t>(config.seed);
  }

  Heads fit(int left_out) const {
    Heads heads;
    heads.patch = fit_patch(left_out);
    if (heads.patch && boxes_) heads.sides = fit_sides(left_out);
    heads.picture = fit_picture(left_out);
    return heads;
  }

 private:
  template <typename Use>
  void each_sample(int left_out, Use use) const {
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      if (set_.pictures[i].fold != left_out) use(samples_[i], set_.pictures[i]);
    }
  }

  std::optional<Mlp> fit_patch(int left_out) const {
    Matrix cells;
    std::vector<int> targets;
    each_sample(left_out, [&](const LabelledPicture& sample, const TrainingPicture&) {
      append_rows(cells, sample.cells);
      targets.insert(targets.end(), sample.targets.begin(), sample.targets.end());
    });
    const bool shows_defects = std::ranges::any_of(targets, [](int target) { return target > 0; });
    if (!shows_defects) return {};
    return fit_mlp(cells, one_hot(targets, 1 + classes_), options_);
  }

  std::optional<Mlp> fit_sides(int left_out) const {
    Pairs pairs;
    each_sample(left_out, [&](const LabelledPicture& sample, const TrainingPicture&) {
      std::vector<std::size_t> rows;
      for (std::size_t row = 0; row < sample.sides.rows; ++row) {
        if (sample.targets[row] > 0 && !std::isnan(sample.sides.row(row)[0])) rows.push_back(row);
      }
      append_rows(pairs.x, take_rows(sample.cells, rows));
      append_rows(pairs.y, take_rows(sample.sides, rows));
    });
    if (pairs.x.rows == 0) return {};
    MlpOptions options = options_;
    options.learns = Learns::values;
    return fit_mlp(pairs.x, pairs.y, options);
  }

  std::optional<KernelRidge> fit_picture(int left_out) const {
    if (!judges_pictures_) return {};
    Matrix pooled;
    std::vector<double> values;
    each_sample(left_out, [&](const LabelledPicture& sample, const TrainingPicture& picture) {
      append_rows(pooled, sample.pooled);
      values.push_back(2 * defect_probability(picture) - 1);
    });
    return fit_kernel_ridge(pooled, values, options_.seed);
  }

  const TrainingSet& set_;
  const std::vector<LabelledPicture>& samples_;
  const std::size_t classes_;
  const bool boxes_;
  const bool judges_pictures_;  // by all folds' heads or by none: their scores are ranked together
  MlpOptions options_;
};

}  // namespace

Result<std::vector<Heads>> fit_heads(const TrainingSet& set, const std::vector<LabelledPicture>& samples,
                                     const std::vector<std::string>& classes, bool boxes, const TrainingWork& work) {
  const TrainConfig& config = work.config;
  const Fitting fitting(set, samples, config, classes.size(), boxes);
  std::vector<int> left_out{kAll};
  for (int fold = 0; fold < config.folds; ++fold) {
    if (set.fold_calibrates(fold)) left_out.push_back(fold);
  }
  std::vector<Heads> heads(static_cast<std::size_t>(config.folds) + 1);
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(left_out.size(), work.threads, [&](std::size_t i) -> Result<void> {
    heads[static_cast<std::size_t>(left_out[i] + 1)] = fitting.fit(left_out[i]);
    std::lock_guard lock(mutex);
    if (work.progress) work.progress("training on labels", ++done, left_out.size());
    return {};
  }));
  return heads;
}

Result<std::vector<BoxClassifier>> fit_box_classifiers(const std::vector<LabelledPicture>& samples,
                                                       const TrainConfig& config, std::size_t classes, int threads) {
  Matrix looks;
  std::vector<int> targets;
  for (const LabelledPicture& sample : samples) {
    append_rows(looks, sample.looks);
    targets.insert(targets.end(), sample.look_targets.begin(), sample.look_targets.end());
  }
  std::vector<BoxClassifier> networks;
  if (looks.rows < kFewestLooks) return networks;
  const Matrix wanted = one_hot(targets, classes);
  networks.resize(kLookNetworks);
  LINEGUARD_TRY(parallel_for(kLookNetworks, threads, [&](std::size_t i) -> Result<void> {
    BoxClassifierOptions options;
    options.seed = static_cast<std::uint64_t>(config.seed) * kLookNetworks + i;
    networks[i] = fit_box_classifier(looks, wanted, options);
    return {};
  }));
  return networks;
}

}  // namespace lineguard::training
