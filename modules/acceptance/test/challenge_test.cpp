#include "temp_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/acceptance/challenge.h>
#include <lineguard/core/files.h>
#include <lineguard/core/utc.h>

namespace lineguard::acceptance {
namespace {

UtcTime at(const std::string& time) {
  return *parse_utc("2026-12-01T" + time + ":00.000Z");
}

class Challenge : public ::testing::Test {
 protected:
  Challenge() {
    write(
        "shifts = [\"14:00\", \"06:00\"]\nwithin_minutes = 30\n"
        "[[part]]\nid = \"C1\"\nclass = \"crack\"\nowner = \"Anna\"\nexpires = \"2027-06-01\"\nmost_uses = 2\n"
        "[[part]]\nid = \"S1\"\nclass = \"stain\"\nowner = \"Ben\"\n");
  }
  void write(const std::string& text) { ASSERT_TRUE(write_file_atomically(folder_ / "challenge.toml", text)); }
  ChallengeRegister known() { return *read_register(folder_ / "challenge.toml"); }
  void show(const std::string& time, const std::string& part, ChallengeOutcome outcome = ChallengeOutcome::found) {
    ASSERT_TRUE(append_history(folder_ / "history.csv", known(), {at(time), part, outcome, "Cem", "by hand, twice"}));
  }
  std::string why(const std::string& time) {
    const auto history = read_history(folder_ / "history.csv");
    EXPECT_TRUE(history);
    return challenge_status(known(), *history, at(time)).why_not_ready();
  }
  lineguard::test::TempFolder folder_;
};

TEST_F(Challenge, AShiftMayBeginAndMustFindAllPartsInTime) {
  EXPECT_EQ(why("06:29"), "");
  EXPECT_NE(why("06:30").find("overdue since 2026-12-01T06:30:00.000Z: C1, S1"), std::string::npos) << why("06:30");
  show("06:10", "C1");
  show("06:12", "S1");
  EXPECT_EQ(why("06:30"), "");
  EXPECT_EQ(why("13:59"), "");
  EXPECT_NE(why("14:30"), "");  // the next shift
}

TEST_F(Challenge, BeforeTheFirstShiftOfADayYesterdaysLastOneRuns) {
  const auto status = challenge_status(known(), {}, at("05:00"));
  EXPECT_EQ(format_utc(status.shift_start), "2026-11-30T14:00:00.000Z");
}

TEST_F(Challenge, AMissedOneBlocksUntilItIsFound) {
  show("06:05", "C1", ChallengeOutcome::missed);
  EXPECT_NE(why("06:06").find("missed: C1"), std::string::npos);
  show("06:20", "C1");
  EXPECT_EQ(why("06:21"), "");
}

TEST_F(Challenge, ExpiredOrWornPartsDoNotCount) {
  for (const char* time : {"06:01", "06:02", "06:03"}) show(time, "C1");
  show("06:04", "S1");
  EXPECT_NE(why("06:31").find("worn out: C1"), std::string::npos);
  write("shifts = [\"06:00\"]\n[[part]]\nid = \"C1\"\nclass = \"crack\"\nowner = \"Anna\"\nexpires = \"2026-11-01\"\n");
  EXPECT_NE(why("07:00").find("expired: C1"), std::string::npos);
}

TEST_F(Challenge, ThePowerIsTheChanceOfAtLeastOneMiss) {
  EXPECT_NEAR(challenge_power(10, 0.1), 0.6513, 1e-4);
  EXPECT_EQ(challenge_parts_needed(0.05, 0.95), 59u);
  EXPECT_NE(to_text(known(), {}, at("06:10")).find("misses 1 % is noticed with 2 %"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(to_json(known(), {}, at("06:10"))).at("open").size(), 2u);
}

TEST_F(Challenge, WhatIsWrongInARegisterIsNamed) {
  const auto problem = [&](const std::string& text) {
    write(text);
    const auto read = read_register(folder_ / "challenge.toml");
    return read ? std::string() : read.error().message;
  };
  const std::string part = "[[part]]\nid = \"C1\"\nclass = \"crack\"\nowner = \"Anna\"\n";
  EXPECT_NE(problem("shifts = [\"25:00\"]\n" + part).find("\"25:00\" is no time of day"), std::string::npos);
  EXPECT_NE(problem("shifts = [\"06:00\"]\n").find("no [[part]]"), std::string::npos);
  EXPECT_NE(problem("shifts = [\"06:00\"]\n" + part + part).find("another part \"C1\""), std::string::npos);
  EXPECT_NE(problem("shifts = [\"06:00\"]\n" + part + "expires = \"soon\"\n").find("must be a date"),
            std::string::npos);
}

TEST_F(Challenge, TheHistoryKnowsOnlyPartsOfTheRegisterAndIsNotAppendedToWhenDamaged) {
  EXPECT_FALSE(
      append_history(folder_ / "history.csv", known(), {at("06:00"), "X9", ChallengeOutcome::found, "Cem", ""}));
  ASSERT_TRUE(write_file_atomically(folder_ / "history.csv", "at,part,outcome,by,detail\nyesterday,C1,found,Cem,\n"));
  const auto appended =
      append_history(folder_ / "history.csv", known(), {at("06:00"), "C1", ChallengeOutcome::found, "Cem", ""});
  ASSERT_FALSE(appended);
  EXPECT_NE(appended.error().message.find("history.csv:2"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::acceptance
