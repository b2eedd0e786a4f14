#include "temp_folder.h"

#include <csignal>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/core/process.h>

namespace lineguard {
namespace fs = std::filesystem;
using test::TempFolder;
namespace {

TEST(RunChild, GivesLinesAndTheExitCode) {
  std::vector<std::string> lines;
  const auto done = run_child("/bin/sh", {"-c", "echo one; printf 'two\\nthree'; echo trouble >&2; exit 7"},
                              [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->exit_code, 7);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(done->last_of_stderr, "trouble\n");
}

TEST(RunChild, BoundsWhatItKeeps) {
  std::size_t longest = 0;
  const auto done =
      run_child("/bin/sh", {"-c", "head -c 1000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero >&2"},
                [&](std::string_view line) { longest = std::max(longest, line.size()); });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(longest, 64U << 10);
  EXPECT_EQ(done->last_of_stderr.size(), 4U << 10);
}

TEST(RunChild, SaysThatASignalEndedIt) {
  const auto done = run_child("/bin/sh", {"-c", "kill -9 $$"}, {});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->exit_code, 128 + 9);
}

TEST(RunChild, NamesAProgramThatIsMissing) {
  EXPECT_EQ(find_program("no-such-program-anywhere").error().code, ErrorCode::not_found);
  EXPECT_TRUE(find_program("sh"));
  EXPECT_EQ(run_child("/no/such/program", {}, {}).error().code, ErrorCode::not_found);
}

SteadyTime soon() {
  return system_clock().now() + std::chrono::seconds(30);
}

TEST(Process, GivesLinesOfItsLogAndItsExitCode) {
  const TempFolder folder;
  const ProcessOptions options{
      "/bin/sh", {"-c", "echo ready at 7 >&2; exit 3"}, folder.path() / "out", folder.path() / "log"};
  auto process = Process::start(options);
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_EQ(process->wait_for_line("ready at ", soon()).value(), "7");
  EXPECT_EQ(process->wait(soon()).value(), 3);
  EXPECT_EQ(process->last_words(), "ready at 7");
  EXPECT_EQ(process->wait_for_line("never", soon()).error().code, ErrorCode::unavailable);
}

TEST(Process, EndsWithItsObject) {
  const TempFolder folder;
  const fs::path log = folder.path() / "log";
  {
    auto process = Process::start({"/bin/sh", {"-c", "echo pid $$ >&2; exec sleep 1000"}, folder.path() / "out", log});
    ASSERT_TRUE(process) << process.error().message;
    const std::string pid = process->wait_for_line("pid ", soon()).value();
    EXPECT_TRUE(process->running());
    EXPECT_TRUE(fs::exists("/proc/" + pid));
  }
  const std::string text = read_text_file(log).value();
  EXPECT_FALSE(fs::exists("/proc/" + text.substr(4, text.find('\n') - 4)));
}

TEST(Process, ASignalEndsIt) {
  const TempFolder folder;
  auto process = Process::start({"/bin/sleep", {"1000"}, folder.path() / "out", folder.path() / "log"});
  ASSERT_TRUE(process) << process.error().message;
  process->send(SIGTERM);
  EXPECT_EQ(process->wait(soon()).value(), 128 + SIGTERM);
}

TEST(Process, NamesWhatCannotBeStarted) {
  const TempFolder folder;
  EXPECT_EQ(Process::start({"/no/such/program", {}, folder.path() / "out"}).error().code, ErrorCode::not_found);
  EXPECT_EQ(Process::start({"/bin/true", {}, folder.path() / "no" / "out"}).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace lineguard
