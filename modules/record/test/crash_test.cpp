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
#include <lineguard/record/verification.h>

namespace lineguard::record {
namespace {

// Never returns. Sends each acknowledged sequence number through the pipe, right after the append returned.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int acknowledged,
                                     const WriterOptions& options) {
  auto writer = RecordWriter::open(file, system_clock(), options);
  if (!writer) _exit(2);
  for (PartNumber part = 0;; ++part) {
    auto event =
        (*writer)->append(Entry{EventKind::decided, part, R"({"gate":"reject","outcome":"divert","reason":"late"})"});
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

// A child that writes, killed after `kill_after` acknowledgements: the last sequence number it acknowledged.
std::int64_t write_and_kill(const std::filesystem::path& file, const WriterOptions& options, int kill_after) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    write_until_killed(file, ends[1], options);
  }
  close(ends[1]);
  const std::int64_t acknowledged = last_acknowledged(ends[0], kill_after, child);
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  return acknowledged;
}

TEST(Crash, ARecordThatIsAnchoredAllTheTimeIsWholeAndSealedAfterAKill) {
  test::TempFolder folder;
  const auto file = folder / "record.db", key_file = folder / "station.key";
  const auto key = SigningKey::generate("");
  ASSERT_TRUE(key && key->write(key_file));
  WriterOptions options{.reserve_bytes = 0, .key = key_file};
  options.anchor_interval = std::chrono::seconds(0);
  std::mt19937 random(11);
  for (int round = 0; round < 12; ++round) {
    const std::int64_t acknowledged = write_and_kill(file, options, std::uniform_int_distribution<int>(0, 60)(random));
    { ASSERT_TRUE(RecordWriter::open(file, system_clock(), options)); }
    const auto found = verify_record(file, {.keys = {key->public_key()}});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_TRUE(found->chain.events == 0 || found->holds())
        << round << ": " << found->chain.problem << (found->problems.empty() ? "" : found->problems.front());
    EXPECT_TRUE(found->warnings.empty()) << found->warnings.front();
    EXPECT_GE(found->chain.head.sequence, acknowledged);
  }
}

TEST(Crash, EveryAcknowledgedEventSurvivesAKillAndTheChainHolds) {
  test::TempFolder folder;
  const auto file = folder / "record.db";
  std::mt19937 random(7);
  std::int64_t acknowledged_before = 0;
  for (int round = 0; round < 12; ++round) {
    const int kill_after = std::uniform_int_distribution<int>(0, 120)(random);
    const std::int64_t acknowledged =
        std::max(acknowledged_before, write_and_kill(file, {.reserve_bytes = 0}, kill_after));

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
