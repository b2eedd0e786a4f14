// What a package holds was written by Lineguard and not by people: what is wrong in it is damage, no wrong
// configuration.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include <lineguard/core/config.h>
#include <lineguard/core/limits.h>
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

// Of a TOML file in a package; `source` for messages.
inline Result<ConfigReader> toml_reader(std::string_view text, const std::string& source) {
  if (text.size() <= limits::kToml.bytes) return ConfigReader::from_text(text, source);
  return make_error(ErrorCode::too_large,
                    fmt::format("{}: {} bytes, allowed are {}", source, text.size(), limits::kToml.bytes));
}

}  // namespace lineguard::package
