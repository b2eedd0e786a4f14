#include "pixels.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::evaluation {
namespace {

Size grid_of(Size size, int grid_px) {
  const double scale = std::min(1.0, static_cast<double>(grid_px) / std::max(size.width_px, size.height_px));
  const auto side = [&](int px) { return std::max(1, static_cast<int>(std::lround(px * scale))); };
  return {side(size.width_px), side(size.height_px)};
}

Result<std::vector<std::uint8_t>> mask_on_grid(const std::filesystem::path& file, Size picture, Size grid) {
  LINEGUARD_ASSIGN(const Image mask, imaging::decode_file(file));
  if (mask.size() != picture) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{}: the mask is {} x {}, its picture {} x {}", file.string(), mask.width_px(),
                                  mask.height_px(), picture.width_px, picture.height_px));
  }
  const Image shrunk = imaging::resize(imaging::non_zero(mask), grid);
  const auto cells = shrunk.bytes();
  const auto most = std::ranges::max_element(cells);
  const auto least = *most < std::byte{128} ? std::byte{1} : std::byte{128};
  std::vector<std::uint8_t> flags;
  flags.reserve(cells.size());
  for (const std::byte cell : cells) flags.push_back(cell >= least);
  return flags;
}

}  // namespace

Result<std::optional<GridPair>> on_grid(const FloatMap& map, const dataset::Sample& sample, int grid_px) {
  const bool says_where = sample.label == Label::good || (sample.label == Label::defective && sample.mask);
  if (!says_where) return std::optional<GridPair>();
  const Size grid = grid_of(map.size, grid_px);
  GridPair pair;
  if (sample.label == Label::defective) {
    LINEGUARD_ASSIGN(pair.mask, mask_on_grid(*sample.mask, map.size, grid));
  }
  pair.map = grid == map.size ? map : imaging::resize_map(map, grid);
  return std::optional<GridPair>(std::move(pair));
}

}  // namespace lineguard::evaluation
