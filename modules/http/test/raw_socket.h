// Plain sockets on loopback, for what a well-behaved client or server would never send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace lineguard::http::test {

class RawSocket {
 public:
  RawSocket(RawSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  RawSocket& operator=(RawSocket&&) = delete;
  ~RawSocket() { close(); }

  static RawSocket connect_to(std::uint16_t port) {
    RawSocket made;
    sockaddr_in address = loopback(port);
    EXPECT_EQ(::connect(made.descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return made;
  }
  static RawSocket listening() {
    RawSocket made;
    sockaddr_in address = loopback(0);
    EXPECT_EQ(::bind(made.descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(made.descriptor_, 4), 0);
    return made;
  }
  RawSocket accept() const { return RawSocket(::accept(descriptor_, nullptr, nullptr)); }
  std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    EXPECT_EQ(getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    return ntohs(address.sin_port);
  }
  // False where the other side is gone.
  bool send(std::string_view bytes) const {
    return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  void end_sending() const { shutdown(descriptor_, SHUT_WR); }
  // Everything until the other side closes, or until `enough` has been seen.
  std::string receive(std::string_view enough = {}) const {
    std::string received;
    char block[4096];
    while (enough.empty() || received.find(enough) == std::string::npos) {
      const ssize_t got = recv(descriptor_, block, sizeof block, 0);
      if (got <= 0) break;
      received.append(block, static_cast<std::size_t>(got));
    }
    return received;
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  explicit RawSocket(int descriptor = socket(AF_INET, SOCK_STREAM, 0)) : descriptor_(descriptor) {}
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int descriptor_;
};

}  // namespace lineguard::http::test
