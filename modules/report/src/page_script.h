#pragma once

#include <string_view>

namespace lineguard::report {
// The one script that a page may run: it moves the slider and enlarges pictures. A page says the same without it.
extern const std::string_view kPageScript;
}  // namespace lineguard::report
