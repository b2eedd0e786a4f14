// Whether a file lies on a disk of this machine. Only there are locks those of the kernel, and what fsync returned for
// is still there after a power loss; network and user-space file systems promise neither.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <lineguard/core/result.h>

namespace lineguard::store {

// statfs(2)'s f_type of the file system that holds `folder`. Errors: those of statfs.
using FileSystemType = std::function<Result<std::uint32_t>(const std::filesystem::path& folder)>;
Result<std::uint32_t> file_system_type(const std::filesystem::path& folder);

// `file` need not be there yet, nor its folders. Errors: unsupported, naming the file system and what is allowed
// instead; those of statfs.
Result<void> require_local_disk(const std::filesystem::path& file, const FileSystemType& type_of = file_system_type);

// What a person should know of a place that is allowed, in words: a memory file system is empty after a power loss.
// Empty: nothing.
std::string warning_of_place(const std::filesystem::path& file, const FileSystemType& type_of = file_system_type);

}  // namespace lineguard::store
