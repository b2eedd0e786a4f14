// UnchangedFiles: while one lives, the files that it names give every reader the same bytes, or an error. Work that
// hashes pictures and reads them more than once holds one, so that what was hashed is what was used.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard {

// For the whole process: read_file(), read_text_file() and sha256_hex_of_file() take the SHA-256 of what they read of
// these files, whoever calls them, and hold it against that of the first time. A file that gives other bytes is
// corrupt_data, with its name. Several may live at once. Thread-safe.
class UnchangedFiles {
 public:
  explicit UnchangedFiles(const std::vector<std::filesystem::path>& files);
  ~UnchangedFiles();
  UnchangedFiles(const UnchangedFiles&) = delete;
  UnchangedFiles& operator=(const UnchangedFiles&) = delete;

  // The first file that was found changed, or unreadable after it had been read, even where the reader went on without
  // it. Call it before the result of the work is kept.
  Result<void> check() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace lineguard
