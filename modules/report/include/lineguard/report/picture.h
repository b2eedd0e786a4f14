// Pictures in a report: small JPEGs inside the file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::report {

struct Picture {
  Bytes jpeg;
  Size size;
  std::string alt;      // what it shows, for those who can't see it
  std::string caption;  // under the picture
  std::string note;     // smaller, under the caption
  std::string link;     // where the file is, as a reference from the page; empty: not said
  // What a slider marks it by; none: it leaves the picture alone.
  struct Judged {
    double score = 0;
    bool defective = false;  // truly
    std::string said;        // "found", "missed", "passed", "diverted"
  };
  std::optional<Judged> judged;
};

// `path` as a reference in a page: its characters encoded where they must be.
std::string link_to(const std::filesystem::path& path);

// `image` shrunk so that its longer side is at most max_side_px, as JPEG; never enlarged. 16 bit is shown over its
// full range. Errors: those of imaging::encode_jpeg.
Result<Picture> thumbnail(const Image& image, int max_side_px, std::string_view alt, std::string_view caption,
                          std::string_view note = "");

}  // namespace lineguard::report
