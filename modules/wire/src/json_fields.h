// Reading a JSON object's fields with errors that name them: "score: expected a number, found a string".
// Messages of this module share it; json stays out of the public headers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <lineguard/core/result.h>

namespace lineguard::wire {

using Json = nlohmann::ordered_json;

// Errors: corrupt_data with the parser's place in the text, or a key that an object has twice; too_large (limits.h).
Result<Json> parse_object(std::string_view text);
// UTF-8; bytes that are not (file names) become U+FFFD.
std::string dump(const Json& json);

// The fields of one object. `path` ("regions[2].") stands before the field's name in messages. Keeps a reference.
class Fields {
 public:
  Fields(const Json& object, std::string path) : object_(object), path_(std::move(path)) {}

  bool has(std::string_view key) const;
  // Errors: corrupt_data where the field is missing or of another type. Numbers are finite: JSON knows no other.
  Result<double> number(std::string_view key) const;
  Result<std::int64_t> integer(std::string_view key) const;  // may be written as 3.0
  Result<std::string> text(std::string_view key) const;
  Result<const Json*> object(std::string_view key) const;
  Result<const Json*> array(std::string_view key) const;

  std::string name(std::string_view key) const { return path_ + std::string(key); }
  Error wrong(std::string_view key, std::string_view expected) const;

 private:
  const Json* find(std::string_view key) const;
  const Json& object_;
  std::string path_;
};

}  // namespace lineguard::wire
