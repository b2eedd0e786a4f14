#include <csignal>
#include <poll.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <lineguard/core/signals.h>

namespace lineguard {
namespace {

TEST(StopRequest, TheFirstSignalOnlySetsIt) {
  const StopRequest stop(SecondSignal::changes_nothing);
  EXPECT_EQ(stop.signal(), 0);
  ::kill(::getpid(), SIGTERM);
  stop.wait();
  EXPECT_EQ(stop.signal(), SIGTERM);
  pollfd end{stop.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, 30'000), 1);
  ::kill(::getpid(), SIGINT);
  EXPECT_EQ(stop.signal(), SIGTERM);
}

TEST(StopRequestDeathTest, TheSecondSignalEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const StopRequest stop;
        ::kill(::getpid(), SIGINT);
        stop.wait();
        for (;;) {  // until the default is back, which is soon after
          ::kill(::getpid(), SIGTERM);
          ::usleep(1000);
        }
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptDeathTest, EndsWithTheSignalsNumber) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        remove_staged_folders_on_interrupt();
        ::usleep(200'000);
        ::kill(::getpid(), SIGTERM);
        ::pause();
      },
      testing::ExitedWithCode(128 + SIGTERM), "stopped");
}

}  // namespace
}  // namespace lineguard
