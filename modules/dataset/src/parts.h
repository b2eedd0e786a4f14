// Which pictures show the same physical part.
#pragma once

#include <string>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// From the file names, by the first group of a regular expression or its whole match; where a name does not match, the
// part stays as it is, with a warning. Errors: invalid_config for what is no regular expression.
Result<void> name_parts_by_pattern(const std::string& pattern, Dataset& dataset);

// Where nothing named the part, one file is one part: warns of it.
void name_parts_by_file(Dataset& dataset);

}  // namespace lineguard::dataset
