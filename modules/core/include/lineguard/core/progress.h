// How long work reports how far it is. The command line draws a bar with the time left; libraries only call this.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace lineguard {
// `done` of `total` steps of `stage` ("extracting features"). Called from one thread at a time. May be empty.
using ProgressFunction = std::function<void(std::string_view stage, std::size_t done, std::size_t total)>;
}  // namespace lineguard
