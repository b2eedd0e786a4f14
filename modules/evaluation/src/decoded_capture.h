// A sample's picture, decoded once: for the prediction, and for what is measured or shown of it. The module's own.
#pragma once

#include <filesystem>
#include <optional>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::evaluation {

struct DecodedCapture {
  Capture capture;       // one view, of pixels; its template as it is in the file
  double decode_ms = 0;  // of the picture
  const Image& image() const;
};
// Errors: those of read_capture() and of decoding.
Result<DecodedCapture> read_decoded(const std::filesystem::path& file,
                                    const std::optional<std::filesystem::path>& twin);

}  // namespace lineguard::evaluation
