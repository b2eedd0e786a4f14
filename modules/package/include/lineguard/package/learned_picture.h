// What a package keeps of each picture that it learned from, so that no test takes it, its near-duplicate or another
// picture of its part for new: learned.csv, covered by the package's digest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>

namespace lineguard::package {

inline constexpr int kLookSide = 16;

struct LearnedPicture {
  std::string digest;              // SHA-256 of its file
  std::string part;                // SHA-256 of its part's name; empty where nothing names the part
  std::vector<std::uint8_t> look;  // mean gray of kLookSide x kLookSide areas; empty where it could not be decoded
  bool operator==(const LearnedPicture&) const = default;
};

std::vector<std::uint8_t> look_of(const Image& image);

// SHA-256 of the part's name. Empty for one that is only the file's own name, as a data set has it where nothing names
// parts: other sets have files of that name, too.
std::string part_digest(const std::filesystem::path& file, const std::string& part);

// `part` is the name of its part, as part_digest() takes it. A file that can't be decoded has no look. Errors: those of
// reading the file.
Result<LearnedPicture> describe_picture(const std::filesystem::path& file, const std::string& part);

// Empty where the package is older than the file. Errors: corrupt_data, with file and line.
Result<std::vector<LearnedPicture>> read_learned_pictures(const std::filesystem::path& package);
Result<void> write_learned_pictures(const std::filesystem::path& package, const std::vector<LearnedPicture>& pictures);

}  // namespace lineguard::package
