// Pictures for people: boxes and heat maps drawn over the part.
#pragma once

#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>

namespace lineguard::imaging {

using Outlines = std::vector<std::vector<Point>>;  // closed, in pixels

struct OverlayStyle {
  double map_low = 0;        // map values up to here stay transparent (usually a fraction of the pixel threshold)
  double map_high = 1;       // from here on full colour; > map_low
  double opacity = 0.5;      // of the heat colours, yellow to red, 0 to 1
  bool draw_regions = true;  // box, polygon, class and score of each region, in light blue
  Outlines truth;            // where people drew defects: in green, over the regions
};

// The outer borders of what is not zero on an 8-bit mask of one channel.
Outlines outlines_of(const Image& mask);

// `image` (any depth and channels) as 8-bit RGB with the heat map and regions over it; `map` may be null, else it has
// the image's size.
Image draw_overlay(const Image& image, const FloatMap* map, const std::vector<Region>& regions,
                   const OverlayStyle& style);

}  // namespace lineguard::imaging
