// The pictures of a request: what they are, what they will cost, and the capture that they become. The module's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/http/message.h>
#include <lineguard/wire/pixels.h>

namespace lineguard::serving {

// Points into the request.
struct SentPicture {
  std::string_view bytes;
  std::string_view content_type;
  std::optional<wire::PixelFormat> pixels;  // none: an encoded picture
};
struct RequestPictures {
  SentPicture image;
  std::optional<SentPicture> twin;   // its template
  std::string_view template_digest;  // under which the template is kept, or named; empty: neither
};

// By the header alone, before the body is read: pixels of no known format or of another length. Errors:
// invalid_argument, too_large.
Result<void> check_announced(const http::Request& request);

// The body is the picture, or a form with the fields `image` and, for models that compare, `template`.
// Errors: invalid_argument (no body, another field, pixels whose length does not fit their format), too_large.
Result<RequestPictures> pictures_of(const http::Request& request);

// Memory that the prediction takes beside the body, by the pictures' headers. One whose header cannot be read costs its
// bytes: the predictor says what is wrong with it. Errors: too_large.
Result<std::uint64_t> cost_of(const RequestPictures& pictures, const PredictOptions& options);

// Encoded bytes as they are, or pixels; each copied once. Errors: unavailable (no memory).
Result<ViewContent> content_of(const SentPicture& picture);

}  // namespace lineguard::serving
