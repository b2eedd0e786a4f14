#include "temp_folder.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include <lineguard/core/digest.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/store/rows.h>

namespace lineguard::record {
namespace {

class RecordTest : public testing::Test {
 protected:
  std::unique_ptr<RecordWriter> open_writer() {
    auto writer = RecordWriter::open(file_, clock_, {.reserve_bytes = 0});
    EXPECT_TRUE(writer) << writer.error().message;
    return std::move(*writer);
  }
  RecordReader open_reader() {
    auto reader = RecordReader::open(file_);
    EXPECT_TRUE(reader) << reader.error().message;
    return std::move(*reader);
  }
  void append_parts(RecordWriter& writer, PartNumber from, PartNumber to) {
    for (PartNumber part = from; part <= to; ++part) {
      auto event =
          writer.append(Entry{EventKind::decided, part, R"({"reason":"good", "outcome":"pass","gate":"none"})"});
      ASSERT_TRUE(event) << event.error().message;
    }
  }
  void tamper(const std::string& sql) {
    auto rows = store::open_sqlite(file_);
    ASSERT_TRUE(rows);
    const store::Statement statement{sql, {}};
    ASSERT_TRUE((*rows)->write({&statement, 1}));
  }
  Verification verify(const std::optional<Head>& expected = std::nullopt) {
    auto found = open_reader().verify(expected);
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }
  std::vector<Event> read(const EventFilter& filter) {
    std::vector<Event> events;
    auto done = open_reader().for_each(filter, [&](const Event& event) {
      events.push_back(event);
      return true;
    });
    EXPECT_TRUE(done) << done.error().message;
    return events;
  }
  void remove_record() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file_.string() + suffix);
  }
  test::TempFolder folder_;
  std::filesystem::path file_ = folder_ / "record.db";
  ManualClock clock_{UtcTime{std::chrono::seconds(1795446000)}};
};

TEST_F(RecordTest, EventsAreNumberedStampedAndChained) {
  auto writer = open_writer();
  append_parts(*writer, 7, 8);
  const auto events = read({});
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].sequence, 1);
  EXPECT_EQ(events[0].previous, std::string(64, '0'));
  EXPECT_EQ(events[1].previous, events[0].hash);
  EXPECT_EQ(events[0].utc, "2026-11-23T15:00:00.000Z");
  EXPECT_EQ(events[0].part, 7u);
  EXPECT_EQ(events[0].payload, R"({"gate":"none","outcome":"pass","reason":"good"})") << "canonical: keys sorted";
  EXPECT_EQ(writer->head().hash, events[1].hash);
}

TEST_F(RecordTest, AnyoneCanRecomputeAHashFromTheDocumentedText) {
  const Event event{3, "2026-11-23T15:00:00.000Z", "actuated", {}, "{}", std::string(64, 'a'), ""};
  EXPECT_EQ(hash_of(event), sha256_hex("lineguard.event/1\n3\n2026-11-23T15:00:00.000Z\nactuated\n-\n{}\n" +
                                       std::string(64, 'a') + "\n"));
}

TEST_F(RecordTest, AReopenedRecordGoesOnWhereItStopped) {
  append_parts(*open_writer(), 1, 3);
  append_parts(*open_writer(), 4, 5);
  const Verification found = verify();
  EXPECT_FALSE(found.broken_sequence) << found.problem;
  EXPECT_EQ(found.events, 5);
}

TEST_F(RecordTest, ASecondWriterIsRefusedAndToldOfTheFirst) {
  auto opened = RecordWriter::open(file_, clock_, {.reserve_bytes = 0, .station = "line 3"});
  ASSERT_TRUE(opened) << opened.error().message;
  append_parts(**opened, 1, 2);
  const auto second = RecordWriter::open(file_, clock_, {.reserve_bytes = 0});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  for (const std::string& word :
       {std::to_string(getpid()), std::string("station \"line 3\""), std::string("record.db")})
    EXPECT_NE(second.error().message.find(word), std::string::npos) << second.error().message;
  append_parts(**opened, 3, 3);
  opened->reset();
  append_parts(*open_writer(), 4, 4);
  EXPECT_EQ(verify().events, 4);
}

TEST_F(RecordTest, APayloadThatIsNoObjectIsRefusedAndNothingIsWritten) {
  auto writer = open_writer();
  const Entry entries[] = {{EventKind::actuated, 1, "{}"}, {EventKind::actuated, 2, "[1]"}};
  auto refused = writer->append(entries);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(read({}).empty());
}

struct Tampering {
  const char* name;
  const char* sql;
  std::int64_t broken;
};

TEST_F(RecordTest, VerifyNamesTheFirstBrokenEvent) {
  const Tampering tamperings[] = {
      {"changed payload", "UPDATE events SET payload = '{}' WHERE sequence = 3", 3},
      {"changed part", "UPDATE events SET part = 99 WHERE sequence = 2", 2},
      {"changed time", "UPDATE events SET utc = '' WHERE sequence = 5", 5},
      {"removed event", "DELETE FROM events WHERE sequence = 4", 4},
      {"removed first event", "DELETE FROM events WHERE sequence = 1", 1},
      {"inserted before the first",
       "INSERT INTO events(sequence, utc, kind, part, payload, previous, hash) VALUES(0, '', '', 1, '{}', '', '')", 1},
      {"changed link", "UPDATE events SET previous = hash WHERE sequence = 2", 2},
      {"text for a number", "UPDATE events SET hash = 7 WHERE sequence = 6", 6},
  };
  for (const Tampering& tampering : tamperings) {
    remove_record();
    append_parts(*open_writer(), 1, 6);
    tamper(tampering.sql);
    const Verification found = verify();
    EXPECT_EQ(found.broken_sequence, tampering.broken) << tampering.name << ": " << found.problem;
    EXPECT_NE(found.problem.find(std::to_string(tampering.broken)), std::string::npos) << tampering.name;
  }
}

TEST_F(RecordTest, AHeadKeptElsewhereShowsACutAndARewrite) {
  append_parts(*open_writer(), 1, 6);
  const Head kept = open_writer()->head();
  EXPECT_FALSE(verify(kept).broken_sequence);
  tamper("DELETE FROM events WHERE sequence > 4");
  EXPECT_FALSE(verify().broken_sequence) << "a cut end shows only against a kept head";
  EXPECT_EQ(verify(kept).broken_sequence, 5);
  append_parts(*open_writer(), 15, 16);
  EXPECT_EQ(verify(kept).broken_sequence, 6);
}

TEST_F(RecordTest, AWriterRefusesToBuildOnAChangedEvent) {
  append_parts(*open_writer(), 1, 2);
  tamper("UPDATE events SET part = 9 WHERE sequence = 2");
  auto writer = RecordWriter::open(file_, clock_);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(writer.error().message.find("record.db"), std::string::npos);
}

TEST_F(RecordTest, FiltersSelectByPartReasonAndLast) {
  auto writer = open_writer();
  append_parts(*writer, 1, 5);
  ASSERT_TRUE(writer->append(Entry{EventKind::decided, 6, R"({"reason":"late"})"}));
  ASSERT_TRUE(writer->append(Entry{EventKind::actuated, 3, "{}"}));
  EXPECT_EQ(read({.part = 3}).size(), 2u);
  EXPECT_EQ(read({.reason = Reason::late}).size(), 1u);
  const auto newest = read({.last = 2});
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].sequence, 6);
  EXPECT_EQ(read({.from_sequence = 7}).size(), 1u);
}

TEST_F(RecordTest, APartIsFoundInTheRangeThatHoldsIt) {
  auto writer = open_writer();
  append_parts(*writer, 1, 5);
  for (const NumberRange range : {NumberRange{6, 1000005}, NumberRange{4294967290u, 2}}) {
    RangeDecision outage;
    outage.range = range;
    ASSERT_TRUE(writer->append(decided_range_entry(outage)));
  }
  EXPECT_EQ(read({.part = 500}).size(), 1u);
  EXPECT_EQ(read({.part = 2}).size(), 2u) << "decided alone, and in the range that wraps";
  EXPECT_EQ(read({.part = 4294967295u}).size(), 1u);
  EXPECT_EQ(read({.part = 1000006}).size(), 0u);
  EXPECT_EQ(read({.reason = Reason::station_down}).size(), 2u);
}

TEST_F(RecordTest, AnotherDatabaseIsNoRecord) {
  tamper("CREATE TABLE parts(number INTEGER)");
  auto reader = RecordReader::open(file_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::corrupt_data);
}

}  // namespace
}  // namespace lineguard::record
