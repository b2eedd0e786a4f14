// A package's files in memory. Each file is read once; the digest is taken over those bytes and everything that runs is
// made from them, so that what was verified is what runs (docs/adr/0032).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/package/package.h>
#include <lineguard/package/ruled_point.h>

namespace lineguard::package {

// What tells cheaply that a file may have been written since.
struct FileStamp {
  std::uint64_t bytes = 0, inode = 0;
  std::int64_t changed_ns = 0;  // the later of modification and change of its entry
  bool operator==(const FileStamp&) const = default;
};

struct PackageContents {
  std::filesystem::path folder;  // where it was read; for messages
  // By name relative to the folder, with '/'. All files but those in acceptance/ and search/, which nothing runs from.
  std::map<std::string, std::shared_ptr<const Bytes>, std::less<>> files;
  std::map<std::string, FileStamp, std::less<>> stamps;

  // Errors: corrupt_data where there is no such file.
  Result<std::shared_ptr<const Bytes>> file(std::string_view name) const;
  Result<std::string_view> text(std::string_view name) const;  // of the same bytes; valid as long as they are
};

// Reads each file once. Errors: not_found (no package), corrupt_data (a link, pipe, device or anything that is no
// regular file), too_large (limits.h: files, bytes), permission_denied, io_error.
Result<PackageContents> read_contents(const std::filesystem::path& folder);

// As the functions of package.h and ruled_point.h of that name, from memory.
Result<Manifest> read_manifest(const PackageContents& contents);
Result<std::vector<GoldenPicture>> read_golden(const PackageContents& contents);
Result<RuledPoint> read_ruled_point(const PackageContents& contents, const std::string& id);
Result<std::string> compute_digest(const PackageContents& contents);
Result<void> verify_digest(const PackageContents& contents, const Manifest& manifest);

// The manifest of contents whose digest is right: the beginning of everything that uses a package.
Result<Manifest> verify(const PackageContents& contents);

// Whether the files that a package was read from are still what they were, while it runs from memory. Looks at sizes,
// inodes and times only; files of which these differ are hashed again. Not thread-safe.
class DiskWatch {
 public:
  // `operating_point`: the one in use; others may come and go.
  DiskWatch(const PackageContents& contents, const std::string& operating_point);

  // What is different now, in words; empty: nothing.
  std::string find_change();

 private:
  struct Known {
    FileStamp stamp;
    std::string digest;
  };
  std::filesystem::path folder_;
  std::string operating_point_file_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace lineguard::package
