#include <gtest/gtest.h>

#include <lineguard/core/child_process.h>

namespace lineguard {
namespace {

TEST(ChildProcess, GivesLinesAndTheExitCode) {
  std::vector<std::string> lines;
  const auto done = run_child("/bin/sh", {"-c", "echo one; printf 'two\\nthree'; echo trouble >&2; exit 7"},
                              [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->exit_code, 7);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(done->last_of_stderr, "trouble\n");
}

TEST(ChildProcess, BoundsWhatItKeeps) {
  std::size_t longest = 0;
  const auto done =
      run_child("/bin/sh", {"-c", "head -c 1000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero >&2"},
                [&](std::string_view line) { longest = std::max(longest, line.size()); });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(longest, 64U << 10);
  EXPECT_EQ(done->last_of_stderr.size(), 4U << 10);
}

TEST(ChildProcess, SaysThatASignalEndedIt) {
  const auto done = run_child("/bin/sh", {"-c", "kill -9 $$"}, {});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->exit_code, 128 + 9);
}

TEST(ChildProcess, NamesAProgramThatIsMissing) {
  EXPECT_EQ(find_program("no-such-program-anywhere").error().code, ErrorCode::not_found);
  EXPECT_TRUE(find_program("sh"));
  EXPECT_EQ(run_child("/no/such/program", {}, {}).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace lineguard
