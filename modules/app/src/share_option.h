// Options that are shares: "1%" and "0.01" say the same.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace lineguard::app {

// Above 0 (or 0, where it may be) and below 1. Anything else is wrong use, and the message says what is allowed.
CLI::Option* add_share_option(CLI::App& command, const std::string& name, double& share, const std::string& help,
                              bool may_be_zero = false);

}  // namespace lineguard::app
