// Numbers in sentences that people read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lineguard {
// "1 blocker", "3 blockers", "2 boxes". `noun` is one word or ends with the one that is counted:
// count_of(2, "good picture") is "2 good pictures".
std::string count_of(std::size_t count, std::string_view noun);
}  // namespace lineguard
