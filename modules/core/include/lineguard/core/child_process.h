// Another program, run to its end, its words read as they come.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard {

// Looks beside this program, then in PATH. Errors: not_found, naming where it looked.
Result<std::filesystem::path> find_program(std::string_view name);

struct ChildOutcome {
  int exit_code = 0;           // 128 + the signal's number where one ended it
  std::string last_of_stderr;  // at most 4 kB
};

// Runs `program` with `arguments`, stdin empty; each line of its stdout (without the end of line, cut at 64 kB) goes to
// `on_line`, in the calling thread. Returns when it has ended. Errors: io_error (it could not be started).
Result<ChildOutcome> run_child(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                               const std::function<void(std::string_view line)>& on_line);

}  // namespace lineguard
