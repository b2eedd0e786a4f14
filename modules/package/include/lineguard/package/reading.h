// reading.toml in a package: how the pictures that it learned from were read, where their files leave that open
// (imaging/reading.h), so that all who use it read alike. Covered by the package's digest.
#pragma once

#include <filesystem>

#include <lineguard/core/result.h>
#include <lineguard/imaging/reading.h>
#include <lineguard/package/contents.h>

namespace lineguard::package {

// Empty where the package has no such file. Errors: corrupt_data.
Result<imaging::Reading> read_reading(const PackageContents& contents);
Result<imaging::Reading> read_reading(const std::filesystem::path& package);

// Before the manifest is written. Writes nothing of an empty reading.
Result<void> write_reading(const std::filesystem::path& package, const imaging::Reading& reading);

}  // namespace lineguard::package
