#include "notify_socket.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include <lineguard/core/supervisor.h>

namespace lineguard::supervisor {
namespace {

using test::NotifySocket;

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
