// A file of SHA-256 digests, one a line.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include <lineguard/core/result.h>

namespace lineguard::package {

std::string list_of_digests(const std::set<std::string>& digests);
// Errors: corrupt_data, with file and line.
Result<std::set<std::string>> parse_digests(const std::string& text, const std::filesystem::path& file);

}  // namespace lineguard::package
