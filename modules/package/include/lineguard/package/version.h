#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lineguard::package {
// "models/tiles-3" -> "tiles": the folder's name without a trailing version number.
std::string default_name(const std::filesystem::path& out);
// One more than the highest version of that name among the packages beside `out`; 1 where there is none.
std::int64_t next_version(const std::filesystem::path& out, const std::string& name);
}  // namespace lineguard::package
