#include "pixels.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/dataset/mask.h>
#include <lineguard/imaging/outline.h>
#include <lineguard/imaging/properties.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::evaluation {
namespace {

// `shrunk` says how much of each cell is defective: 255 all of it.
std::vector<std::uint8_t> defective_cells(const Image& shrunk) {
  constexpr std::byte kHalf{128};
  const auto cells = shrunk.bytes();
  const auto [count, place_of] = imaging::find_components(shrunk);
  std::vector<std::byte> most(count + 1);  // of a cell of each place
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::byte& known = most[static_cast<std::size_t>(place_of[i])];
    known = std::max(known, cells[i]);
  }
  std::vector<std::uint8_t> flags(cells.size(), 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool thin = place_of[i] > 0 && most[static_cast<std::size_t>(place_of[i])] < kHalf;
    flags[i] = thin || cells[i] >= kHalf;
  }
  return flags;
}

// Shrunk; a cell in which a marked pixel's centre lies is not rounded to none of it, however large the cell is.
Image share_of_cells(const Image& flags, Size grid) {
  Image shrunk = imaging::resize(flags, grid);
  const auto cell = [](std::size_t at, int cells, int px) {
    return (2 * at + 1) * static_cast<std::size_t>(cells) / (2 * static_cast<std::size_t>(px));
  };
  for (int y = 0; y < flags.height_px(); ++y) {
    const auto row = flags.row_u8(y);
    const auto cells =
        shrunk.row_u8(static_cast<int>(cell(static_cast<std::size_t>(y), grid.height_px, flags.height_px())));
    for (std::size_t x = 0; x < row.size(); ++x) {
      if (row[x] == 0) continue;
      std::uint8_t& share = cells[cell(x, grid.width_px, flags.width_px())];
      share = std::max<std::uint8_t>(share, 1);
    }
  }
  return shrunk;
}

bool marks_nothing(const Image& mask) {
  return std::ranges::all_of(mask.bytes(), [](std::byte byte) { return byte == std::byte{0}; });
}

Result<Image> painted(const dataset::Sample& sample, Size picture) {
  Image mask(picture, 1);
  for (const dataset::LabelledBox& object : sample.boxes) {
    for (const dataset::Outline& outline : object.outlines) imaging::fill_outline(mask, outline);
  }
  if (marks_nothing(mask))
    return make_error(ErrorCode::invalid_argument, sample.name + ": its outlines enclose no pixel of the picture");
  return mask;
}

}  // namespace

Result<Image> read_mask(const dataset::Sample& sample, Size picture) {
  LINEGUARD_ASSIGN(Image mask, dataset::read_mask(sample));
  const std::filesystem::path& file = *sample.mask;
  if (mask.size() != picture) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{}: the mask is {} x {}, its picture {} x {}", file.string(), mask.width_px(),
                                  mask.height_px(), picture.width_px, picture.height_px));
  }
  if (marks_nothing(mask))
    return make_error(ErrorCode::invalid_argument, file.string() + ": the mask marks no pixel of a defective picture");
  return mask;
}

bool outlines_its_defects(const dataset::Sample& sample) {
  if (sample.label != Label::defective) return false;
  const auto has_outline = [](const dataset::LabelledBox& object) { return !object.outlines.empty(); };
  return sample.mask || (!sample.boxes.empty() && std::ranges::all_of(sample.boxes, has_outline));
}

Result<std::optional<GridPair>> on_grid(const FloatMap& map, const dataset::Sample& sample, int grid_px) {
  if (sample.label != Label::good && !outlines_its_defects(sample)) return std::optional<GridPair>();
  const Size grid = imaging::size_within(map.size, grid_px);
  GridPair pair;
  if (sample.label == Label::defective) {
    LINEGUARD_ASSIGN(const Image mask, sample.mask ? read_mask(sample, map.size) : painted(sample, map.size));
    pair.mask = defective_cells(share_of_cells(imaging::non_zero(mask), grid));
  }
  pair.map = grid == map.size ? map : imaging::resize_map(map, grid);
  return std::optional<GridPair>(std::move(pair));
}

}  // namespace lineguard::evaluation
