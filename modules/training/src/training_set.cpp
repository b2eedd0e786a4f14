#include "training_set.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <numeric>
#include <random>

#include <lineguard/core/digest.h>
#include <lineguard/core/parallel.h>
#include <lineguard/dataset/folds.h>
#include <lineguard/detector/bank.h>
#include <lineguard/detector/random_choice.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/features/tiles.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::training {
namespace {

std::uint64_t seed_for(const std::string& name, std::uint64_t seed) {
  return std::stoull(sha256_hex(std::to_string(seed) + "\n" + name).substr(0, 16), nullptr, 16);
}

Matrix random_rows(const Matrix& matrix, std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> rows(matrix.rows);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::mt19937_64 random(seed);
  keep_random(rows, count, random);
  std::ranges::sort(rows);
  return take_rows(matrix, rows);
}

}  // namespace

double defect_probability(const TrainingPicture& picture) {
  const double experts = picture.sample ? picture.sample->defect_probability : 0;
  if (!picture.cut && experts > 0 && experts < 1) return experts;
  return picture.good() ? 0 : 1;
}

Result<Image> read_for_training(const TrainingPicture& picture, const imaging::Preprocessing& preprocessing) {
  const auto read = [&] { return read_picture(picture.file, picture.twin, preprocessing); };
  if (!picture.cut) return read();
  const PixelRect& rect = picture.cut->rect;
  // One file may be a part's picture here and a template there.
  const std::string name = picture.file.string() + '\n' + (picture.twin ? picture.twin->string() : "");
  LINEGUARD_ASSIGN(const auto image, picture.cut->recent->get(name, read));
  return imaging::crop(*image, rect.x, rect.y, rect.size);
}

Shown shown_by(const TrainingPicture& picture, const Image& image, const imaging::Preprocessing& preprocessing) {
  Shown shown{image.size(), region_of_interest(preprocessing, image.size()), {}};
  if (picture.cut) shown = {picture.cut->picture, picture.cut->rect, picture.cut->recent};
  shown.area.x += static_cast<int>(picture.shift.x);
  shown.area.y += static_cast<int>(picture.shift.y);
  return shown;
}

std::size_t TrainingSet::good_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(pictures, &TrainingPicture::good));
}

std::set<std::string> TrainingSet::parts(bool of_good_ones_alone) const {
  std::set<std::string> parts;
  for (const TrainingPicture& picture : pictures) {
    if (picture.good() || !of_good_ones_alone) parts.insert(picture.sample->part);
  }
  return parts;
}

Matrix TrainingSet::gather(int left_out_fold) const {
  Matrix all;
  for (const TrainingPicture& picture : pictures) {
    if (picture.fold == left_out_fold || !picture.good()) continue;
    all.rows += picture.patches.rows;
    all.columns = picture.patches.columns;
  }
  all.values.reserve(all.rows * all.columns);
  for (const TrainingPicture& picture : pictures) {
    if (picture.fold == left_out_fold || !picture.good()) continue;
    all.values.insert(all.values.end(), picture.patches.values.begin(), picture.patches.values.end());
  }
  return all;
}

Matrix TrainingSet::gather_brightness(int left_out_fold) const {
  Matrix all;
  for (const TrainingPicture& picture : pictures) {
    if (picture.fold != left_out_fold && picture.good()) append_rows(all, picture.brightness);
  }
  return all;
}

void deal_folds(TrainingSet& set, int folds, std::uint64_t seed) {
  std::vector<dataset::FoldedPicture> pictures;
  for (const TrainingPicture& picture : set.pictures) pictures.push_back({picture.sample->part, picture.good()});
  const auto dealt = dataset::deal_folds(pictures, folds, seed);
  for (std::size_t i = 0; i < dealt.size(); ++i) set.pictures[i].fold = dealt[i];
}

Result<void> extract_patches(TrainingSet& set, const FeatureExtractor& extractor, int reservoir_patches,
                             std::uint64_t seed, int threads, const ProgressFunction& progress) {
  const std::size_t good = std::max<std::size_t>(1, set.good_count());
  const std::size_t quota = std::max<std::size_t>(1, static_cast<std::size_t>(reservoir_patches) / good);
  std::atomic<bool> complete{true};
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(set.pictures.size(), threads, [&](std::size_t i) -> Result<void> {
    TrainingPicture& picture = set.pictures[i];
    if (!picture.good()) return {};
    LINEGUARD_ASSIGN(const Image image, read_for_training(picture, extractor.preprocessing()));
    picture.size = image.size();
    LINEGUARD_ASSIGN(Features features, extractor.extract(image));
    picture.patches = std::move(features.patches);
    if (features.brightness.rows > 0) picture.brightness = std::move(features.brightness);
    if (picture.patches.rows > quota) {
      picture.patches = random_rows(picture.patches, quota, seed_for(picture.name, seed));
      complete = false;
    }
    std::lock_guard lock(mutex);
    if (progress) progress("extracting features", ++done, set.pictures.size());
    return {};
  }));
  set.complete = complete;
  return {};
}

}  // namespace lineguard::training
