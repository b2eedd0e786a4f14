// The first byte says which file of a package the rest is; the others are right ones. All are read from memory, or
// refused as damage, with numbers in their ranges.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <lineguard/core/check.h>
#include <lineguard/core/limits.h>
#include <lineguard/package/contents.h>

using namespace lineguard;

namespace {

constexpr const char* kFiles[] = {"manifest.toml", "golden/scores.toml", "operating_points/default.toml",
                                  "files.sha256"};

std::shared_ptr<const Bytes> bytes_of(std::span<const std::uint8_t> data) {
  const auto bytes = std::as_bytes(data);
  return std::make_shared<const Bytes>(bytes.begin(), bytes.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  package::PackageContents contents;
  contents.folder = "package";
  for (const char* name : kFiles) contents.files[name] = bytes_of({});
  contents.files[kFiles[data[0] % std::size(kFiles)]] = bytes_of({data + 1, size - 1});
  const auto manifest = package::read_manifest(contents);
  if (manifest) {
    LINEGUARD_CHECK(manifest->preprocessing.tile_px == 0 || manifest->preprocessing.tile_px >= 32, "tiles are bounded");
    LINEGUARD_CHECK(std::isfinite(manifest->region_threshold), "levels are numbers");
  }
  const auto golden = package::read_golden(contents);
  if (golden) LINEGUARD_CHECK(golden->size() <= limits::kGoldenPictures, "golden pictures are bounded");
  const auto point = package::read_ruled_point(contents, "default");
  if (point) LINEGUARD_CHECK(std::isfinite(point->point.threshold), "a threshold is a number");
  if (const auto verified = package::verify(contents); verified) LINEGUARD_CHECK(manifest.ok(), "verified is read");
  return 0;
}
