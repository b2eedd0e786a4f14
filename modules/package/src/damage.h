// What a package holds was written by Lineguard and not by people: what is wrong in it is damage, no wrong
// configuration.
#pragma once

#include <lineguard/core/result.h>

namespace lineguard::package {

template <typename T>
Result<T> as_damage(Result<T> read) {
  if (read) return read;
  Error error = read.error();
  if (error.code == ErrorCode::invalid_config || error.code == ErrorCode::invalid_argument)
    error.code = ErrorCode::corrupt_data;
  return error;
}

}  // namespace lineguard::package
