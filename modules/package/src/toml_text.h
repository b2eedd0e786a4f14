// Writing the few TOML values that a package needs, in a fixed order and with numbers that read back exactly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lineguard::package {

std::string quote(std::string_view text);
std::string number(double value);
std::string string_array(const std::vector<std::string>& items);

}  // namespace lineguard::package
