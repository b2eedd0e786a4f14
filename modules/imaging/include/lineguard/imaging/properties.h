// What a picture looks like in a few numbers: for shortcuts between look and label, and for figures by look. Pure
// functions; REQUIRES a non-empty image throughout.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging {

struct PictureProperties {
  double brightness = 0;  // mean, 0 to 255 (16-bit pictures are scaled down)
  double contrast = 0;    // standard deviation of gray, 0 to 127.5
  double warmth = 0;      // mean of red less mean of blue, -255 to 255: moves with the lamp's colour; gray has 0
  double sharpness = 0;   // standard deviation of the Laplacian of gray: falls when the focus is lost
};

// Measured on the picture shrunk to at most 512 px a side, so that a larger camera does not look less sharp.
PictureProperties measure_properties(const Image& image);

// The connected parts (8 neighbours) of a mask's non-zero pixels.
struct Components {
  std::size_t count = 0;
  std::vector<int> labels;  // of each pixel, row by row: 0 outside, else 1 to count, from top to bottom
};
Components find_components(const Image& mask);

// Bounding boxes of the connected parts (8 neighbours) of a mask's non-zero pixels, from top to bottom; nothing where
// there are more than `most`. Memory is that of six bytes a pixel, however many parts there are.
std::optional<std::vector<Box>> component_boxes(const Image& mask, std::size_t most);

}  // namespace lineguard::imaging
