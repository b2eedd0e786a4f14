// Golden pictures: a few training pictures, and synthetic defects in them, with the scores that they have now.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/package/contents.h>

namespace lineguard::detector {

struct GoldenSource {
  std::filesystem::path picture;
  std::optional<std::filesystem::path> twin;
};

// `folder` holds the network and the operating point. Writes golden/ and leaves a manifest whose digest still lacks the
// spread; returns the spread: highest minus lowest score.
Result<double> write_golden_pictures(const std::filesystem::path& folder, const package::Manifest& manifest,
                                     const std::vector<GoldenSource>& good_pictures);

// The same for golden pictures that are there: only their scores are made anew.
Result<double> score_golden_pictures(const std::filesystem::path& folder, const package::Manifest& manifest);

// A golden picture of a package, with its template where it has one, decoded. Errors: corrupt_data, too_large
// (limits.h).
Result<Capture> golden_capture(const package::PackageContents& contents, const package::GoldenPicture& picture);

}  // namespace lineguard::detector
