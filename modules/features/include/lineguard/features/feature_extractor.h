// Features of pictures: the feature graph, ready to run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/features/matrix.h>
#include <lineguard/imaging/preprocessing.h>
#include <lineguard/infer/network.h>

namespace lineguard::features {

// What the feature graph gives for one tile; what it has no output for is empty.
struct Features {
  Matrix patches;     // [cells, channels]
  Matrix dense;       // [dense cells, dense channels]
  Matrix pooled;      // [1, pooled channels]
  Matrix brightness;  // [1, areas]
};

// The feature graph, ready to run. Thread-safe.
class FeatureExtractor {
 public:
  // One core an inference, so that the features do not depend on the number of threads; `parallel` of them at once.
  static Result<FeatureExtractor> load(const std::filesystem::path& feature_graph,
                                       const imaging::Preprocessing& preprocessing, int parallel);
  // Of one picture: the patches of its tiles, one after the other, and the brightness of the last.
  Result<Features> extract(const Image& image) const;
  // Everything there is of a tile that prepare_tile() made.
  Result<Features> extract_all(const std::vector<std::uint8_t>& tile) const;
  const imaging::Preprocessing& preprocessing() const { return preprocessing_; }

 private:
  FeatureExtractor(infer::Network network, imaging::Preprocessing preprocessing);
  infer::Network network_;
  imaging::Preprocessing preprocessing_;
};

}  // namespace lineguard::features
