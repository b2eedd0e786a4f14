// Releases: a person allows a package's operating point on a recipe, or takes that back. Signed documents in
// acceptance/releases/, numbered without a gap and each naming the one before by its digest; the newest for a point and
// a recipe counts. Who can write the folder can remove the newest ones: where that matters, keep the head's digest
// elsewhere, as the station's record does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/signature.h>

namespace lineguard::package {

struct Release {
  std::int64_t number = 0;  // from 1; given by append_release()
  bool allowed = true;      // false: revoked
  std::string package_name, package_digest;
  std::int64_t package_version = 0;
  std::string operating_point, operating_point_digest;
  std::string recipe;             // id that it holds for
  std::string by, reason, at;     // a person, in words, UTC
  std::string acceptance_digest;  // SHA-256 of the acceptance report that it rests on; empty for a revocation
  std::string previous;           // SHA-256 of the document before; empty for the first
  std::string key_id, key_name;   // who signed; set by reading
};

// Appends it, numbered and chained. Errors: invalid_argument for an empty name, reason or recipe; those of reading what
// is there.
Result<Release> append_release(const std::filesystem::path& package, Release release, const SigningKey& key,
                               const std::vector<PublicKey>& trusted);

// In order. Errors: corrupt_data (changed, out of order, one is missing), refused (not a trusted key), naming the file.
Result<std::vector<Release>> read_releases(const std::filesystem::path& package, const std::vector<PublicKey>& trusted);

// What a station asks before it runs: refused, in words, unless this package's point is allowed on the recipe, and
// neither was changed since. Errors also those of read_releases() and read_operating_point().
struct ReleaseQuestion {
  std::string package_digest, operating_point, recipe;
};
Result<Release> check_released(const std::filesystem::path& package, const ReleaseQuestion& asked,
                               const std::vector<PublicKey>& trusted);

inline constexpr const char* kReleaseSchema = "lineguard.release/1";

}  // namespace lineguard::package
