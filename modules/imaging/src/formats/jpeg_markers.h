// What a JPEG says of itself in its markers, which the decoding library does not tell: which process it is coded by,
// whether all of its scans are there, where it ends, and what else is in the file.
#pragma once

#include "formats.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace lineguard::imaging {

struct JpegHeader {
  int process = 0;    // of the frame: 0 baseline, 1 extended, 2 progressive, 3 lossless, …; 55 JPEG-LS
  int precision = 0;  // bits a sample
  Size size;
  int components = 0;
  std::array<int, 4> component_ids{};
  int orientation = 1;
  int other_pictures = 0;  // that the multi-picture index names, copies of the first in fewer pixels left out
  bool has_previews = false;
  std::size_t scans_at = 0;  // the first start-of-scan marker
};

// Up to the first scan. Errors: corrupt_data.
Result<JpegHeader> read_jpeg_header(Encoded encoded);

// unsupported for what is well-formed and not read: other processes, 12 bits, CMYK, several pictures.
Result<void> check_kind(const JpegHeader& header);

// Behind the end-of-image marker. Errors: corrupt_data where it is missing, or where a component or, of a progressive
// picture, a pass over its coefficients is missing: the decoder would show the rest in less detail without a word.
Result<std::size_t> find_end(Encoded encoded, const JpegHeader& header);

// Whether a JPEG begins somewhere in `data`.
bool holds_jpeg(Encoded data);

}  // namespace lineguard::imaging
