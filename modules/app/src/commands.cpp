#include "commands.h"

#include <lineguard/core/line_writer.h>
#include <lineguard/core/log.h>

namespace lineguard::app {

int report_error(const Error& error) {
  // Behind what was logged, and not for ever where nobody reads.
  standard_error_lines().write("lineguard: " + error.message);
  flush_log(Milliseconds(500));
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
