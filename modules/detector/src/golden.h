// Golden pictures: a few training pictures, and synthetic defects in them, with the scores that they have now.
#pragma once

#include <filesystem>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/package/package.h>

namespace lineguard::detector {

// `folder` holds the network and the operating point. Writes golden/ and leaves a manifest whose digest still lacks the
// spread; returns the spread: highest minus lowest score.
Result<double> write_golden_pictures(const std::filesystem::path& folder, const package::Manifest& manifest,
                                     const std::vector<std::filesystem::path>& good_pictures);

}  // namespace lineguard::detector
