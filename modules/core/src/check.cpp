#include <cstdlib>
#include <string>

#include <lineguard/core/check.h>
#include <lineguard/core/log.h>

namespace lineguard {

void check_failed(std::string_view condition, std::string_view message, const char* file, int line) {
  log_error("check", std::string(file) + ":" + std::to_string(line) + ": " + std::string(message) + " (" +
                         std::string(condition) + ")");
  flush_log(Milliseconds(500));
  std::abort();
}

}  // namespace lineguard
