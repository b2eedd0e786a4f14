#include <algorithm>
#include <cmath>
#include <numeric>

#include <lineguard/features/preprocess.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::features {
namespace {

// Where area `index` of `count` ends that share `length` pixels.
int end_of_area(int index, int count, int length) {
  return (index + 1) * length / count;
}

double mean_of(const Image& gray, int left, int top, int right, int bottom) {
  std::uint64_t sum = 0;
  for (int y = top; y < bottom; ++y) {
    const auto row = gray.row_u8(y).subspan(static_cast<std::size_t>(left), static_cast<std::size_t>(right - left));
    sum = std::accumulate(row.begin(), row.end(), sum);
  }
  return static_cast<double>(sum) / ((right - left) * (bottom - top));
}

// One more row: the mean of each area in two bytes, whole gray levels and 256ths, and zeros.
void append_brightness(const Image& gray, std::vector<std::uint8_t>& tile) {
  const std::size_t end = tile.size() + static_cast<std::size_t>(gray.width_px()) * 3;
  const auto end_x = [&](int area) { return end_of_area(area, kBrightnessAreas, gray.width_px()); };
  const auto end_y = [&](int area) { return end_of_area(area, kBrightnessAreas, gray.height_px()); };
  for (int y = 0; y < kBrightnessAreas; ++y) {
    for (int x = 0; x < kBrightnessAreas; ++x) {
      const auto level = std::lround(256 * mean_of(gray, end_x(x - 1), end_y(y - 1), end_x(x), end_y(y)));
      tile.push_back(static_cast<std::uint8_t>(level / 256));
      tile.push_back(static_cast<std::uint8_t>(level % 256));
    }
  }
  tile.resize(end);
}

std::vector<std::uint8_t> tile_of_one_input(const Image& image, const PixelRect& rect,
                                            const imaging::Preprocessing& preprocessing) {
  const Size side{preprocessing.input_px, preprocessing.input_px};
  const auto shrink = [&](const Image& part) {  // a picture of 8 bits is not copied first
    constexpr auto kArea = imaging::Interpolation::area;
    if (part.depth() == PixelDepth::u8) return imaging::resize(part, side, kArea);
    return imaging::resize(imaging::to_8_bit(part, preprocessing.window), side, kArea);
  };
  const bool whole = rect.size == image.size();
  // Resized before gray becomes colour: a third of the work.
  const Image small = whole ? shrink(image) : shrink(imaging::crop(image, rect.x, rect.y, rect.size));
  const Image tile = imaging::to_rgb(imaging::even_out(small, preprocessing.lighting));
  const auto bytes = tile.bytes();
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::vector<std::uint8_t> out;
  out.reserve(bytes.size() + static_cast<std::size_t>(side.width_px) * 3);
  out.assign(first, first + bytes.size());
  if (preprocessing.brightness) append_brightness(imaging::to_gray(small), out);
  return out;
}

}  // namespace

PixelRect region_of_interest(const imaging::Preprocessing& preprocessing, Size picture) {
  if (!preprocessing.roi) return {0, 0, picture};
  const Box& roi = *preprocessing.roi;
  const auto to_pixels = [](double fraction, int length) { return static_cast<int>(std::lround(fraction * length)); };
  const int x = std::clamp(to_pixels(roi.x, picture.width_px), 0, picture.width_px - 1);
  const int y = std::clamp(to_pixels(roi.y, picture.height_px), 0, picture.height_px - 1);
  return {x,
          y,
          {std::clamp(to_pixels(roi.width, picture.width_px), 1, picture.width_px - x),
           std::clamp(to_pixels(roi.height, picture.height_px), 1, picture.height_px - y)}};
}

bool middle_inside(const Box& box, const PixelRect& area) {
  const double x = box.x + box.width / 2, y = box.y + box.height / 2;
  return x >= area.x && y >= area.y && x <= area.x + area.size.width_px && y <= area.y + area.size.height_px;
}

std::size_t input_count(const imaging::Preprocessing& preprocessing) {
  return 1 + preprocessing.further_inputs.size();
}

imaging::Preprocessing of_input(const imaging::Preprocessing& preprocessing, std::size_t index) {
  imaging::Preprocessing one = preprocessing;
  one.further_inputs.clear();
  if (index == 0) return one;
  const imaging::ModelInput& input = preprocessing.further_inputs.at(index - 1);
  one.input_px = input.input_px;
  one.lighting = input.lighting;
  one.brightness = false;
  return one;
}

std::vector<std::int64_t> tile_shape(const imaging::Preprocessing& preprocessing) {
  const auto shape_of = [](const imaging::Preprocessing& one) -> std::vector<std::int64_t> {
    return {1, one.input_px + (one.brightness ? 1 : 0), one.input_px, 3};
  };
  if (preprocessing.further_inputs.empty()) return shape_of(preprocessing);
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < input_count(preprocessing); ++i) {
    const auto shape = shape_of(of_input(preprocessing, i));
    bytes += shape[1] * shape[2] * shape[3];
  }
  return {1, bytes};
}

std::vector<std::uint8_t> prepare_tile(const Image& image, const imaging::Preprocessing& preprocessing) {
  return prepare_tile(image, region_of_interest(preprocessing, image.size()), preprocessing);
}

std::vector<std::uint8_t> prepare_tile(const Image& image, const PixelRect& rect,
                                       const imaging::Preprocessing& preprocessing) {
  std::vector<std::uint8_t> tile = tile_of_one_input(image, rect, of_input(preprocessing, 0));
  for (std::size_t i = 1; i < input_count(preprocessing); ++i) {
    const auto further = tile_of_one_input(image, rect, of_input(preprocessing, i));
    tile.insert(tile.end(), further.begin(), further.end());
  }
  return tile;
}

}  // namespace lineguard::features
