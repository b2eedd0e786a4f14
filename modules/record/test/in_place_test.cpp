// `durable` means that the event can be read back from the file that the path names: whatever is done to that file
// while it is being written, append() either leaves the event there or says that it did not.
#include "temp_folder.h"

#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/store/rows.h>

namespace lineguard::record {
namespace {

namespace fs = std::filesystem;

class InPlaceTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(file_.parent_path());
    open();
    std::vector<Entry> many(150,
                            Entry{EventKind::output_unknown, 1, R"({"detail":"so that the file has some pages"})"});
    ASSERT_TRUE(writer_->append(many));
    writer_.reset();  // the log goes into the file
    open();
    for (PartNumber part = 2; part <= 5; ++part) ASSERT_TRUE(append(part)) << error_;
  }
  void open() {
    auto writer = RecordWriter::open(file_, clock_, {.reserve_bytes = 0});
    ASSERT_TRUE(writer) << writer.error().message;
    writer_ = std::move(*writer);
  }
  bool append(PartNumber part) {
    auto event =
        writer_->append(Entry{EventKind::decided, part, R"({"outcome":"pass","gate":"none","reason":"good"})"});
    error_ = event ? "" : event.error().message;
    return event.ok();
  }
  void sql(const std::string& text) {
    auto rows = store::open_sqlite(file_);
    ASSERT_TRUE(rows) << rows.error().message;
    const store::Statement statement{text, {}};
    const auto written = (*rows)->write({&statement, 1});
    ASSERT_TRUE(written) << written.error().message;
  }
  void move_all(const fs::path& from, const fs::path& to) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::error_code code;
      fs::rename(from.string() + suffix, to.string() + suffix, code);
    }
  }
  std::size_t events_of(PartNumber part) {
    std::size_t found = 0;
    auto reader = RecordReader::open(file_);
    if (!reader) return 0;
    EXPECT_TRUE(reader->for_each({.part = part}, [&](const Event&) { return ++found, true; }));
    return found;
  }
  test::TempFolder folder_;
  fs::path file_ = folder_ / "records" / "record.db";
  ManualClock clock_{UtcTime{std::chrono::seconds(1795446000)}};
  std::unique_ptr<RecordWriter> writer_;
  std::string error_;
};

struct Fault {
  const char* name;
  std::function<void(const fs::path& file)> happen;
};

void overwrite(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

TEST_F(InPlaceTest, NothingIsDurableInAFileThatIsNotWhereItShouldBe) {
  const Fault faults[] = {
      {"removed",
       [](const fs::path& file) {
         for (const char* s : {"", "-wal", "-shm"}) fs::remove(file.string() + s);
       }},
      {"only the database removed", [](const fs::path& file) { fs::remove(file); }},
      {"its log removed", [](const fs::path& file) { fs::remove(file.string() + "-wal"); }},
      {"moved", [](const fs::path& file) { fs::rename(file, file.string() + ".1"); }},
      {"its folder moved",
       [](const fs::path& file) { fs::rename(file.parent_path(), file.parent_path().string() + "2"); }},
      {"replaced by a text",
       [](const fs::path& file) {
         fs::remove(file);
         overwrite(file, "text");
       }},
      {"replaced by a copy, in one step",
       [](const fs::path& file) {
         fs::copy_file(file, file.string() + ".copy");
         fs::rename(file.string() + ".copy", file);
       }},
      {"replaced by a link to a copy",
       [](const fs::path& file) {
         fs::copy_file(file, file.string() + ".copy");
         fs::remove(file);
         fs::create_symlink(file.string() + ".copy", file);
       }},
      {"moved, and a link to it put in its place",
       [](const fs::path& file) {
         for (const char* s : {"", "-wal", "-shm"}) fs::rename(file.string() + s, file.string() + ".1" + s);
         fs::create_symlink(file.string() + ".1", file);
       }},
      {"its folder removed", [](const fs::path& file) { fs::remove_all(file.parent_path()); }},
      {"its log replaced by a copy",
       [](const fs::path& file) {
         fs::copy_file(file.string() + "-wal", file.string() + ".copy");
         fs::rename(file.string() + ".copy", file.string() + "-wal");
       }},
      {"overwritten in place", [](const fs::path& file) { overwrite(file, std::string(8192, 'x')); }},
      {"cut in place", [](const fs::path& file) { fs::resize_file(file, 100); }},
      {"its log cut in place", [](const fs::path& file) { fs::resize_file(file.string() + "-wal", 0); }},
      {"replaced by a folder",
       [](const fs::path& file) {
         fs::remove(file);
         fs::create_directories(file);
       }},
      {"read-only", [](const fs::path& file) { fs::permissions(file, fs::perms::owner_read); }},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    writer_.reset();
    fs::remove_all(folder_ / "records");
    fs::remove_all(folder_ / "records2");
    SetUp();
    fault.happen(file_);
    EXPECT_FALSE(append(6));
    EXPECT_NE(error_, "");
    EXPECT_FALSE(append(7)) << "and it stays so";
  }
}

TEST_F(InPlaceTest, WhatTheDatabaseDoesToEventsIsFound) {
  const char* changes[] = {
      "CREATE TRIGGER t BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END",
      "CREATE TRIGGER t AFTER INSERT ON events BEGIN UPDATE events SET utc = '' WHERE sequence = 1; END",
      "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events WHERE sequence = NEW.sequence; END",
      "CREATE VIEW v AS SELECT * FROM events",
      "ALTER TABLE events RENAME TO other",
      "ALTER TABLE events ADD COLUMN more TEXT",
      "DROP INDEX events_by_part",
      "DROP TABLE events",
      "DELETE FROM events WHERE sequence = 154",
      "UPDATE events SET part = 9 WHERE sequence = 153",
      "INSERT INTO events(sequence, utc, kind, payload, previous, hash) VALUES(155, '', '', '{}', '', '')",
      "PRAGMA user_version = 3",
  };
  for (const char* change : changes) {
    SCOPED_TRACE(change);
    writer_.reset();
    fs::remove_all(folder_ / "records");
    SetUp();
    sql(change);
    EXPECT_FALSE(append(6));
    EXPECT_NE(error_, "");
  }
}

TEST_F(InPlaceTest, ARecordThatComesBackIsWrittenOn) {
  move_all(file_, folder_ / "aside.db");
  EXPECT_FALSE(append(6));
  EXPECT_FALSE(fs::exists(file_)) << "no new chain is begun in silence";
  EXPECT_FALSE(writer_->maintain());
  move_all(folder_ / "aside.db", file_);
  EXPECT_TRUE(append(6)) << error_;
  const auto found = RecordReader::open(file_)->verify();
  EXPECT_EQ(found->events, 155);
  EXPECT_FALSE(found->broken_sequence);
}

TEST_F(InPlaceTest, ACopyOfTheWholeRecordWillDo) {
  const fs::path copy = folder_ / "copy.db";
  for (const char* suffix : {"", "-wal"}) fs::copy_file(file_.string() + suffix, copy.string() + suffix);
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file_.string() + suffix);
  EXPECT_FALSE(append(6));
  move_all(copy, file_);
  EXPECT_TRUE(append(6)) << error_;
  EXPECT_EQ(events_of(3), 1u);
  EXPECT_EQ(events_of(6), 1u);
}

// All that was acknowledged is in the file itself, and still nobody is asked who takes files away beneath a station.
TEST_F(InPlaceTest, ALogThatIsRemovedWhereNothingIsLostStopsItTooUntilARestart) {
  {
    auto rows = store::open_sqlite(file_);
    ASSERT_TRUE(rows);
    ASSERT_TRUE((*rows)->query({"PRAGMA wal_checkpoint(FULL)", {}}, [](const store::Row&) { return false; }));
  }
  ASSERT_TRUE(writer_->maintain()) << "that changed nothing of what the record holds";
  fs::remove(file_.string() + "-wal");
  EXPECT_FALSE(append(6));
  EXPECT_FALSE(writer_->maintain());
  EXPECT_FALSE(append(7));
  writer_.reset();
  open();
  EXPECT_TRUE(append(8)) << error_;
  const auto found = RecordReader::open(file_)->verify();
  EXPECT_EQ(found->events, 155);
  EXPECT_FALSE(found->broken_sequence);
}

TEST_F(InPlaceTest, AnOlderRecordIsNotTakenForThisOne) {
  writer_.reset();
  const fs::path older = folder_ / "older.db";
  fs::copy_file(file_, older);
  open();
  ASSERT_TRUE(append(6));
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file_.string() + suffix);
  EXPECT_FALSE(append(7));
  fs::rename(older, file_);
  EXPECT_FALSE(append(7));
  EXPECT_NE(error_.find("no longer holds event 155"), std::string::npos) << error_;
  writer_.reset();
  open();
  EXPECT_TRUE(append(8)) << "a restart begins with what is there";
}

TEST_F(InPlaceTest, AReadOnlyRecordThatIsWritableAgainGoesOn) {
  fs::permissions(file_, fs::perms::owner_read);
  EXPECT_FALSE(append(6));
  EXPECT_NE(error_.find("read-only"), std::string::npos) << error_;
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_TRUE(append(6)) << error_;
}

TEST_F(InPlaceTest, ReadersChangeNothing) {
  for (PartNumber part = 6; part <= 40; ++part) {
    EXPECT_EQ(events_of(part - 1), 1u);
    ASSERT_TRUE(append(part)) << error_;
  }
}

TEST_F(InPlaceTest, ARecordOfTheFirstFormatBecomesOneOfToday) {
  writer_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file_.string() + suffix);
  {
    auto rows = store::open_sqlite(file_);
    ASSERT_TRUE(rows);
    std::vector<store::Statement> statements = {
        {"CREATE TABLE IF NOT EXISTS events(sequence BIGINT PRIMARY KEY, utc TEXT NOT NULL, kind TEXT NOT NULL, part "
         "BIGINT, "
         "payload TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL)",
         {}},
        {"CREATE INDEX IF NOT EXISTS events_by_part ON events(part, sequence)", {}},
        {"CREATE INDEX IF NOT EXISTS events_by_kind ON events(kind, sequence)", {}}};
    Event event{1,
                "2026-11-23T15:00:00.000Z",
                "decided",
                7,
                R"({"gate":"none","outcome":"pass","reason":"good","serial":"S1"})",
                std::string(64, '0'),
                ""};
    event.hash = hash_of(event);
    statements.push_back(
        {"INSERT INTO events(sequence, utc, kind, part, payload, previous, hash) VALUES($1, $2, $3, $4, $5, $6, $7)",
         {event.sequence, event.utc, event.kind, std::int64_t{7}, event.payload, event.previous, event.hash}});
    ASSERT_TRUE((*rows)->write(statements));
  }
  const auto of_serial = [&] {
    std::size_t found = 0;
    auto reader = RecordReader::open(file_);
    EXPECT_TRUE(reader) << reader.error().message;
    EXPECT_TRUE(reader->for_each({.part = 7, .serial = "S1", .reason = Reason::good},
                                 [&](const Event&) { return ++found, true; }));
    return found;
  };
  EXPECT_EQ(of_serial(), 1u) << "read as it is";
  open();
  EXPECT_TRUE(append(8)) << error_;
  EXPECT_EQ(of_serial(), 1u);
  EXPECT_EQ(RecordReader::open(file_)->verify()->events, 2);
}

TEST_F(InPlaceTest, ANewerFormatIsRefusedByName) {
  writer_.reset();
  sql("PRAGMA user_version = 3");
  const auto writer = RecordWriter::open(file_, clock_, {.reserve_bytes = 0});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::unsupported);
  EXPECT_NE(writer.error().message.find("format 3"), std::string::npos);
  EXPECT_EQ(RecordReader::open(file_).error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace lineguard::record
