// LINEGUARD_CHECK(condition, "what should hold"): for bugs only. A failed check logs and ends the program; a dead
// station is a divert (the PLC's safe state), a wrong one might be a pass.
#pragma once

#include <string_view>

namespace lineguard {
[[noreturn]] void check_failed(std::string_view condition, std::string_view message, const char* file, int line);
}  // namespace lineguard

#define LINEGUARD_CHECK(condition, message)                                                 \
  do {                                                                                      \
    if (!(condition)) ::lineguard::check_failed(#condition, (message), __FILE__, __LINE__); \
  } while (false)
