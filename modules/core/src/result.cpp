#include <lineguard/core/result.h>

namespace lineguard {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::invalid_config:
      return "invalid_config";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::corrupt_data:
      return "corrupt_data";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::io_error:
      return "io_error";
    case ErrorCode::disk_full:
      return "disk_full";
    case ErrorCode::permission_denied:
      return "permission_denied";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::no_template:
      return "no_template";
    case ErrorCode::device_error:
      return "device_error";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

Error Error::in(std::string_view context) const {
  return Error{code, std::string(context) + ": " + message};
}

}  // namespace lineguard
