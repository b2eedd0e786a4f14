// Processes: runs commands of this program as processes of their own, as a plant would.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>

namespace lineguard::app {

struct ProcessOptions {
  std::vector<std::string> arguments;  // of `lineguard`
  std::filesystem::path out;           // stdout goes here (replaced)
  std::filesystem::path log = {};      // stderr goes here (appended); empty: to this program's own
};

// One child of this process. It ends with this object (SIGKILL), and with this process however that ends. Not
// thread-safe; start it from a process without threads.
class Process {
 public:
  // Errors: io_error, permission_denied, disk_full (the files).
  static Result<Process> start(const ProcessOptions& options);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  // Waits until `deadline` for the line "listening on …" that it writes to its log and returns what follows.
  // Errors: unavailable (it ended before; with its last line), timeout.
  Result<std::string> wait_for_address(SteadyTime deadline);
  // The same for any text in the log: the rest of the first line that has it. Lines of an earlier process are not seen.
  Result<std::string> wait_for_line(const std::string& text, SteadyTime deadline);

  void send(int signal);
  bool running();
  // Its exit code, 128 + signal where a signal ended it. Errors: timeout.
  Result<int> wait(SteadyTime deadline);
  // Its last line on stderr, for messages; empty where there is no log.
  std::string last_words() const;

 private:
  Process(pid_t pid, ProcessOptions options, std::uintmax_t log_start);
  void reap(int options);
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  ProcessOptions options_;
  std::uintmax_t log_start_ = 0;
};

// Runs one command to its end. Returns its exit code.
Result<int> run_to_end(const ProcessOptions& options);

}  // namespace lineguard::app
