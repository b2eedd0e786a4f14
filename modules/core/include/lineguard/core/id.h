// Random ids for requests and records.
#pragma once

#include <string>

namespace lineguard {
// 32 hexadecimal digits, 128 random bits from the operating system. Thread-safe.
std::string new_id();
}  // namespace lineguard
