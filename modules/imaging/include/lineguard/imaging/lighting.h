// Evening out a picture's lighting, so that a lamp that ages, a shadow or a vignette looks less like a defect.
#pragma once

#include <string_view>

#include <lineguard/core/image.h>

namespace lineguard::imaging {

enum class Lighting {
  as_it_is,
  flat,           // divided by its surroundings' mean: flat-field correction from the picture itself
  local_contrast  // the surroundings' mean taken away and divided by their deviation
};
std::string_view to_string(Lighting lighting);         // "as-it-is", "flat", "local-contrast"
Lighting lighting_from_string(std::string_view text);  // as_it_is for any other

// Of an 8-bit picture with 1 or 3 channels, each on its own. Surroundings are a Gaussian whose sigma is an eighth of
// the longer side. The same size and channels; values are rounded and cut off at 0 and 255. Thread-safe.
Image even_out(const Image& image, Lighting lighting);

}  // namespace lineguard::imaging
