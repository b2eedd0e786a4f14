#include "commands.h"

#include <iostream>

namespace lineguard::app {

int report_error(const Error& error) {
  std::cerr << "lineguard: " << error.message << "\n";
  switch (error.code) {
    case ErrorCode::refused:
      return kAnswerIsNo;
    case ErrorCode::invalid_argument:
    case ErrorCode::invalid_config:
      return kWrongUse;
    default:
      return kRuntimeFailure;
  }
}

void add_version_option(CLI::App& root) {
  root.set_version_flag("--version", "lineguard " LINEGUARD_VERSION);
}

}  // namespace lineguard::app
