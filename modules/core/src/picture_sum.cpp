#include <lineguard/core/checksum.h>
#include <lineguard/core/picture_sum.h>

namespace lineguard {

PictureSum sum_of(const View& view) {
  if (const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&view.content)) {
    return {view.name, (*encoded)->size(), xxh3(**encoded)};
  }
  const Image& image = *std::get<std::shared_ptr<const Image>>(view.content);
  const std::array<std::int32_t, 4> format = {image.width_px(), image.height_px(), image.channels(),
                                              static_cast<std::int32_t>(image.depth())};
  return {view.name, image.bytes().size(), xxh3(image.bytes(), xxh3(std::as_bytes(std::span(format))))};
}

std::vector<PictureSum> sums_of(const Capture& capture) {
  std::vector<PictureSum> sums;
  for (const View& view : capture.views) sums.push_back(sum_of(view));
  return sums;
}

}  // namespace lineguard
