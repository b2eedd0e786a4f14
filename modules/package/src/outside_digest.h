#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <lineguard/package/contents.h>

namespace lineguard::package {

// Whether the package's digest leaves the file out: operating points carry digests of their own.
bool outside_digest(const std::filesystem::path& relative);

// All zero where there is no such file.
FileStamp stamp_of(const std::filesystem::path& file);

// SHA-256 of a file as the package's digest takes it: of the manifest without its own digest line.
std::string digest_of_file(std::string_view name, std::span<const std::byte> bytes);

}  // namespace lineguard::package
