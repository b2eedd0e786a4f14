#include "content_features.h"

#include "same_part.h"

#include <cmath>
#include <mutex>
#include <random>

#include <lineguard/core/digest.h>
#include <lineguard/core/parallel.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/installed_backbone.h>
#include <lineguard/features/picture_facts.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::verify {
using namespace features;
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kDimensions = 192;  // of an embedding
constexpr int kInputPx = 256, kGridStride = 16;

Matrix sign_projection(std::size_t from, std::size_t to) {
  Matrix projection(from, to);
  std::mt19937_64 random(1);
  const float unit = 1 / std::sqrt(static_cast<float>(to));
  for (float& value : projection.values) value = (random() & 1) ? unit : -unit;
  return projection;
}

// Made once the number of layers' channels is known; the same whichever picture comes first.
class Projecting {
 public:
  std::vector<float> project(const Matrix& pooled) {
    std::call_once(once_, [&] { projection_ = sign_projection(pooled.columns, kDimensions); });
    std::vector<float> embedding(kDimensions, 0);
    for (std::size_t k = 0; k < pooled.columns; ++k) {
      for (std::size_t d = 0; d < kDimensions; ++d) embedding[d] += pooled.values[k] * projection_.row(k)[d];
    }
    return embedding;
  }

 private:
  std::once_flag once_;
  Matrix projection_;
};

std::vector<float> regions_of(const Image& gray) {
  std::vector<float> levels;
  const Image small = imaging::resize(gray, {kRegions, kRegions});
  for (const std::byte level : small.bytes()) levels.push_back(static_cast<float>(std::to_integer<int>(level)));
  return levels;
}

Matrix rows_of(const std::vector<std::size_t>& chosen, const std::vector<std::vector<float>>& all) {
  Matrix rows(chosen.size(), chosen.empty() ? 0 : all[chosen[0]].size());
  for (std::size_t row = 0; row < rows.rows; ++row) std::ranges::copy(all[chosen[row]], rows.row(row).begin());
  return rows;
}

// 16-bit pictures hardly ever use all of their range.
imaging::DepthWindow window_of(const dataset::Dataset& dataset) {
  std::vector<fs::path> files;
  for (const dataset::Sample& sample : dataset.samples) {
    if (sample.label != Label::defective) files.push_back(sample.image);
  }
  const auto window = read_picture_facts(files).window;
  return window ? *window : imaging::DepthWindow{};
}

}  // namespace

Result<FeatureExtractor> load_extractor(const dataset::Dataset& dataset, const fs::path& folder, int threads) {
  Backbone backbone;
  LINEGUARD_ASSIGN(backbone.file, find_installed_backbone());
  FeatureLayout layout{.input_px = kInputPx, .grid_cells = kInputPx / kGridStride};
  layout.pooled_taps = {"tap4", "tap8", "tap16", "tap32"};
  LINEGUARD_TRY(write_feature_graph(backbone, layout, folder / "features.xml"));
  return FeatureExtractor::load(folder / "features.xml", {kInputPx, window_of(dataset), {}}, threads);
}

Result<Contents> read_contents(const dataset::Dataset& dataset, const FeatureExtractor& extractor, int threads,
                               const ProgressFunction& progress) {
  const std::size_t total = dataset.samples.size();
  std::vector<std::vector<float>> pooled(total), regions(total), details(total);
  std::vector<std::string> pixels(total);
  std::mutex mutex;
  std::size_t done = 0;
  Projecting projecting;
  LINEGUARD_TRY(parallel_for(total, threads, [&](std::size_t i) -> Result<void> {
    if (const auto image = imaging::decode_file(dataset.samples[i].image)) {
      LINEGUARD_ASSIGN(const Features features, extractor.extract_all(prepare_tile(*image, extractor.preprocessing())));
      pooled[i] = projecting.project(features.pooled);
      const Image gray = imaging::to_gray(imaging::to_8_bit(*image, extractor.preprocessing().window));
      details[i] = detail_of(gray);
      regions[i] = regions_of(gray);
      pixels[i] = sha256_hex(image->bytes());
    }
    std::lock_guard lock(mutex);
    if (progress) progress("reading pictures", ++done, total);
    return {};
  }));
  Contents contents;
  for (std::size_t i = 0; i < total; ++i) {
    if (pooled[i].empty()) continue;
    contents.decoded.push_back(i);
    contents.pixels.push_back(std::move(pixels[i]));
  }
  contents.embeddings = rows_of(contents.decoded, pooled);
  contents.regions = rows_of(contents.decoded, regions);
  contents.details = rows_of(contents.decoded, details);
  return contents;
}

}  // namespace lineguard::verify
