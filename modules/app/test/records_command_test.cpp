#include "commands.h"
#include "temp_folder.h"

#include <algorithm>
#include <iostream>
#include <sstream>

#include <gtest/gtest.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/imaging/encode.h>
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
  EXPECT_NE(csv.find("sequence,utc,kind,part,serial,lot,recipe,outcome"), std::string::npos);
  EXPECT_NE(csv.find("\"a \"\"quoted\"\", detail\""), std::string::npos);
  std::istringstream stream(csv);
  for (std::string line; std::getline(stream, line);) {
    const auto quoted_commas = line.find("\"\", detail") == std::string::npos ? 0 : 1;
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), 25 + quoted_commas) << line;
  }
}

// What the record holds of a part, and where its picture is.
TEST_F(RecordsCommand, APartLeadsToPictureRegionsAndSettings) {
  const std::filesystem::path file = folder_ / "line.db";
  Decision decision;
  decision.part_number = 4711;
  decision.reason = Reason::defective;
  decision.threshold = 27.5;
  Prediction& prediction = decision.prediction.emplace();
  prediction.score = 31.25;
  prediction.model = {"cells", 3, std::string(64, 'd')};
  prediction.regions.push_back({{4, 5, 6, 7}, 31.25, "scratch", {}, ""});
  const Image image({32, 24}, 3);
  const Bytes png = *imaging::encode_png(image);
  ASSERT_TRUE(write_file_atomically(folder_ / "pictures" / "0001.png", std::span<const std::byte>(png)));
  record::DecisionContext context;
  context.serial = "SN-9";
  context.lot = "L-7";
  context.recipe = "cells";
  context.picture = "pictures/0001.png";
  {
    auto writer = record::RecordWriter::open(file, clock_, {.reserve_bytes = 0});
    ASSERT_TRUE(writer);
    const std::string settings =
        R"({"settings":{"file":"station.toml","sha256":"abc","text":"# why\nthreshold = 27.5\n"}})";
    ASSERT_TRUE((*writer)->append(record::Entry{record::EventKind::station_started, 0, settings}));
    ASSERT_TRUE((*writer)->append(record::decision_entry(record::EventKind::decided, decision, context)));
    ASSERT_TRUE((*writer)->append(
        record::actuated_entry(4711, Outcome::divert, Reason::defective, true, {{"", sha256_hex(png)}})));
  }
  ASSERT_EQ(run({"records", "show", file, "--part", "4711", "--html", folder_ / "part.html"}), kDone) << err_;
  for (const char* text :
       {"pictures/0001.png", "SN-9", "L-7", "cells version 3", "x 4 y 5, 6 x 7, score 31.25, scratch",
        "threshold = 27.5", "SHA-256 abc", "the PLC has taken it"})
    EXPECT_NE(out_.find(text), std::string::npos) << text << "\n" << out_;
  EXPECT_EQ(out_.find("# why"), std::string::npos);
  EXPECT_NE(read_text_file(folder_ / "part.html")->find("data:image/jpeg;base64"), std::string::npos);
  EXPECT_EQ(run({"records", "show", file, "--serial", "SN-9"}), kDone);
  EXPECT_NE(out_.find("the PLC has taken it"), std::string::npos) << "what belongs to the part, not to the serial";

  EXPECT_EQ(run({"records", "show", file, "--csv", "--part", "4711"}), kDone);
  EXPECT_NE(out_.find(",serial,lot,recipe,outcome,"), std::string::npos);
  EXPECT_NE(out_.find("2,"), std::string::npos);
  EXPECT_NE(out_.find(",SN-9,L-7,cells,divert,reject,defective,31.25,27.5,,4 5 6 7 31.25,pictures/0001.png,"),
            std::string::npos)
      << out_;

  ASSERT_TRUE(write_file_atomically(folder_ / "pictures" / "0001.png", "another"));
  EXPECT_EQ(run({"records", "show", file, "--part", "4711"}), kDone);
  EXPECT_NE(out_.find("is another picture now"), std::string::npos);
}

TEST_F(RecordsCommand, TimesOfThisMachineAreTaken) {
  EXPECT_EQ(run({"records", "show", file_, "--since", "1970-01-01", "--until", "1970-01-02"}), kDone) << err_;
  EXPECT_EQ(lines(), 3);
  EXPECT_EQ(run({"records", "show", file_, "--since", "2000-01-01 06:00"}), kDone) << err_;
  EXPECT_EQ(lines(), 0);
  EXPECT_EQ(run({"records", "show", file_, "--since", "yesterday"}), kWrongUse);
  EXPECT_NE(err_.find("--since \"yesterday\" is no time; allowed: 2026-11-23"), std::string::npos) << err_;
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
