#include "patches.h"

#include "preprocess.h"

#include <utility>

namespace lineguard::detector {

FeatureExtractor::FeatureExtractor(infer::Network network, package::Preprocessing preprocessing)
    : network_(std::move(network)), preprocessing_(preprocessing) {}

Result<FeatureExtractor> FeatureExtractor::load(const std::filesystem::path& feature_graph,
                                                const package::Preprocessing& preprocessing, int parallel) {
  infer::NetworkOptions options;
  options.parallel_requests = parallel;
  LINEGUARD_ASSIGN(infer::Network network, infer::Network::load(feature_graph, options));
  return FeatureExtractor(std::move(network), preprocessing);
}

Result<Matrix> FeatureExtractor::extract(const Image& image) const {
  const auto tile = prepare_tile(image, preprocessing_);
  const std::int64_t side = preprocessing_.input_px;
  LINEGUARD_ASSIGN(auto outputs, network_.run(tile, {1, side, side, 3}));
  const infer::Tensor& patches = outputs.at(0);
  Matrix matrix;
  matrix.rows = static_cast<std::size_t>(patches.shape.at(1));
  matrix.columns = static_cast<std::size_t>(patches.shape.at(2));
  matrix.values = std::move(outputs.at(0).values);
  return matrix;
}

}  // namespace lineguard::detector
