#include <string_view>

#include <fmt/format.h>

#include <lineguard/imaging/depth_window.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/report/picture.h>

namespace lineguard::report {

std::string link_to(const std::filesystem::path& path) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/";
  std::string link;
  for (const char character : path.generic_string()) {
    if (kPlain.find(character) != std::string_view::npos) {
      link += character;
    } else {
      link += fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
  }
  // "a:b.png" would be read as the scheme "a".
  return link.starts_with('/') ? "file://" + link : "./" + link;
}

Result<Picture> thumbnail(const Image& image, int max_side_px, std::string_view alt, std::string_view caption,
                          std::string_view note) {
  Picture picture;
  picture.size = imaging::size_within(image.size(), max_side_px);
  const Image shown = imaging::for_display(imaging::resize(image, picture.size));
  LINEGUARD_ASSIGN(picture.jpeg, imaging::encode_jpeg(shown, 85));
  picture.alt = alt;
  picture.caption = caption;
  picture.note = note;
  return picture;
}

}  // namespace lineguard::report
