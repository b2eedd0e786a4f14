// Other programs: run to their end, or beside this one. The one home of starting processes (Boost.Process behind it).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>

namespace lineguard {

// Looks beside this program, then in PATH. Errors: not_found, naming where it looked.
Result<std::filesystem::path> find_program(std::string_view name);

struct ChildOutcome {
  int exit_code = 0;           // 128 + the signal's number where one ended it
  std::string last_of_stderr;  // at most 4 kB
};

// Runs `program` with `arguments`, stdin empty; each line of its stdout (without the end of line, cut at 64 kB) goes to
// `on_line`, in the calling thread. Returns when it has ended. It is in this program's process group: what a terminal
// sends to one, it sends to both. Errors: not_found, permission_denied, io_error (it could not be started).
Result<ChildOutcome> run_child(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                               const std::function<void(std::string_view line)>& on_line);

struct ProcessOptions {
  std::filesystem::path program = {};  // empty: this very program
  std::vector<std::string> arguments;
  std::filesystem::path out;       // stdout goes here (replaced)
  std::filesystem::path log = {};  // stderr goes here (appended); empty: to this program's own
};

// One child of this process, with stdin empty, in a process group of its own. It ends with this object (SIGKILL), and
// with the thread that started it however that ends. Not thread-safe.
class Process {
 public:
  // Errors: not_found, io_error, permission_denied, disk_full (program or files).
  static Result<Process> start(const ProcessOptions& options);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  // Waits until `deadline` for `text` in its log and returns the rest of that line: "listening on " gives an address.
  // Lines of an earlier process in the same log are not seen. Errors: unavailable (it ended before; with its last
  // line), timeout.
  Result<std::string> wait_for_line(const std::string& text, SteadyTime deadline);

  void send(int signal);
  bool running();
  // Its exit code, 128 + signal where a signal ended it. Errors: timeout.
  Result<int> wait(SteadyTime deadline);
  // Its last line on stderr, for messages; empty where there is no log.
  std::string last_words() const;

 private:
  struct State;
  explicit Process(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Runs one process to its end. Returns its exit code.
Result<int> run_to_end(const ProcessOptions& options);

}  // namespace lineguard
