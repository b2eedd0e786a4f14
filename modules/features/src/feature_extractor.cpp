#include <utility>

#include <lineguard/features/feature_extractor.h>
#include <lineguard/features/tiles.h>

namespace lineguard::features {

FeatureExtractor::FeatureExtractor(infer::Network network, imaging::Preprocessing preprocessing)
    : network_(std::move(network)), preprocessing_(std::move(preprocessing)) {}

Result<FeatureExtractor> FeatureExtractor::load(const std::filesystem::path& feature_graph,
                                                const imaging::Preprocessing& preprocessing, int parallel) {
  infer::NetworkOptions options;
  options.parallel_requests = parallel;
  LINEGUARD_ASSIGN(infer::Network network, infer::Network::load(feature_graph, options));
  return FeatureExtractor(std::move(network), preprocessing);
}

Result<Features> FeatureExtractor::extract(const Image& image) const {
  Features all;
  for (const PixelRect& rect : lay_tiles(preprocessing_, image.size())) {
    LINEGUARD_ASSIGN(Features features, extract_all(prepare_tile(image, rect, preprocessing_)));
    append_rows(all.patches, features.patches);
    all.brightness = std::move(features.brightness);
  }
  return all;
}

Result<Features> FeatureExtractor::extract_all(const std::vector<std::uint8_t>& tile) const {
  LINEGUARD_ASSIGN(auto outputs, network_.run(tile, tile_shape(preprocessing_)));
  Features features;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = network_.outputs()[i].name;
    Matrix& matrix = name == "dense"        ? features.dense
                     : name == "pooled"     ? features.pooled
                     : name == "brightness" ? features.brightness
                                            : features.patches;
    const auto& shape = outputs[i].shape;
    matrix.columns = static_cast<std::size_t>(shape.back());
    matrix.rows = outputs[i].values.size() / matrix.columns;
    matrix.values = std::move(outputs[i].values);
  }
  return features;
}

}  // namespace lineguard::features
