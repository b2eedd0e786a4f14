// Options that are numbers: shares, of which "1%" and "0.01" say the same, and finite ones.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace lineguard::app {

// Above 0 (or 0, where it may be) and below 1. Anything else is wrong use, and the message says what is allowed.
CLI::Option* add_share_option(CLI::App& command, const std::string& name, double& share, const std::string& help,
                              bool may_be_zero = false);

// For a number within [min, max]; CLI::Range takes "nan" for one.
CLI::Validator number_between(double min, double max);

}  // namespace lineguard::app
