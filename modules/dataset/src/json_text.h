// JSON a piece at a time, each with the line where it begins: a tree of a whole file knows no lines and takes ten times
// the file's size.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include <lineguard/core/result.h>

namespace lineguard::dataset {

// One value as it is written, without spaces around it: part of a text that outlives it.
struct JsonText {
  std::string_view text;
  std::size_t line = 1;  // of the file, where the value begins
};

// The one value that a file holds. Errors: corrupt_data with line and column where it is no JSON
// or a number in it is larger than a double; too_large beyond limits::kDatasetJson.
Result<JsonText> checked_json(std::string_view file);

// The member of that name, of several the last; none in what is no object. REQUIRES a value of checked_json().
std::optional<JsonText> member_of(const JsonText& object, std::string_view name);

// Gives each entry of a list in turn. REQUIRES a list of checked_json().
void for_each_entry(const JsonText& list, const std::function<void(const JsonText&)>& take);

}  // namespace lineguard::dataset
