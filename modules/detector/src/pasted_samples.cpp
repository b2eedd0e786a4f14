#include "pasted_samples.h"

#include "bank.h"
#include "cell_labels.h"
#include "dihedral.h"
#include "pasted_defects.h"
#include "preprocess.h"

#include <algorithm>
#include <mutex>
#include <random>

#include <lineguard/core/parallel.h>

namespace lineguard::detector {
namespace {

constexpr std::size_t kMostDonors = 50;  // of a fold, so that memory does not grow with the set

class Paster {
 public:
  Paster(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
         const std::vector<std::string>& classes, int dense_cells, std::size_t quota)
      : set_(set),
        extractor_(extractor),
        config_(config),
        classes_(classes),
        dense_cells_(dense_cells),
        quota_(quota) {}

  Result<void> paste(int threads, const ProgressFunction& progress, std::vector<LabelledPicture>& labelled) const {
    std::vector<std::vector<Donor>> donors(static_cast<std::size_t>(config_.folds));
    for (const TrainingPicture& picture : set_.pictures) {
      auto& of_fold = donors[static_cast<std::size_t>(picture.fold)];
      if (picture.good() || !outlined(*picture.sample) || of_fold.size() >= kMostDonors) continue;
      LINEGUARD_ASSIGN(Donor donor, read_donor(picture));
      if (std::ranges::any_of(donor.labels, [](int label) { return label > 0; })) of_fold.push_back(std::move(donor));
    }
    std::vector<std::size_t> hosts;
    for (std::size_t i = 0; i < set_.pictures.size(); ++i) {
      const TrainingPicture& picture = set_.pictures[i];
      if (picture.good() && !donors[static_cast<std::size_t>(picture.fold)].empty()) hosts.push_back(i);
    }
    std::mutex mutex;
    std::size_t done = 0;
    const auto wanted = static_cast<std::size_t>(config_.label_pasted);
    return parallel_for(hosts.size(), threads, [&](std::size_t h) -> Result<void> {
      const std::size_t i = hosts[h], times = wanted * (h + 1) / hosts.size() - wanted * h / hosts.size();
      std::mt19937_64 random(static_cast<std::uint64_t>(config_.seed) * 1'000'003 + set_.pictures.size() + i);
      const auto& of_fold = donors[static_cast<std::size_t>(set_.pictures[i].fold)];
      LINEGUARD_TRY(paste_into(set_.pictures[i], of_fold, times, random, labelled[i]));
      std::lock_guard lock(mutex);
      if (progress) progress("pasting defects", ++done, hosts.size());
      return {};
    });
  }

 private:
  static bool outlined(const dataset::Sample& sample) {
    const auto drawn = [](const dataset::LabelledBox& box) { return !box.outlines.empty(); };
    return sample.mask || std::ranges::any_of(sample.boxes, drawn);
  }

  Result<Donor> read_donor(const TrainingPicture& picture) const {
    LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor_.preprocessing()));
    const Shown shown = shown_by(picture, image, extractor_.preprocessing());
    Donor donor{prepare_tile(image, extractor_.preprocessing()), {}};
    LINEGUARD_ASSIGN(donor.labels, label_cells(*picture.sample, shown, classes_, config_.input_px));
    return donor;
  }

  Result<void> paste_into(const TrainingPicture& host, const std::vector<Donor>& donors, std::size_t times,
                          std::mt19937_64& random, LabelledPicture& labelled) const {
    if (times == 0) return {};
    LINEGUARD_ASSIGN(const Image image, read_for_training(host, extractor_.preprocessing()));
    const auto tile = prepare_tile(image, extractor_.preprocessing());
    const int side = config_.input_px;
    for (std::size_t i = 0; i < times; ++i) {
      const auto way = static_cast<int>(random() % 8);
      const Pasted pasted = paste_defects(turned(tile, side, 3, way), donors, side, dense_cells_, random);
      LINEGUARD_ASSIGN(const Features features, extractor_.extract_all(pasted.tile));
      const auto chosen = choose_cells(pasted.cells, quota_, random);
      append_rows(labelled.cells, take_rows(features.dense, chosen));
      for (const std::size_t cell : chosen) labelled.targets.push_back(pasted.cells[cell]);
    }
    return {};
  }

  const TrainingSet& set_;
  const FeatureExtractor& extractor_;
  const TrainConfig& config_;
  const std::vector<std::string>& classes_;
  const int dense_cells_;
  const std::size_t quota_;
};

}  // namespace

Result<void> add_pasted(const TrainingSet& set, const FeatureExtractor& extractor, const TrainConfig& config,
                        const std::vector<std::string>& classes, int dense_cells, std::size_t quota, int threads,
                        const ProgressFunction& progress, std::vector<LabelledPicture>& labelled) {
  return Paster(set, extractor, config, classes, dense_cells, quota).paste(threads, progress, labelled);
}

}  // namespace lineguard::detector
