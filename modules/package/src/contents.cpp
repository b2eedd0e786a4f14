#include "damage.h"
#include "outside_digest.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <sys/stat.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>
#include <lineguard/package/contents.h>

namespace lineguard::package {
namespace fs = std::filesystem;
namespace {

constexpr int kDeepest = 4;  // folders inside folders

std::string shown(const fs::path& path) {
  return on_one_line(path.string());
}

// Whether nothing runs from it: neither read nor part of the digest.
bool is_left_alone(const fs::path& relative) {
  const std::string first = relative.begin()->string();
  return first == "acceptance" || first == "search";
}

Error no_regular_file(const fs::path& path) {
  return make_error(ErrorCode::corrupt_data,
                    shown(path) + ": a package holds files and folders only, no links, pipes or devices");
}

// Reads the folder's files one after the other, within the limits.
class ContentsReader {
 public:
  explicit ContentsReader(const fs::path& folder) { contents_.folder = folder; }

  Result<PackageContents> run() {
    std::error_code code;
    fs::recursive_directory_iterator it(contents_.folder, code), end;
    for (; !code && it != end; it.increment(code)) {
      const fs::path relative = it->path().lexically_relative(contents_.folder);
      if (is_left_alone(relative)) {
        it.disable_recursion_pending();
        continue;
      }
      if (it.depth() > kDeepest || ++entries_ > limits::kPackageFiles) return too_many();
      LINEGUARD_TRY(take(*it, relative));
    }
    if (code) return error_from_errno(code.value(), "cannot read the package " + shown(contents_.folder));
    return std::move(contents_);
  }

 private:
  Error too_many() const {
    return make_error(ErrorCode::too_large,
                      fmt::format("{}: more than {} files, or folders more than {} deep: this is no package",
                                  shown(contents_.folder), limits::kPackageFiles, kDeepest));
  }

  Result<void> take(const fs::directory_entry& entry, const fs::path& relative) {
    std::error_code code;
    const auto type = entry.symlink_status(code).type();
    if (type == fs::file_type::directory) return {};
    if (code || type != fs::file_type::regular) return no_regular_file(entry.path());
    const FileStamp stamp = stamp_of(entry.path());  // before it is read: a later write shows
    LINEGUARD_ASSIGN(Bytes bytes, as_damage(read_file(entry.path(), limits::kPackageBytes - bytes_)));
    bytes_ += bytes.size();
    const std::string name = relative.generic_string();
    contents_.stamps[name] = stamp;
    contents_.files[name] = std::make_shared<const Bytes>(std::move(bytes));
    return {};
  }

  PackageContents contents_;
  std::size_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

FileStamp stamp_of(const fs::path& file) {
  struct stat status {};
  if (lstat(file.c_str(), &status) != 0) return {};
  const auto ns = [](const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
  return {static_cast<std::uint64_t>(status.st_size), status.st_ino, std::max(ns(status.st_mtim), ns(status.st_ctim))};
}

Result<std::shared_ptr<const Bytes>> PackageContents::file(std::string_view name) const {
  const auto found = files.find(name);
  if (found != files.end()) return found->second;
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("{}: the package has no {}", shown(folder), on_one_line(name)));
}

Result<std::string_view> PackageContents::text(std::string_view name) const {
  LINEGUARD_ASSIGN(const auto bytes, file(name));
  return std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

Result<PackageContents> read_contents(const fs::path& folder) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) return make_error(ErrorCode::not_found, shown(folder) + " is no folder");
  try {
    return ContentsReader(folder).run();
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::unavailable, shown(folder) + ": not enough memory to read it");
  }
}

Result<Manifest> verify(const PackageContents& contents) {
  LINEGUARD_ASSIGN(Manifest manifest, read_manifest(contents));
  LINEGUARD_TRY(verify_digest(contents, manifest));
  return manifest;
}

}  // namespace lineguard::package
