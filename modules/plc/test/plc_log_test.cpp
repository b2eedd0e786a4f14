#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/plc/plc_log.h>

namespace lineguard::plc {
namespace {

const LogEpoch kEpoch{SteadyTime{} + Milliseconds(1000), UtcTime{} + std::chrono::seconds(1795446245)};

GateRecord record_of(PartNumber number, GateCause cause) {
  GateRecord record;
  record.part_number = number;
  record.triggered_at = kEpoch.steady + Milliseconds(100 * number);
  record.result_at = record.triggered_at + Milliseconds(20 + number);
  record.gated_at = record.triggered_at + Milliseconds(500);
  record.cause = cause;
  record.action = cause == GateCause::ok ? GateAction::pass : GateAction::divert;
  record.ok_seen = cause == GateCause::ok;
  record.reason = cause == GateCause::ok ? Reason::good : Reason::late;
  return record;
}

TEST(PlcLog, ALineSaysWhatThePlcSawOfOnePart) {
  auto record = record_of(3, GateCause::ok);
  record.serial = "C-3";
  record.fault = "rushed";
  EXPECT_EQ(to_json_line(record, kEpoch),
            R"({"schema":"lineguard.plc_log/1","part":3,"serial":"C-3","triggered_at":"2026-11-23T15:04:05.300Z",)"
            R"("triggered_ms":300.0,"result_ms":323.0,"gate_ms":800.0,"action":"pass","why":"ok","ok_seen":true,)"
            R"("ng_seen":false,"reason":"good","fault":"rushed"})");
}

TEST(PlcLog, APartWithoutAResultHasNoResultTime) {
  GateRecord record;
  const auto json = nlohmann::json::parse(to_json_line(record, kEpoch));
  EXPECT_FALSE(json.contains("result_ms"));
  EXPECT_EQ(json["action"], "divert");
  EXPECT_EQ(json["why"], "no result");
}

TEST(PlcLog, TheSummaryAddsUp) {
  PlcSummary summary;
  for (PartNumber number = 1; number <= 4; ++number)
    summary.add(record_of(number, number == 4 ? GateCause::ng : GateCause::ok));
  const PlcCounts counts{.triggered = 4, .passed = 3, .diverted = 1, .results_taken = 4, .results_refused = 0};
  const auto json =
      nlohmann::json::parse(summary.to_json(counts, {.pass_count = 3}, kEpoch, kEpoch.utc + Milliseconds(1), true));
  EXPECT_EQ(json["schema"], "lineguard.simulate_plc/1");
  EXPECT_EQ(json["parts"], 4);
  EXPECT_EQ(json["why"]["ok"], 3);
  EXPECT_EQ(json["why"]["ng"], 1);
  EXPECT_EQ(json["diverted_by_reason"]["late"], 1);
  EXPECT_EQ(json["trigger_to_result_ms"]["p50"], 22.0);
  EXPECT_EQ(json["trigger_to_result_ms"]["max"], 24.0);
  EXPECT_EQ(json["station"]["pass_count"], 3);
}

}  // namespace
}  // namespace lineguard::plc
