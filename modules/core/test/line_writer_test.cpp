// Whoever writes never waits for who reads: pipes that nobody reads, full disks, closed ends.
#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <lineguard/core/line_writer.h>

namespace lineguard {
namespace {

constexpr Milliseconds kLong{20000}, kShort{20};

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() { EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends[1]);
  }
  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  std::string read_until(const std::string& end) {
    std::string text;
    char buffer[4096];
    while (!text.ends_with(end)) {
      const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
      if (got <= 0) break;
      text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
  }
};

TEST(LineWriter, WritesLinesInOrder) {
  Pipe pipe;
  LineWriter writer(pipe.ends[1]);
  writer.write("one");
  writer.write("two");
  EXPECT_TRUE(writer.flush(kLong));
  EXPECT_EQ(pipe.read_until("two\n"), "one\ntwo\n");
  EXPECT_EQ(writer.dropped(), 0u);
}

TEST(LineWriter, APipeThatNobodyReadsStopsNobodyAndIsToldWhatItMissed) {
  Pipe pipe;
  LineWriter writer(pipe.ends[1], 100'000);
  const std::string line(999, 'x');
  for (int i = 0; i < 1000; ++i) writer.write(line);  // ten times what pipe and queue hold
  EXPECT_FALSE(writer.flush(kShort));
  const auto dropped = writer.dropped();
  EXPECT_GT(dropped, 500u);
  // Somebody reads again: all that waited comes, then a line with the number of those that did not.
  std::string text;
  while (!writer.flush(kShort)) text += pipe.read_until("\n");
  writer.write("end");
  text += pipe.read_until("end\n");
  EXPECT_NE(text.find(std::to_string(dropped) + " lines before this one were dropped"), std::string::npos);
  EXPECT_EQ(text.find("dropped"), text.rfind("dropped")) << "said once";
}

TEST(LineWriter, AFullDiskAndAClosedReaderOnlyCount) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  LineWriter writer(full);
  writer.write("lost");
  EXPECT_TRUE(writer.flush(kLong));
  EXPECT_EQ(writer.dropped(), 1u);
  Pipe pipe;
  pipe.close_reader();
  LineWriter broken(pipe.ends[1]);
  broken.write("no SIGPIPE ends this process");
  EXPECT_TRUE(broken.flush(kLong));
  EXPECT_EQ(broken.dropped(), 1u);
  ::close(full);
}

TEST(LineWriter, AForkedChildWritesItsOwnLines) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer holds its own locks across a fork of a process with threads";
#endif
  Pipe pipe;
  LineWriter writer(pipe.ends[1]);
  writer.write("parent");
  EXPECT_TRUE(writer.flush(kLong));
  const pid_t child = ::fork();
  if (child == 0) {
    writer.write("child");
    ::_exit(writer.flush(kLong) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(pipe.read_until("child\n"), "parent\nchild\n");
}

}  // namespace
}  // namespace lineguard
