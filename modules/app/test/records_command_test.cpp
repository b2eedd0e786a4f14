#include "commands.h"
#include "temp_folder.h"

#include <algorithm>
#include <iostream>
#include <sstream>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/store/rows.h>

namespace lineguard::app {
namespace {

class RecordsCommand : public testing::Test {
 protected:
  void SetUp() override {
    auto writer = record::RecordWriter::open(file_, clock_, {.reserve_bytes = 0});
    ASSERT_TRUE(writer);
    for (PartNumber part = 1; part <= 3; ++part) {
      Decision decision;
      decision.part_number = part;
      decision.reason = part == 2 ? Reason::late : Reason::defective;
      decision.detail = "a \"quoted\", detail";
      ASSERT_TRUE((*writer)->append(record::decision_entry(record::EventKind::decided, decision, {})));
    }
  }
  // Runs the command line; standard output ends in out_, standard error in err_.
  int run(std::vector<std::string> arguments) {
    CLI::App root;
    app::Run chosen;
    add_records_command(root, chosen);
    std::reverse(arguments.begin(), arguments.end());
    root.parse(arguments);
    std::ostringstream out;
    auto* const old_out = std::cout.rdbuf(out.rdbuf());
    testing::internal::CaptureStderr();  // of the descriptor: messages go past std::cerr
    const int code = chosen();
    err_ = testing::internal::GetCapturedStderr();
    std::cout.rdbuf(old_out);
    out_ = out.str();
    return code;
  }
  long lines() const { return std::count(out_.begin(), out_.end(), '\n'); }
  test::TempFolder folder_;
  std::filesystem::path file_ = folder_ / "record.db";
  ManualClock clock_;
  std::string out_, err_;
};

TEST_F(RecordsCommand, ShowsByLastPartAndReason) {
  EXPECT_EQ(run({"records", "show", file_}), kDone);
  EXPECT_EQ(lines(), 3);
  EXPECT_EQ(run({"records", "show", file_, "--last", "1"}), kDone);
  EXPECT_EQ(lines(), 1);
  EXPECT_NE(out_.find("divert: defective"), std::string::npos);
  EXPECT_EQ(run({"records", "show", file_, "--part", "2"}), kDone);
  EXPECT_NE(out_.find("divert: late"), std::string::npos);
  EXPECT_EQ(run({"records", "show", file_, "--reason", "late"}), kDone);
  EXPECT_EQ(lines(), 1);
  EXPECT_EQ(run({"records", "show", file_, "--reason", "tired"}), kWrongUse);
  EXPECT_NE(err_.find("\"sequence lost\""), std::string::npos) << "says which there are";
}

TEST_F(RecordsCommand, VerifySaysWholeOrTheBrokenEvent) {
  EXPECT_EQ(run({"records", "verify", file_}), kAnswerIsNo) << "nothing vouches for it";
  EXPECT_NE(out_.find("whole: 3 events"), std::string::npos);
  EXPECT_NE(out_.find("nothing outside vouches"), std::string::npos);
  const std::string head = out_.substr(out_.find("head ") + 5, 66);
  {
    auto rows = store::open_sqlite(file_);
    const store::Statement statement{"DELETE FROM events WHERE sequence = 3", {}};
    ASSERT_TRUE((*rows)->write({&statement, 1}));
  }
  EXPECT_EQ(run({"records", "verify", file_}), kAnswerIsNo);
  EXPECT_NE(out_.find("whole: 2 events"), std::string::npos);
  EXPECT_EQ(run({"records", "verify", file_, "--head", head}), kAnswerIsNo);
  EXPECT_NE(out_.find("once reached 3"), std::string::npos);
  {
    auto rows = store::open_sqlite(file_);
    const store::Statement statement{"UPDATE events SET part = 7 WHERE sequence = 2", {}};
    ASSERT_TRUE((*rows)->write({&statement, 1}));
  }
  EXPECT_EQ(run({"records", "verify", file_, "--json", folder_ / "v.json"}), kAnswerIsNo);
  EXPECT_NE(out_.find("broken at event 2"), std::string::npos);
  EXPECT_NE(read_text_file(folder_ / "v.json")->find("\"broken_sequence\": 2"), std::string::npos);
  EXPECT_EQ(run({"records", "verify", file_, "--head", "3"}), kWrongUse);
}

TEST_F(RecordsCommand, ExportsJsonLinesAndCsv) {
  EXPECT_EQ(run({"records", "export", file_}), kDone);
  EXPECT_EQ(lines(), 3);
  EXPECT_EQ(out_.rfind("{\"hash\"", 0), 0u);
  EXPECT_EQ(run({"records", "export", file_, "--format", "csv", "--out", folder_ / "a.csv"}), kDone);
  const std::string csv = *read_text_file(folder_ / "a.csv");
  EXPECT_NE(csv.find("sequence,utc,kind,part,outcome"), std::string::npos);
  EXPECT_NE(csv.find("\"a \"\"quoted\"\", detail\""), std::string::npos);
  std::istringstream stream(csv);
  for (std::string line; std::getline(stream, line);) {
    const auto quoted_commas = line.find("\"\", detail") == std::string::npos ? 0 : 1;
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), 12 + quoted_commas) << line;
  }
}

TEST_F(RecordsCommand, FailuresLeaveNothingBehind) {
  EXPECT_EQ(run({"records", "show", folder_ / "absent.db"}), kRuntimeFailure);
  EXPECT_NE(err_.find("absent.db"), std::string::npos);
  EXPECT_EQ(run({"records", "export", file_, "--out", folder_ / "no" / "a.csv"}), kRuntimeFailure);
  EXPECT_EQ(run({"records", "export", file_, "--reason", "tired", "--out", folder_ / "a.csv"}), kWrongUse);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_EQ(entry.path().filename().string().find("a.csv"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace lineguard::app
