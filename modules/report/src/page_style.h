#pragma once

#include <string_view>

namespace lineguard::report {
// The page's style sheet: light and dark, screen and paper.
extern const std::string_view kPageStyle;
}  // namespace lineguard::report
