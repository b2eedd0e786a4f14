// Writing TOML values, with numbers that read back exactly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lineguard::toml_text {

// A string in quotes, whatever it holds.
std::string quote(std::string_view text);
std::string number(double value);
std::string string_array(const std::vector<std::string>& items);

}  // namespace lineguard::toml_text
