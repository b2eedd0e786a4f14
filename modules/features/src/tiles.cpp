#include <algorithm>
#include <cmath>
#include <limits>

#include <lineguard/features/tiles.h>

namespace lineguard::features {
namespace {

struct Span {
  int from = 0, length = 0;
};

int count_spans(int length, int tile, double overlap) {
  if (length <= tile) return 1;
  const double step = std::max(1.0, tile * (1 - overlap));
  return 1 + static_cast<int>(std::ceil((length - tile) / step));
}

// As few spans of `tile` as overlap enough, spread evenly from end to end.
std::vector<Span> spans_of(int from, int length, int tile, double overlap) {
  const int count = count_spans(length, tile, overlap);
  if (count == 1) return {{from, length}};
  std::vector<Span> spans;
  for (int i = 0; i < count; ++i) {
    const double at = static_cast<double>(i) * (length - tile) / (count - 1);
    spans.push_back({from + static_cast<int>(std::lround(at)), tile});
  }
  return spans;
}

}  // namespace

std::int64_t count_tiles(const imaging::Preprocessing& preprocessing, Size picture) {
  if (preprocessing.tile_px == 0) return 1;
  const PixelRect area = region_of_interest(preprocessing, picture);
  const auto count = [&](int length) {
    return std::int64_t{count_spans(length, preprocessing.tile_px, preprocessing.tile_overlap)};
  };
  return count(area.size.height_px) * count(area.size.width_px);
}

std::vector<PixelRect> lay_tiles(const imaging::Preprocessing& preprocessing, Size picture) {
  const PixelRect area = region_of_interest(preprocessing, picture);
  if (preprocessing.tile_px == 0) return {area};
  std::vector<PixelRect> tiles;
  const double overlap = preprocessing.tile_overlap;
  for (const Span& rows : spans_of(area.y, area.size.height_px, preprocessing.tile_px, overlap)) {
    for (const Span& columns : spans_of(area.x, area.size.width_px, preprocessing.tile_px, overlap))
      tiles.push_back({columns.from, rows.from, {columns.length, rows.length}});
  }
  return tiles;
}

FloatMap merge_tiles(const std::vector<PixelRect>& tiles, const std::vector<std::vector<float>>& maps,
                     const PixelRect& area) {
  const int grid = static_cast<int>(std::lround(std::sqrt(static_cast<double>(maps.at(0).size()))));
  if (tiles.size() == 1) return {{grid, grid}, maps[0]};
  const double cell_x = static_cast<double>(tiles[0].size.width_px) / grid;
  const double cell_y = static_cast<double>(tiles[0].size.height_px) / grid;
  const Size cells{static_cast<int>(std::ceil(area.size.width_px / cell_x)),
                   static_cast<int>(std::ceil(area.size.height_px / cell_y))};
  FloatMap merged{cells, std::vector<float>(static_cast<std::size_t>(cells.width_px) * cells.height_px,
                                            -std::numeric_limits<float>::max())};
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    const double left = (tiles[t].x - area.x) / cell_x, top = (tiles[t].y - area.y) / cell_y;
    // Every cell of the whole whose area the tile touches takes the tile's cell at its middle.
    const int first_x = std::max(0, static_cast<int>(std::floor(left))),
              first_y = std::max(0, static_cast<int>(std::floor(top)));
    const int last_x = std::min(cells.width_px - 1, static_cast<int>(std::ceil(left + grid)) - 1);
    const int last_y = std::min(cells.height_px - 1, static_cast<int>(std::ceil(top + grid)) - 1);
    for (int y = first_y; y <= last_y; ++y) {
      for (int x = first_x; x <= last_x; ++x) {
        const int own_x = std::clamp(static_cast<int>(std::floor(x + 0.5 - left)), 0, grid - 1);
        const int own_y = std::clamp(static_cast<int>(std::floor(y + 0.5 - top)), 0, grid - 1);
        float& value = merged.values[static_cast<std::size_t>(y) * cells.width_px + x];
        value = std::max(value, maps[t][static_cast<std::size_t>(own_y) * grid + own_x]);
      }
    }
  }
  return merged;
}

}  // namespace lineguard::features
