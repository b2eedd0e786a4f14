#include "commands/listed_names.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/files.h>

namespace lineguard::app {

Result<ListedNames> ListedNames::open(const std::filesystem::path& list, int stop_fd) {
  if (list == "-") return ListedNames(STDIN_FILENO, stop_fd, "the list of names on the standard input");
  const int fd = ::open(list.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error_from_errno(errno, "cannot read " + list.string());
  return ListedNames(fd, stop_fd, list.string());
}

ListedNames::ListedNames(ListedNames&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      stop_fd_(other.stop_fd_),
      name_(std::move(other.name_)),
      failure_(std::move(other.failure_)),
      read_(std::move(other.read_)) {}

ListedNames::~ListedNames() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

ListedNames::Reading ListedNames::fail(const char* doing) {
  const Error error = error_from_errno(errno, fmt::format("cannot {} {}", doing, name_));
  failure_ = Error{ErrorCode::io_error, error.message};
  return Reading::given_up;
}

ListedNames::Reading ListedNames::read_more() {
  std::array<pollfd, 2> ready{pollfd{fd_, POLLIN, 0}, pollfd{stop_fd_, POLLIN, 0}};
  while (poll(ready.data(), ready.size(), -1) < 0) {
    if (errno != EINTR) return fail("wait for");
  }
  if (ready[1].revents != 0) return Reading::given_up;
  std::array<char, 4096> block;
  const ssize_t length = read(fd_, block.data(), block.size());
  if (length < 0) return errno == EINTR || errno == EAGAIN ? Reading::goes_on : fail("read");
  read_.append(block.data(), static_cast<std::size_t>(length));
  return length > 0 ? Reading::goes_on : Reading::at_end;
}

std::optional<std::string> ListedNames::next() {
  constexpr std::size_t kLongestName = 64 * 1024;
  for (auto reading = Reading::goes_on; reading == Reading::goes_on;) {
    auto end = read_.find('\n');
    if (end == std::string::npos) {
      if (read_.size() > kLongestName) {
        failure_ = make_error(ErrorCode::too_large,
                              fmt::format("{}: a line of more than {} bytes is no file name", name_, kLongestName));
        return std::nullopt;
      }
      reading = read_more();
      if (reading == Reading::goes_on) continue;
      if (reading == Reading::given_up) return std::nullopt;
      end = read_.size();
    }
    std::string name = read_.substr(0, end);
    read_.erase(0, end + 1);
    if (name.ends_with('\r')) name.pop_back();
    if (!name.empty()) return name;
  }
  return std::nullopt;
}

}  // namespace lineguard::app
