#include "commands.h"
#include "temp_folder.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::app {
namespace {

struct Outcome {
  int exit_code = -1;
  std::string out, err;
};

Outcome verify(std::vector<std::string> arguments) {
  CLI::App root;
  Run run;
  add_verify_command(root, run);
  arguments.insert(arguments.begin(), "verify");
  std::reverse(arguments.begin(), arguments.end());
  Outcome outcome;
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  try {
    root.parse(arguments);
    outcome.exit_code = run();
  } catch (const CLI::ParseError&) {
    outcome.exit_code = kWrongUse;
  }
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

class VerifyCommand : public ::testing::Test {
 protected:
  void add_picture(const std::string& name, std::uint8_t seed) {
    Image image({16, 16}, 1);
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x) image.row_u8(y)[x] = static_cast<std::uint8_t>(seed + x * y);
    }
    const auto png = imaging::encode_png(image);
    ASSERT_TRUE(png) << png.error().message;
    ASSERT_TRUE(write_file_atomically(folder_ / name, *png));
  }
  std::string path(const std::string& name = "") const { return (folder_ / name).string(); }

  // Beside the set: nothing is written into it.
  std::string output(const std::string& name) const { return (outputs_ / name).string(); }

  test::TempFolder folder_, outputs_;
};

TEST_F(VerifyCommand, saysReadyForACleanSet) {
  for (std::uint8_t i = 0; i < 12; ++i) add_picture("good/" + std::to_string(i) + ".png", i);
  const Outcome outcome = verify({path()});
  EXPECT_EQ(outcome.exit_code, kDone) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("12: 12 good, 0 defective"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("Ready to train"), std::string::npos) << outcome.out;
}

TEST_F(VerifyCommand, answersNoUnlessTheBlockerIsAllowed) {
  for (std::uint8_t i = 0; i < 12; ++i) add_picture("train/good/" + std::to_string(i) + ".png", i);
  add_picture("test/good/again.png", 3);
  const Outcome outcome = verify({path(), "--json", output("made/verify.json")});
  EXPECT_EQ(outcome.exit_code, kAnswerIsNo) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("BLOCKER duplicate-across-splits"), std::string::npos) << outcome.out;
  const auto json = nlohmann::json::parse(read_text_file(output("made/verify.json")).value());
  EXPECT_EQ(json["schema"], "lineguard.verify/1");
  EXPECT_EQ(json["layout"], "mvtec");
  EXPECT_EQ(json["blockers"], 1);
  EXPECT_EQ(json["summary"]["pictures"], 13);
  EXPECT_EQ(json["findings"][0]["check"], "duplicate-across-splits");
  EXPECT_EQ(json["findings"][0]["files"], (std::vector<std::string>{"train/good/3.png", "test/good/again.png"}));
  EXPECT_EQ(verify({path(), "--allow", "duplicate-across-splits"}).exit_code, kDone);
}

TEST_F(VerifyCommand, writesAPageWithThumbnails) {
  add_picture("good/<a>.png", 1);
  add_picture("good/b.png", 1);
  for (std::uint8_t i = 2; i < 10; ++i) add_picture("good/" + std::to_string(i) + ".png", i);
  EXPECT_EQ(verify({path(), "--report", output("verify.html")}).exit_code, kDone);
  const std::string html = read_text_file(output("verify.html")).value();
  EXPECT_NE(html.find("data:image/jpeg"), std::string::npos);
  EXPECT_NE(html.find("&lt;a&gt;.png"), std::string::npos);
}

std::size_t times(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

TEST_F(VerifyCommand, saysWhatToDoOnceACheck) {
  for (std::uint8_t i = 0; i < 42; ++i) {
    add_picture("train/good/" + std::to_string(i) + ".png", i);
    add_picture("test/good/again" + std::to_string(i) + ".png", i);
  }
  ASSERT_TRUE(write_file_atomically(folder_ / "train/good/broken.png", "no picture"));
  const std::vector<std::string> arguments{path(), "--structure-only", "--report", output("verify.html")};
  const std::string text = verify(arguments).out, html = read_text_file(output("verify.html")).value();
  EXPECT_NE(text.find("BLOCKER duplicate-across-splits: 42 findings in 84 files\n"), std::string::npos) << text;
  EXPECT_NE(text.find("… and 32 findings more"), std::string::npos) << text;
  EXPECT_NE(text.find("Splits    train: 43, test: 42"), std::string::npos) << text;
  EXPECT_EQ(times(text, "Keep the picture in one split only"), 1u) << text;
  EXPECT_EQ(times(html, "Keep the picture in one split only"), 1u);
  EXPECT_EQ(times(html, "<h2>Blocker: "), 2u);
  EXPECT_NE(html.find("<h2>Blocker: duplicate-across-splits (42 findings in 84 files)</h2>"), std::string::npos);
  EXPECT_NE(html.find("… and 2 findings more"), std::string::npos);
  const std::string section = html.substr(html.find("<h2>Blocker: duplicate-across-splits"));
  EXPECT_EQ(times(section.substr(0, section.find("<h2>", 1)), "data:image/jpeg"), 24u);
  EXPECT_LT(html.find("What is in it"), html.find("<h2>Blocker: "));
}

TEST_F(VerifyCommand, blockersStandBeforeWhatIsAllowedAndWarnings) {
  for (std::uint8_t i = 1; i <= 4; ++i) add_picture("train/good/" + std::to_string(i) + ".png", i);
  add_picture("test/good/again.png", 1);
  add_picture("test/crack/one.png", 9);
  add_picture("test/stain/one.png", 10);
  const Outcome outcome = verify({path(), "--structure-only", "--allow", "no-good-pictures"});
  const auto blocker = outcome.out.find("\nBLOCKER duplicate-across-splits"),
             allowed = outcome.out.find("\nallowed no-good-pictures"),
             warning = outcome.out.find("\nwarning imbalance");
  EXPECT_LT(blocker, allowed) << outcome.out;
  EXPECT_LT(allowed, warning) << outcome.out;
  EXPECT_NE(warning, std::string::npos) << outcome.out;
}

TEST_F(VerifyCommand, namesEveryLabelLineThatCannotBeUsed) {
  for (std::uint8_t i = 0; i < 3; ++i) add_picture(std::to_string(i) + ".png", i);
  ASSERT_TRUE(write_file_atomically(folder_ / "labels.csv", "image,label\n0.png,good\n1.png,7\n2.png,good,x\n"));
  const Outcome outcome = verify({path("labels.csv"), "--structure-only"});
  EXPECT_EQ(outcome.exit_code, kAnswerIsNo) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("BLOCKER malformed-label"), std::string::npos) << outcome.out;
  for (const char* place : {"labels.csv:3", "labels.csv:4", "Pictures  2"})
    EXPECT_NE(outcome.out.find(place), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find("--allow CHECK"), std::string::npos) << "no set is read in part";
  verify({path("labels.csv"), "--structure-only", "--report", output("verify.html")});
  EXPECT_NE(read_text_file(output("verify.html")).value().find("<td>labels.csv:3</td>"), std::string::npos);
  EXPECT_EQ(verify({path("labels.csv"), "--allow", "malformed-label"}).exit_code, kWrongUse);
  ASSERT_TRUE(write_file_atomically(folder_ / "none.csv", "image,label\n,good\n"));
  std::string rows = "image,label\n";
  for (int i = 0; i < 60; ++i) rows += "a.png," + std::to_string(i + 2) + "\nb.png\n";
  ASSERT_TRUE(write_file_atomically(folder_ / "many.csv", rows));
  const std::string all = verify({path("many.csv"), "--structure-only"}).out;
  for (int line = 2; line <= 121; ++line)
    EXPECT_NE(all.find("many.csv:" + std::to_string(line) + "\n"), std::string::npos) << line;
  EXPECT_NE(verify({path("none.csv")}).out.find("none.csv:2"), std::string::npos) << "no picture at all";
}

TEST_F(VerifyCommand, offersToAllowOnlyWhatCanBeAllowed) {
  std::string rows = "image,label\n";
  for (std::uint8_t i = 0; i < 12; ++i) {
    add_picture(std::to_string(i) + ".png", i);
    rows += std::to_string(i) + ".png,good\n";
  }
  ASSERT_TRUE(write_file_atomically(folder_ / "labels.csv", rows + "0.png,7\n"));
  const std::string out = verify({path("labels.csv"), "--structure-only"}).out;
  EXPECT_NE(out.find("Not ready to train: correct them.\n"), std::string::npos) << out;
}

TEST_F(VerifyCommand, namesAHeaderThatCannotBeUsedAsABlocker) {
  add_picture("0.png", 0);
  ASSERT_TRUE(write_file_atomically(folder_ / "labels.csv", "image,label,tempalte\n0.png,good,red\n"));
  const Outcome outcome = verify({path("labels.csv"), "--json", output("verify.json")});
  EXPECT_EQ(outcome.exit_code, kAnswerIsNo) << outcome.out << outcome.err;
  const auto json = nlohmann::json::parse(read_text_file(output("verify.json")).value());
  EXPECT_EQ(json["findings"][0]["check"], "malformed-label");
  EXPECT_EQ(json["findings"][0]["files"], std::vector<std::string>{"labels.csv:1"});
}

TEST_F(VerifyCommand, refusesWrongUse) {
  EXPECT_EQ(verify({}).exit_code, kWrongUse);
  EXPECT_EQ(verify({path(), "--allow", "everything"}).exit_code, kWrongUse);
  EXPECT_EQ(verify({path(), "--threads", "0"}).exit_code, kWrongUse);
  EXPECT_EQ(verify({path()}).exit_code, kWrongUse);  // an empty folder
  const Outcome unknown = verify({path(), "--layout", "mvtek"});
  EXPECT_EQ(unknown.exit_code, kWrongUse);
  EXPECT_NE(unknown.err.find("known: mvtec"), std::string::npos) << unknown.err;
}

TEST_F(VerifyCommand, failsOnWhatIsNotThereOrCannotBeWritten) {
  EXPECT_EQ(verify({path("nowhere")}).exit_code, kRuntimeFailure);
  for (std::uint8_t i = 0; i < 2; ++i) add_picture("good/" + std::to_string(i) + ".png", i);
  std::ofstream(path("a_file")) << "no folder";
  const Outcome outcome = verify({path("good"), "--json", path("a_file/verify.json")});
  EXPECT_EQ(outcome.exit_code, kRuntimeFailure);
  EXPECT_NE(outcome.err.find("a_file"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace lineguard::app
