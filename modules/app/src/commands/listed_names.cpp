#include "commands/listed_names.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <lineguard/core/files.h>

namespace lineguard::app {

Result<ListedNames> ListedNames::open(const std::filesystem::path& list, int stop_fd) {
  if (list == "-") return ListedNames(STDIN_FILENO, stop_fd);
  const int fd = ::open(list.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error_from_errno(errno, "cannot read " + list.string());
  return ListedNames(fd, stop_fd);
}

ListedNames::ListedNames(ListedNames&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), stop_fd_(other.stop_fd_), read_(std::move(other.read_)) {}

ListedNames::~ListedNames() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

bool ListedNames::read_more() {
  std::array<pollfd, 2> ready{pollfd{fd_, POLLIN, 0}, pollfd{stop_fd_, POLLIN, 0}};
  while (poll(ready.data(), ready.size(), -1) < 0) {
    if (errno != EINTR) return false;
  }
  if (ready[1].revents != 0) return false;
  std::array<char, 4096> block;
  const ssize_t length = read(fd_, block.data(), block.size());
  if (length > 0) read_.append(block.data(), static_cast<std::size_t>(length));
  return length > 0;
}

std::optional<std::string> ListedNames::next() {
  for (bool more = true; more;) {
    auto end = read_.find('\n');
    if (end == std::string::npos) {
      more = read_more();
      if (more) continue;
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
