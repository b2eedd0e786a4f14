// A record that was rewritten, cut or replaced is never called whole and sealed.
#include "temp_folder.h"

#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/record/anchor.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/record/verification.h>
#include <lineguard/store/rows.h>

namespace lineguard::record {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPass = R"({"outcome":"pass","gate":"none","reason":"good"})";

class VerificationTest : public testing::Test {
 protected:
  void SetUp() override {
    auto key = SigningKey::generate("station 1");
    ASSERT_TRUE(key);
    ASSERT_TRUE(key->write(key_));
    options_.keys.push_back(key->public_key());
    auto writer = open(key_);
    append(*writer, 1, 10);
    clock_.advance(std::chrono::hours(1));
    append(*writer, 11, 20);  // an anchor between
    ASSERT_TRUE(writer->close());
  }
  std::unique_ptr<RecordWriter> open(const fs::path& key, const fs::path& copy = {}) {
    auto writer = RecordWriter::open(file_, clock_, {.reserve_bytes = 0, .key = key, .anchor_copy = copy});
    EXPECT_TRUE(writer) << writer.error().message;
    return std::move(*writer);
  }
  void append(RecordWriter& writer, PartNumber from, PartNumber to) {
    for (PartNumber part = from; part <= to; ++part) {
      const auto event = writer.append(Entry{EventKind::decided, part, kPass});
      ASSERT_TRUE(event) << event.error().message;
    }
  }
  RecordVerification verify() {
    const auto found = verify_record(file_, options_);
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }
  static std::string words(const RecordVerification& found) {
    std::string text = found.chain.problem;
    for (const auto* list : {&found.problems, &found.warnings, &found.not_checked})
      for (const std::string& sentence : *list) text += "; " + sentence;
    return text;
  }
  void sql(const std::vector<std::string>& texts) {
    auto rows = store::open_sqlite(file_);
    ASSERT_TRUE(rows) << rows.error().message;
    for (const std::string& text : texts) {
      const store::Statement statement{text, {}};
      const auto written = (*rows)->write({&statement, 1});
      ASSERT_TRUE(written) << text << ": " << written.error().message;
    }
  }
  std::vector<Event> events() {
    std::vector<Event> all;
    auto reader = RecordReader::open(file_);
    EXPECT_TRUE(reader->for_each({}, [&](const Event& event) { return all.push_back(event), true; }));
    return all;
  }
  // Puts these events in place of those that are there, numbered and chained anew.
  void write_anew(std::vector<Event> all) {
    auto rows = store::open_sqlite(file_);
    ASSERT_TRUE(rows);
    std::vector<store::Statement> statements = {{"DELETE FROM events", {}}};
    std::string previous(64, '0');
    std::int64_t sequence = 0;
    for (Event& event : all) {
      event.sequence = ++sequence;
      event.previous = previous;
      event.hash = previous = hash_of(event);
      store::Value part;
      if (event.part) part = std::int64_t{*event.part};
      statements.push_back(
          {"INSERT INTO events(sequence, utc, kind, part, payload, previous, hash) VALUES($1, $2, $3, $4, $5, $6, $7)",
           {event.sequence, event.utc, event.kind, part, event.payload, event.previous, event.hash}});
    }
    ASSERT_TRUE((*rows)->write(statements));
  }
  test::TempFolder folder_;
  fs::path file_ = folder_ / "record.db", key_ = folder_ / "station.key";
  ManualClock clock_{UtcTime{std::chrono::seconds(1795446000)}};
  VerifyOptions options_;
};

TEST_F(VerificationTest, AnOrdinaryRecordIsWholeAndSealedToItsEnd) {
  const RecordVerification found = verify();
  EXPECT_TRUE(found.holds()) << words(found);
  EXPECT_EQ(found.anchors, 3) << "start, hour and stop";
  EXPECT_EQ(found.sealed_until, found.chain.head.sequence);
  EXPECT_TRUE(found.warnings.empty()) << words(found);
  EXPECT_TRUE(found.not_checked.empty()) << words(found);
}

TEST_F(VerificationTest, WithoutATrustedKeyNothingVouches) {
  options_.keys.clear();
  EXPECT_FALSE(verify().holds());
  EXPECT_NE(words(verify()).find("nothing outside vouches"), std::string::npos);
  options_.keys.push_back(SigningKey::generate("other")->public_key());
  EXPECT_FALSE(verify().holds());
}

TEST_F(VerificationTest, AnUnsealedTailIsSaidAndAllowedForARunningStation) {
  {
    auto writer = open("");
    append(*writer, 21, 23);
  }
  const RecordVerification found = verify();
  EXPECT_TRUE(found.whole()) << words(found);
  EXPECT_FALSE(found.holds());
  EXPECT_EQ(found.sealed_until + 3, found.chain.head.sequence);
  options_.open_tail = true;
  EXPECT_TRUE(verify().holds());
}

TEST_F(VerificationTest, AChangeToADatabaseIsFound) {
  const std::vector<std::string> changes[] = {
      {"UPDATE events SET part = 99 WHERE sequence = 4"},
      {"UPDATE events SET utc = '2026-11-23T15:00:00.001Z' WHERE sequence = 4"},
      {"UPDATE events SET payload = replace(payload, 'good', 'late') WHERE sequence = 4"},
      {"UPDATE events SET payload = CAST(payload AS BLOB) WHERE sequence = 4"},
      {"UPDATE events SET hash = CAST(hash AS BLOB) WHERE sequence = 4"},
      {"UPDATE events SET part = 4.5 WHERE sequence = 4"},
      {"UPDATE events SET part = part + 4294967296 WHERE sequence = 4"},
      {"UPDATE events SET sequence = 4.5 WHERE sequence = 4"},
      {"UPDATE events SET sequence = -4 WHERE sequence = 4"},
      {"DELETE FROM events WHERE sequence = 4"},
      {"DELETE FROM events WHERE sequence > 20"},
      {"DELETE FROM events"},
      {"UPDATE events SET sequence = 100 WHERE sequence = 4", "UPDATE events SET sequence = 4 WHERE sequence = 5",
       "UPDATE events SET sequence = 5 WHERE sequence = 100"},
      {"CREATE TABLE more(x)"},
      {"CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END"},
      {"CREATE VIEW v AS SELECT 1"},
      {"DROP INDEX events_by_part"},
      {"ALTER TABLE events ADD COLUMN more TEXT"},
      {"UPDATE meta SET value = '3'"},
      {"PRAGMA user_version = 0"},
  };
  std::stringstream whole;
  whole << std::ifstream(file_, std::ios::binary).rdbuf();
  for (const auto& change : changes) {
    SCOPED_TRACE(change.front());
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(file_.string() + suffix);
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << whole.str();
    ASSERT_TRUE(verify().holds()) << words(verify());
    sql(change);
    const auto found = verify_record(file_, options_);
    EXPECT_TRUE(!found || !found->holds());
    EXPECT_TRUE(!found || !found->whole() || found->sealed_until == 0);
  }
}

TEST_F(VerificationTest, ARecordThatWasCutEmptiedOrOverwrittenIsBroken) {
  const auto whole = fs::file_size(file_);
  fs::resize_file(file_, whole / 2);
  EXPECT_FALSE(verify().holds());
  fs::resize_file(file_, 0);
  EXPECT_FALSE(verify().holds());
  std::ofstream(file_) << "no database";
  EXPECT_FALSE(verify().holds());
  fs::remove(anchors_beside(file_));
  EXPECT_FALSE(verify_record(file_, options_).ok()) << "nothing says that this was a record";
}

TEST_F(VerificationTest, ARecordThatIsChainedAnewIsFound) {
  const std::vector<Event> before = events();
  const std::function<void(std::vector<Event>&)> changes[] = {
      [](auto& all) { all[4].payload = R"({"gate":"reject","outcome":"divert","reason":"late"})"; },
      [](auto& all) { all[4].part = 77; },
      [](auto& all) { std::swap(all[4], all[5]); },
      [](auto& all) { all.erase(all.begin() + 4); },
      [](auto& all) { all.insert(all.begin() + 4, all[3]); },
      [](auto& all) { std::erase_if(all, [](const Event& event) { return is(event, EventKind::anchored); }); },
      [](auto& all) { all.resize(7); },
      [](auto& all) { all[4].payload = R"({"outcome":"pass", "gate":"none", "reason":"good"})"; },
      [](auto& all) { all[4].payload = R"({"gate":"none","gate":"none","outcome":"pass","reason":"good"})"; },
  };
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    SCOPED_TRACE(i);
    std::vector<Event> changed = before;
    changes[i](changed);
    write_anew(changed);
    EXPECT_FALSE(verify().holds()) << "with the anchors beside it";
    fs::rename(anchors_beside(file_), folder_ / "away");
    EXPECT_FALSE(verify().holds()) << "without them";
    fs::rename(folder_ / "away", anchors_beside(file_));
  }
  write_anew(before);
  EXPECT_TRUE(verify().holds()) << words(verify());
}

TEST_F(VerificationTest, ARecordThatIsSignedAnewByAnotherKeyIsFound) {
  fs::remove(file_);
  fs::remove(anchors_beside(file_));
  const fs::path own = folder_ / "own.key";
  ASSERT_TRUE(SigningKey::generate("")->write(own));
  auto writer = open(own);
  append(*writer, 1, 5);
  ASSERT_TRUE(writer->close());
  EXPECT_FALSE(verify().holds());
}

TEST_F(VerificationTest, ACutBehindAnAnchorShowsAgainstAnchorsAndHeadsKeptElsewhere) {
  const Head head = verify().chain.head;
  std::vector<Event> cut = events();
  cut.pop_back();
  while (!is(cut.back(), EventKind::anchored)) cut.pop_back();
  write_anew(cut);
  EXPECT_FALSE(verify().holds()) << "the anchors beside the record";
  fs::rename(anchors_beside(file_), folder_ / "elsewhere");
  const RecordVerification alone = verify();
  EXPECT_TRUE(alone.holds());
  EXPECT_NE(words(alone).find("cut right behind an anchor"), std::string::npos) << "and that is said";
  options_.anchors = folder_ / "elsewhere";
  EXPECT_FALSE(verify().holds());
  options_.anchors.clear();
  options_.expected = head;
  EXPECT_FALSE(verify().holds());
}

TEST_F(VerificationTest, TimeThatRunsBackwardsIsFlagged) {
  ManualClock earlier{UtcTime{std::chrono::seconds(1795440000)}};
  {
    auto writer = RecordWriter::open(file_, earlier, {.reserve_bytes = 0, .key = key_});
    ASSERT_TRUE(writer);
    append(**writer, 21, 21);
  }
  const RecordVerification found = verify();
  EXPECT_TRUE(found.holds()) << words(found);
  EXPECT_NE(words(found).find("time runs backwards"), std::string::npos);
}

TEST_F(VerificationTest, ALostRecordIsSaidAtTheNextStart) {
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file_.string() + suffix);
  {
    auto writer = open(key_);
    append(*writer, 21, 22);
  }
  const auto all = events();
  ASSERT_FALSE(all.empty());
  EXPECT_TRUE(is(all.front(), EventKind::events_missing)) << all.front().kind;
  EXPECT_FALSE(verify().holds()) << "the anchors still name what was lost";
}

TEST_F(VerificationTest, ASecondPlaceHasEveryAnchorAndKnowsOfALostRecord) {
  const fs::path copy = folder_ / "elsewhere" / "station-1.anchors";
  fs::create_directories(copy.parent_path());
  { auto writer = open(key_, copy); }
  EXPECT_EQ(*read_text_file(copy), *read_text_file(anchors_beside(file_)));
  for (const char* suffix : {"", "-wal", "-shm", ".anchors"}) fs::remove(file_.string() + suffix);
  auto writer = open(key_, copy);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (writer->head().sequence == 0 && std::chrono::steady_clock::now() < limit) {
    ASSERT_TRUE(writer->maintain());
    std::this_thread::yield();
  }
  const auto all = events();
  ASSERT_FALSE(all.empty());
  EXPECT_TRUE(is(all.front(), EventKind::events_missing));
}

TEST_F(VerificationTest, ASecondPlaceThatIsAwayIsReportedAndHoldsNothingUp) {
  auto writer = open(key_, folder_ / "nowhere" / "x.anchors");
  append(*writer, 21, 25);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (writer->anchor_state().problem.empty() && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  EXPECT_NE(writer->anchor_state().problem.find("x.anchors"), std::string::npos);
  EXPECT_TRUE(writer->anchor_state().signing);
  writer.reset();
  EXPECT_TRUE(verify().holds()) << words(verify());
}

}  // namespace
}  // namespace lineguard::record
