#include "picture_facts.h"

#include <algorithm>

#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/depth_window.h>

namespace lineguard::detector {
namespace {

constexpr std::size_t kMostPictures = 20;

}  // namespace

PictureFacts look_at(const std::vector<std::filesystem::path>& files) {
  PictureFacts facts;
  imaging::ValueCounts counts;
  const std::size_t shown = std::min(files.size(), kMostPictures);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto image = imaging::decode_file(files[i * files.size() / shown]);
    if (!image) continue;
    facts.longest_side_px = std::max({facts.longest_side_px, image->width_px(), image->height_px()});
    if (image->depth() == PixelDepth::u16) counts.add(*image);
  }
  if (!counts.empty()) facts.window = imaging::window_of(counts);
  return facts;
}

}  // namespace lineguard::detector
