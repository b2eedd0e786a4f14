// What the functions that read files report to UnchangedFiles.
#pragma once

#include <filesystem>
#include <string>

#include <lineguard/core/result.h>

namespace lineguard {

// Whether some UnchangedFiles names the file; costs nothing while there is none.
bool is_watched(const std::filesystem::path& file);
// `digest`: SHA-256 of all bytes that were read, or why they could not be. Errors: corrupt_data where the file was
// another at its first reading.
Result<void> note_read(const std::filesystem::path& file, const Result<std::string>& digest);

}  // namespace lineguard
