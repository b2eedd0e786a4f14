// What the checks keep of a sample once its files were decoded and dropped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/imaging/properties.h>

namespace lineguard::dataset {

struct FileProblem {
  ErrorCode code = ErrorCode::io_error;  // corrupt_data, too_large: read, but not decodable; unsupported: well-formed
  std::string reason;
};

struct MaskFacts {
  Size size;
  bool empty = false;     // no pixel is marked
  double share = 0;       // of its pixels that are marked
  double soft_share = 0;  // imaging::Mask's, the largest of the sample's masks
  bool by_alpha = false, by_index = false;
};

struct TemplateFacts {
  Size size;
  std::string pixel_digest;
};

struct SampleFacts {
  bool decoded = false;  // what follows up to pixel_digest is only set when true
  Size size;             // after EXIF orientation
  int channels = 0;
  PixelDepth depth = PixelDepth::u8;
  std::string_view file_type;  // "JPEG", by its content
  int exif_orientation = 1;
  bool colourless = false;  // one channel, or three that are equal everywhere
  std::string pixel_digest, file_digest;
  imaging::PictureProperties properties;
  std::optional<MaskFacts> mask;      // where there is one that decodes
  std::optional<TemplateFacts> twin;  // likewise
  std::vector<FileProblem> problems;  // of the picture, its mask and its template
};

// Reads and decodes the sample's files, one at a time. Thread-safe.
SampleFacts collect_facts(const Sample& sample);

}  // namespace lineguard::dataset
