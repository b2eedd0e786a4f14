// What parsers accept at most: the one place where depth, length and count are bounded. A file or message beyond a
// limit is refused with `too_large` before memory or stack are spent on it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lineguard::limits {

// A text with nested values: JSON, TOML, XML, YAML.
struct Nesting {
  std::size_t bytes = 0;
  std::size_t depth = 0;   // values inside values; a plain value has depth 0
  std::size_t values = 0;  // of all kinds together
};

inline constexpr Nesting kMessageJson{64u << 20, 16, 4'000'000};     // an answer or a status, of another process
inline constexpr Nesting kDatasetJson{512u << 20, 64, 100'000'000};  // annotations of a data set
inline constexpr Nesting kRecordJson{1u << 20, 16, 100'000};         // one event's payload
inline constexpr Nesting kToml{4u << 20, 16, 400'000};               // configurations, manifests
inline constexpr Nesting kXml{64u << 20, 64, 4'000'000};
inline constexpr Nesting kYaml{1u << 20, 16, 50'000};  // lists of class names: its library is slow

inline constexpr std::size_t kCsvLineBytes = 1u << 20;  // of a field
inline constexpr std::size_t kCsvColumns = 1024;
inline constexpr std::size_t kCsvRows = 5'000'000;

// A package of one model version.
inline constexpr std::uint64_t kPackageBytes = 1ull << 30;  // of all files that are read
inline constexpr std::size_t kPackageFiles = 512;
inline constexpr std::size_t kGoldenPictures = 64;
inline constexpr std::int64_t kGoldenPixels = 64'000'000;  // of one
inline constexpr std::int64_t kGoldenTiles = 8192;         // of all together: each is one run of the network
inline constexpr std::int64_t kPictureTiles = 65'536;      // that one picture may fall into

// A network, before it is compiled.
inline constexpr std::size_t kNetworkOperations = 50'000;
inline constexpr std::uint64_t kTensorBytes = 1ull << 30;  // of one layer's output
inline constexpr double kNetworkMultiplications = 1e12;    // of one run, estimated from the shapes

// Lists with an entry a line: names of classes, pictures of a split, boxes of a picture.
inline constexpr std::size_t kListBytes = 64u << 20;
inline constexpr std::size_t kListLineBytes = 1u << 20;
inline constexpr std::size_t kListLines = 2'000'000;

inline constexpr std::size_t kDatasetFiles = 5'000'000;  // in a data set's folder

// One picture: by its area and by its sides, since each row and column costs something of its own.
inline constexpr std::int64_t kPicturePixels = 100'000'000;
inline constexpr int kPictureSide_px = 65'535;
inline constexpr std::uint64_t kPictureFileBytes = 256ull << 20;

}  // namespace lineguard::limits
