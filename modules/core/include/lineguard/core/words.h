// Numbers and names in sentences that people read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lineguard {
// "1 blocker", "3 blockers", "2 boxes". `noun` is one word or ends with the one that is counted:
// count_of(2, "good picture") is "2 good pictures".
std::string count_of(std::size_t count, std::string_view noun);

// An upper bound in percent, rounded up: at_most(0.092114) is "at most 9.22 %".
std::string at_most(double share);

// Text of somebody else's, a file name say, for one line of a terminal: control characters as "\x0a", and from the
// middle of what is longer than `most_bytes` "…", as a path's end tells more than its middle. UTF-8 stays whole.
std::string on_one_line(std::string_view text, std::size_t most_bytes = 400);
}  // namespace lineguard
