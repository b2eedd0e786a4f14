// Names from a list, one a line, taken as they come: the list may be another program's output.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

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

  // The next name that is not empty; nothing at the end. A last line needs no line break, but where reading was stopped
  // or failed before the end it may be a piece of one, and is dropped.
  std::optional<std::string> next();

  // What ended the list before its end: io_error.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  ListedNames(int fd, int stop_fd, std::string name) : fd_(fd), stop_fd_(stop_fd), name_(std::move(name)) {}
  enum class Reading { goes_on, at_end, given_up };
  Reading read_more();
  Reading fail(const char* doing);  // with errno

  int fd_, stop_fd_;
  std::string name_;  // for messages
  std::optional<Error> failure_;
  std::string read_;  // and not yet given out
};

}  // namespace lineguard::app
