// One pass over all pictures of a set: what the checks of their content compare.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/features/feature_extractor.h>
#include <lineguard/features/matrix.h>

namespace lineguard::verify {

inline constexpr int kRegions = 16;  // a side

// Of the pictures that decode, a row each.
struct Contents {
  std::vector<std::size_t> decoded;  // samples
  features::Matrix embeddings;       // pooled layers of the backbone, projected to fewer directions
  features::Matrix regions;          // mean gray of kRegions x kRegions areas
  features::Matrix details;          // same_part.h
  std::vector<std::string> pixels;   // their digests: equal ones are check_dataset()'s to find
};

// The backbone's layers as the installed one gives them; 16-bit pictures by the window that the set's own values say.
// Its graph is written to `folder`. Errors: those of finding and loading the backbone.
Result<features::FeatureExtractor> load_extractor(const dataset::Dataset& dataset, const std::filesystem::path& folder,
                                                  int threads);

// Errors: those of the extractor; pictures that don't decode are left out.
Result<Contents> read_contents(const dataset::Dataset& dataset, const features::FeatureExtractor& extractor,
                               int threads, const ProgressFunction& progress);

}  // namespace lineguard::verify
