// A child process writes events and is killed while it writes: whatever it had acknowledged must be there.
#include "temp_folder.h"

#include <csignal>
#include <cstdint>
#include <random>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>

namespace lineguard::record {
namespace {

// Never returns. Sends each acknowledged sequence number through the pipe, right after the append returned.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int acknowledged) {
  auto writer = RecordWriter::open(file, system_clock(), {.reserve_bytes = 0});
  if (!writer) _exit(2);
  for (PartNumber part = 0;; ++part) {
    auto event = (*writer)->append(Entry{EventKind::decided, part, R"({"reason":"good","filler":"0123456789"})"});
    if (!event) _exit(3);
    if (write(acknowledged, &event->sequence, sizeof event->sequence) != sizeof event->sequence) _exit(4);
  }
}

// Reads acknowledgements until there were `count` (the moment to kill), then what was still in the pipe.
std::int64_t last_acknowledged(int pipe_end, int count, pid_t child) {
  std::int64_t last = 0;
  for (int seen = 0;; ++seen) {
    if (seen == count) kill(child, SIGKILL);
    std::int64_t sequence = 0;
    if (read(pipe_end, &sequence, sizeof sequence) != sizeof sequence) return last;
    last = sequence;
  }
}

TEST(Crash, EveryAcknowledgedEventSurvivesAKillAndTheChainHolds) {
  test::TempFolder folder;
  const auto file = folder / "record.db";
  std::mt19937 random(7);
  std::int64_t acknowledged_before = 0;
  for (int round = 0; round < 12; ++round) {
    const int kill_after = std::uniform_int_distribution<int>(0, 120)(random);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      write_until_killed(file, ends[1]);
    }
    close(ends[1]);
    const std::int64_t acknowledged = std::max(acknowledged_before, last_acknowledged(ends[0], kill_after, child));
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    // Opening makes the table where the child was killed before it had: an empty record is a record.
    auto writer = RecordWriter::open(file, system_clock(), {.reserve_bytes = 0});
    ASSERT_TRUE(writer) << writer.error().message;
    auto reader = RecordReader::open(file);
    ASSERT_TRUE(reader) << reader.error().message;
    auto found = reader->verify();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_FALSE(found->broken_sequence) << found->problem;
    EXPECT_GE(found->head.sequence, acknowledged) << "round " << round;
    EXPECT_LE(found->head.sequence, acknowledged + 1) << "at most the one that was being written";
    acknowledged_before = found->head.sequence;
  }
}

}  // namespace
}  // namespace lineguard::record
