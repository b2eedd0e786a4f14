// A progress bar with the time left on stderr; silent where stderr is not a terminal.
#pragma once

#include <lineguard/core/progress.h>

namespace lineguard::app {
// The returned function keeps its own state; copies share it. The line is cleared when a stage is done.
ProgressFunction terminal_progress();
}  // namespace lineguard::app
