// Writing to an open descriptor.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include <lineguard/core/result.h>

namespace lineguard {

// Writes all of `content` where the descriptor stands, going on after interruptions. `file` is for the message.
// Thread-safe for different descriptors. Errors: those of write().
Result<void> write_all(int descriptor, std::span<const std::byte> content, const std::filesystem::path& file);

}  // namespace lineguard
