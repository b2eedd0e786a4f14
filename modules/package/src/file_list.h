// files.sha256 in a package: the digest of each file, as `sha256sum -c` reads it. The package's digest says that
// something was changed, the list says what.
#pragma once

#include <filesystem>
#include <string_view>

#include <lineguard/core/result.h>

namespace lineguard::package {

inline constexpr std::string_view kFileList = "files.sha256";

// Of every file that the package's digest covers but the manifest, which is written last.
Result<void> write_file_list(const std::filesystem::path& package);

}  // namespace lineguard::package
