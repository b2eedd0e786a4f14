#include "good_distances.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <random>

#include <lineguard/core/parallel.h>
#include <lineguard/detector/map_score.h>
#include <lineguard/detector/random_choice.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::verify {
using namespace features;
using namespace detector;
namespace {

constexpr std::size_t kMostPatches = 150'000;
constexpr int kBankSize = 1000, kTopCells = 3;

Result<Matrix> patches_of(const LabelledPicture& picture, const FeatureExtractor& extractor) {
  LINEGUARD_ASSIGN(const Image image, imaging::decode_file(picture.sample->image));
  LINEGUARD_ASSIGN(Features features, extractor.extract(image));
  return std::move(features.patches);
}

Matrix random_rows(const Matrix& patches, std::size_t count, std::size_t picture) {
  std::vector<std::size_t> rows(patches.rows);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::mt19937_64 random(picture);
  keep_random(rows, count, random);
  return take_rows(patches, rows);
}

Head fit_head(const std::vector<LabelledPicture>& pictures, const std::vector<Matrix>& patches, int left_out_fold) {
  Matrix others;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].good() && pictures[i].fold != left_out_fold) append_rows(others, patches[i]);
  }
  Head head;
  head.top_cells = kTopCells;
  if (others.rows > 0) head.bank = fit_bank(others, {.size = kBankSize});
  return head;
}

}  // namespace

Result<std::vector<double>> distances_from_good(const std::vector<LabelledPicture>& pictures, int folds,
                                                const FeatureExtractor& extractor, int threads,
                                                const ProgressFunction& progress) {
  const auto good = static_cast<std::size_t>(std::ranges::count_if(pictures, &LabelledPicture::good));
  const std::size_t quota = std::max<std::size_t>(1, kMostPatches / std::max<std::size_t>(1, good));
  std::vector<Matrix> patches(pictures.size());  // of good pictures
  std::vector<Head> heads(static_cast<std::size_t>(folds));
  std::vector<double> distances(pictures.size());
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(pictures.size(), threads, [&](std::size_t i) -> Result<void> {
    if (!pictures[i].good()) return {};
    LINEGUARD_ASSIGN(patches[i], patches_of(pictures[i], extractor));
    if (patches[i].rows > quota) patches[i] = random_rows(patches[i], quota, i);
    return {};
  }));
  LINEGUARD_TRY(parallel_for(heads.size(), threads, [&](std::size_t fold) -> Result<void> {
    heads[fold] = fit_head(pictures, patches, static_cast<int>(fold));
    return {};
  }));
  LINEGUARD_TRY(parallel_for(pictures.size(), threads, [&](std::size_t i) -> Result<void> {
    Head head = heads[static_cast<std::size_t>(pictures[i].fold)];
    LINEGUARD_ASSIGN(const Matrix own, patches_of(pictures[i], extractor));
    head.grid_cells = static_cast<int>(std::lround(std::sqrt(static_cast<double>(own.rows))));
    distances[i] = score_by_nearest(head, own).score;
    std::lock_guard lock(mutex);
    if (progress) progress("comparing with good pictures", ++done, pictures.size());
    return {};
  }));
  return distances;
}

}  // namespace lineguard::verify
