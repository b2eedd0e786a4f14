#include "acceptance_commands.h"

#include <exception>
#include <fcntl.h>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <unistd.h>

#include <lineguard/core/log.h>

namespace {

// An unset variable of a script must not be taken for "no such output".
void refuse_empty_values(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& value : option->results())
      if (value.empty()) throw CLI::ValidationError(option->get_name(), "is empty: expected a value");
  }
  for (const CLI::App* command : app.get_subcommands()) refuse_empty_values(*command);
}

// CLI11 says of a word that is no command only that one is missing.
void refuse_unknown_command(const CLI::App& app, int at, int argc, char** argv) {
  const std::string_view word = argc > at ? argv[at] : "";
  const auto commands = app.get_subcommands({});
  if (commands.empty() || word.empty() || word.starts_with('-')) return;
  std::string known;
  for (const CLI::App* command : commands) {
    if (command->get_name() == word) return refuse_unknown_command(*command, at + 1, argc, argv);
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  throw CLI::ValidationError(std::string(word), "is no command; there are " + known);
}

int run_command_line(int argc, char** argv) {
  using namespace lineguard::app;
  CLI::App root("Lineguard: from pictures of good parts to decisions on the line.", "lineguard");
  add_version_option(root);
  root.require_subcommand(1);
  root.get_formatter()->column_width(14);  // the help fits 24 lines of 80 columns
  root.footer(
      "Exit codes: 0 done; 1 the answer is no; 2 wrong use; 3 a runtime failure.\n"
      "Each command explains itself with examples: lineguard COMMAND --help");
  Run run;
  // One line a command, in the order of the work.
  add_plan_command(root, run);
  add_verify_command(root, run);
  add_convert_command(root, run);
  add_train_command(root, run);
  add_evaluate_command(root, run);
  add_compare_command(root, run);
  add_accept_command(root, run);
  add_agreement_command(root, run);
  add_challenge_command(root, run);
  add_release_command(root, run);
  add_quantize_command(root, run);
  add_inspect_command(root, run);
  add_serve_command(root, run);
  add_recipe_command(root, run);
  add_station_command(root, run);
  add_simulate_command(root, run);
  add_records_command(root, run);
  add_keys_command(root, run);
  add_demo_command(root, run);

  try {
    refuse_unknown_command(root, 1, argc, argv);
    root.parse(argc, argv);
    refuse_empty_values(root);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? kDone : kWrongUse;
  }
  const int code = run ? run() : kWrongUse;
  if (std::cout.flush()) return code;
  std::cerr << "lineguard: cannot write to the standard output: is the disk full?\n";
  return kRuntimeFailure;
}

// A pipe or file of ours that got the number of a closed standard stream would be taken for it.
void keep_standard_streams_open() {
  for (int stream = open("/dev/null", O_RDWR); stream >= 0; stream = open("/dev/null", O_RDWR)) {
    if (stream <= STDERR_FILENO) continue;
    close(stream);
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_streams_open();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    std::cerr << "lineguard: this build needs a CPU with AVX2 and FMA; rebuild with -DLINEGUARD_ARCH=x86-64\n";
    return lineguard::app::kRuntimeFailure;
  }
  try {
    return run_command_line(argc, argv);
  } catch (const std::bad_alloc&) {
    std::cerr << "lineguard: out of memory: allow more, or use fewer --threads\n";
    return lineguard::app::kRuntimeFailure;
  } catch (const std::exception& error) {
    std::cerr << "lineguard: unexpected failure: " << error.what() << "\n";
    return lineguard::app::kRuntimeFailure;
  }
}
