// The subcommands of `lineguard`. Each lives in commands/<name>_command.cpp: it declares its options on `root` and,
// when chosen on the command line, stores what to run.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include <lineguard/core/result.h>

namespace lineguard::app {

// Returns the exit code.
using Run = std::function<int()>;

enum ExitCode : int {
  kDone = 0,
  kAnswerIsNo = 1,      // blockers found, a gate refused, too little data for what was asked
  kWrongUse = 2,        // arguments or a configuration's content; what was named is nothing of the kind
  kRuntimeFailure = 3,  // anything else: what was named is missing, can't be read, is damaged
};

// Prints "lineguard: <message>" to stderr; refused -> 1, invalid_argument and invalid_config -> 2, all else -> 3.
int report_error(const Error& error);

void add_version_option(CLI::App& root);

// In the order of the work.
void add_verify_command(CLI::App& root, Run& run);
void add_convert_command(CLI::App& root, Run& run);
void add_train_command(CLI::App& root, Run& run);
void add_evaluate_command(CLI::App& root, Run& run);
void add_compare_command(CLI::App& root, Run& run);
void add_quantize_command(CLI::App& root, Run& run);
void add_inspect_command(CLI::App& root, Run& run);
void add_serve_command(CLI::App& root, Run& run);
void add_recipe_command(CLI::App& root, Run& run);
void add_station_command(CLI::App& root, Run& run);
void add_simulate_command(CLI::App& root, Run& run);
void add_records_command(CLI::App& root, Run& run);
void add_keys_command(CLI::App& root, Run& run);
void add_demo_command(CLI::App& root, Run& run);

}  // namespace lineguard::app
