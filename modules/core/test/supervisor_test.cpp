#include "temp_folder.h"

#include <cstdlib>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <lineguard/core/supervisor.h>

namespace lineguard::supervisor {
namespace {

// Stands where systemd listens.
class NotifySocket {
 public:
  NotifySocket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (folder_.path() / "notify").string();
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~NotifySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(socket_);
  }
  // The next message; empty where there is none.
  std::string take() {
    char text[1000];
    const ssize_t size = ::recv(socket_, text, sizeof(text), 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  test::TempFolder folder_;
  int socket_;
};

TEST(Supervisor, HearsOfReadyStatusAndStop) {
  NotifySocket heard;
  report_ready("waiting for\nthe PLC");
  EXPECT_EQ(heard.take(), "READY=1\nSTATUS=waiting for the PLC");
  report_status("running");
  EXPECT_EQ(heard.take(), "STATUS=running");
  report_stopping();
  EXPECT_EQ(heard.take(), "STOPPING=1");
}

TEST(Supervisor, TheWatchdogSpeaksThreeTimesWithinThePatience) {
  NotifySocket heard;
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ManualClock clock;
  Watchdog watchdog(clock);
  ::unsetenv("WATCHDOG_USEC");
  watchdog.report_alive();
  EXPECT_EQ(heard.take(), "WATCHDOG=1");
  clock.advance(Milliseconds(900));
  watchdog.report_alive();
  EXPECT_EQ(heard.take(), "");
  clock.advance(Milliseconds(100));
  watchdog.report_alive();
  EXPECT_EQ(heard.take(), "WATCHDOG=1");
}

TEST(Supervisor, NobodyListening) {
  report_ready("alone");
  ManualClock clock;
  Watchdog(clock).report_alive();
}

}  // namespace
}  // namespace lineguard::supervisor
