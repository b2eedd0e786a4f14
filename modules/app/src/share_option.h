// Options that are shares: "1%" and "0.01" say the same.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace lineguard::app {

// Strictly between 0 and 1. Anything else is wrong use, and the message says what is allowed.
CLI::Option* add_share_option(CLI::App& command, const std::string& name, double& share, const std::string& help);

}  // namespace lineguard::app
