// Names from a list, one a line, taken as they come: the list may be another program's output.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <lineguard/core/result.h>

namespace lineguard::app {

// Not thread-safe.
class ListedNames {
 public:
  // "-" is the standard input. `stop_fd`: once it is readable the list is at its end, also while it is waited for; -1:
  // never. Errors: not_found and others of opening.
  static Result<ListedNames> open(const std::filesystem::path& list, int stop_fd);
  ListedNames(ListedNames&& other) noexcept;
  ListedNames& operator=(ListedNames&&) = delete;
  ~ListedNames();

  // The next name that is not empty; nothing at the end. A last line needs no line break.
  std::optional<std::string> next();

 private:
  ListedNames(int fd, int stop_fd) : fd_(fd), stop_fd_(stop_fd) {}
  bool read_more();  // false at the end

  int fd_, stop_fd_;
  std::string read_;  // and not yet given out
};

}  // namespace lineguard::app
