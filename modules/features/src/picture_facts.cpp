#include <algorithm>

#include <lineguard/features/picture_facts.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/depth_window.h>

namespace lineguard::features {
namespace {

constexpr std::size_t kMostPictures = 20;

}  // namespace

PictureFacts read_picture_facts(const std::vector<std::filesystem::path>& files) {
  PictureFacts facts;
  imaging::ValueCounts counts;
  bool flat = false, deep = false;
  const std::size_t shown = std::min(files.size(), kMostPictures);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto image = imaging::decode_file(files[i * files.size() / shown]);
    if (!image) continue;
    facts.longest_side_px = std::max({facts.longest_side_px, image->width_px(), image->height_px()});
    (image->depth() == PixelDepth::u16 ? deep : flat) = true;
    if (image->depth() == PixelDepth::u16) counts.add(*image);
  }
  if (deep != flat) facts.depth_bits = deep ? 16 : 8;
  if (!counts.empty()) facts.window = imaging::window_of(counts);
  return facts;
}

}  // namespace lineguard::features
