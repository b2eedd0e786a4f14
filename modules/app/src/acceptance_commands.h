// The subcommands about numbers that are signed; see commands.h.
#pragma once

#include "commands.h"

namespace lineguard::app {

void add_plan_command(CLI::App& root, Run& run);
void add_accept_command(CLI::App& root, Run& run);
void add_agreement_command(CLI::App& root, Run& run);
void add_challenge_command(CLI::App& root, Run& run);
void add_release_command(CLI::App& root, Run& run);

}  // namespace lineguard::app
