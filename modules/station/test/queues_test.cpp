// The small rooms of the cycle: numbers, the verdict, events and results in their queues.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <lineguard/station/judge.h>
#include <lineguard/station/record_queue.h>
#include <lineguard/station/result_queue.h>
#include <lineguard/station/station_status.h>
#include <lineguard/station/trigger_numbers.h>

namespace lineguard::station {
namespace {

constexpr SteadyTime kStart{};

TEST(TriggerNumbers, ClassifiesEveryDistanceAlsoAcrossTheWrap) {
  for (const PartNumber base : {PartNumber{100}, PartNumber{0}, PartNumber{4294967290u}}) {
    const auto arrival = [&](PartNumber distance) {
      TriggerNumbers numbers(10, 4);
      numbers.set_last(base);
      return numbers.take({base + distance, 1, 0});
    };
    EXPECT_EQ(arrival(1).arrival, Arrival::next);
    EXPECT_EQ(arrival(3).skipped, (record::NumberRange{base + 1, base + 2}));
    EXPECT_EQ(arrival(10).arrival, Arrival::gap);
    EXPECT_EQ(arrival(11).arrival, Arrival::restarted);
    EXPECT_EQ(arrival(0).arrival, Arrival::repeated);
    EXPECT_EQ(arrival(static_cast<PartNumber>(-3)).arrival, Arrival::repeated);
    EXPECT_EQ(arrival(static_cast<PartNumber>(-4)).arrival, Arrival::restarted);
  }
}

// It came further than the old count while nobody looked; only its gate's counts tell.
TEST(TriggerNumbers, ANewCountThatIsAheadOfTheOldOneIsFoundByTheGatesCounts) {
  for (const PartNumber number : {31u, 35u, 87u}) {
    SCOPED_TRACE(number);
    TriggerNumbers numbers(40, 4);
    numbers.set_known({31, 31, 17, 8});
    numbers.set_last(31);
    const auto found = numbers.catch_up({number, static_cast<std::uint16_t>(number), number - 10, 0});
    EXPECT_EQ(found.arrival, Arrival::restarted);
    ASSERT_TRUE(found.skipped);
    EXPECT_EQ(found.skipped->first, 1u);
    EXPECT_EQ(found.skipped->last, number);
  }
  TriggerNumbers numbers(40, 4);
  numbers.set_known({5000, 5000, 4990, 4000});
  numbers.set_last(5000);
  EXPECT_EQ(numbers.catch_up({5020, 5020, 8, 2}).arrival, Arrival::gap) << "somebody set the gate's counts to 0";
}

TEST(TriggerNumbers, ALongOutageIsAGapWhereTheGateCountedAsManyParts) {
  TriggerNumbers numbers(10, 4);
  numbers.set_last(100);
  numbers.set_known({100, 100, 95});
  const auto gap = numbers.catch_up({2'000'100, 7, 2'000'093});
  EXPECT_EQ(gap.arrival, Arrival::gap);
  EXPECT_EQ(gap.skipped, (record::NumberRange{101, 2'000'100}));
  numbers.set_last(100);
  numbers.set_known({100, 100, 95});
  EXPECT_EQ(numbers.catch_up({2'000'100, 7, 120}).arrival, Arrival::restarted) << "twenty-five parts came by";
}

TEST(TriggerNumbers, TheFirstNumbersOfANewCountHadTriggersToo) {
  TriggerNumbers numbers(10, 4);
  numbers.set_last(5000);
  numbers.set_known({5000, 5000, 4990});
  auto anew = numbers.catch_up({3, 5003, 4995});
  EXPECT_EQ(anew.arrival, Arrival::restarted);
  EXPECT_EQ(anew.skipped, (record::NumberRange{1, 3}));
  EXPECT_EQ(anew.before_first, 0u);
  EXPECT_EQ(anew.unseen_of_old_count, 3u) << "so many triggers came since";
  numbers.set_last(5000);
  anew = numbers.catch_up({900'000, 17, 0});
  EXPECT_EQ(anew.skipped, (record::NumberRange{900'000, 900'000})) << "where another PLC's count began is not known";
  numbers.set_last(5000);
  anew = numbers.catch_up({0, 0, 0});
  EXPECT_FALSE(anew.skipped) << "no trigger yet";
}

TEST(TriggerNumbers, TheNumberTakenForARepetitionBelongsToTheNewCount) {
  TriggerNumbers numbers(1000, 16);
  numbers.set_last(0);
  EXPECT_EQ(numbers.take({4294967290u, 1, 0}).arrival, Arrival::repeated);
  const auto second = numbers.take({4294967291u, 2, 0});
  EXPECT_EQ(second.arrival, Arrival::restarted);
  EXPECT_EQ(second.skipped, (record::NumberRange{4294967290u, 4294967290u})) << "it was decided by nobody";
}

TEST(TriggerNumbers, AShortCountThatBeginsAgainIsNotTakenForRepetitions) {
  TriggerNumbers numbers(1000, 16);
  for (PartNumber part = 1; part <= 8; ++part) numbers.take({part, static_cast<std::uint16_t>(part), 0});
  EXPECT_EQ(numbers.take({7, 9, 0}).arrival, Arrival::repeated);
  EXPECT_EQ(numbers.take({9, 10, 0}).arrival, Arrival::next) << "one number out of order was a repetition";
  EXPECT_EQ(numbers.take({1, 11, 0}).arrival, Arrival::repeated);
  const auto second = numbers.take({2, 12, 0});
  EXPECT_EQ(second.arrival, Arrival::restarted) << "two in order are a new count";
  EXPECT_EQ(second.skipped, (record::NumberRange{1, 1}));
  EXPECT_EQ(numbers.take({1, 1, 0}).arrival, Arrival::restarted) << "the PLC counts its triggers anew, too";
}

TEST(Judge, OnlyAFiniteScoreBelowTheBandPasses) {
  Recipe recipe;
  recipe.threshold = 0.5;
  recipe.unknown_band = 0.1;
  const auto reason = [&](double score) {
    Prediction prediction;
    prediction.score = score;
    const Verdict verdict = judge(prediction, recipe);
    EXPECT_EQ(verdict.outcome == Outcome::pass, verdict.reason == Reason::good) << score;
    return verdict.reason;
  };
  EXPECT_EQ(reason(0.3), Reason::good);
  EXPECT_EQ(reason(0.45), Reason::unknown);
  EXPECT_EQ(reason(0.55), Reason::unknown);
  EXPECT_EQ(reason(0.7), Reason::defective);
  EXPECT_EQ(reason(-std::numeric_limits<double>::infinity()), Reason::unknown);
  EXPECT_EQ(reason(std::nan("")), Reason::unknown);
  recipe.unknown_band = 0;
  EXPECT_EQ(reason(0.5), Reason::good) << "a score equal to the threshold is not above it";
  recipe.threshold = std::nan("");
  EXPECT_EQ(reason(0.1), Reason::unknown);
}

TEST(Judge, RegionRulesMakeGoodOnlyWhatTheyAllow) {
  Recipe recipe;
  recipe.threshold = 0.5;
  recipe.unknown_band = 0.1;
  package::RegionRule rule;
  rule.name = "small stains";
  rule.smallest_size = 20;
  const package::RegionRules rules{0, {rule}};
  Prediction prediction;
  prediction.score = 0.7;
  prediction.label = Label::good;  // as a server with the same rules says
  prediction.regions.push_back({.box = {5, 5, 10, 8}, .score = 0.7});
  const Verdict small = judge(prediction, recipe, rules);
  EXPECT_EQ(small.outcome, Outcome::pass);
  EXPECT_EQ(small.detail, "good by rule: small stains");
  EXPECT_FALSE(small.label_disagreement);
  EXPECT_EQ(judge(prediction, recipe).reason, Reason::defective) << "whatever the server says";
  prediction.score = 0.55;
  EXPECT_EQ(judge(prediction, recipe, rules).reason, Reason::unknown) << "rules know nothing of what is not sure";
  prediction.score = 0.7;
  prediction.regions.push_back({.box = {50, 5, 30, 8}, .score = 0.6});
  EXPECT_EQ(judge(prediction, recipe, rules).reason, Reason::defective);
  prediction.regions.clear();
  EXPECT_EQ(judge(prediction, recipe, rules).reason, Reason::defective) << "nothing says where";
}

TEST(Judge, APredictionOfOtherPicturesIsNone) {
  Capture capture;
  capture.views.push_back({"front", std::make_shared<const Bytes>(3), ""});
  const std::vector<PictureSum> sums = {{"front", 3, 17}};
  Prediction prediction;
  EXPECT_NE(find_foreign(prediction, capture, sums), "") << "says nothing of its picture";
  prediction.pictures = sums;
  EXPECT_EQ(find_foreign(prediction, capture, sums), "");
  prediction.regions.push_back({.view = "back"});
  EXPECT_NE(find_foreign(prediction, capture, sums), "");
  prediction.regions.clear();
  prediction.pictures[0].xxh3 = 18;
  EXPECT_NE(find_foreign(prediction, capture, sums), "");
  prediction.pictures = {sums[0], sums[0]};
  EXPECT_NE(find_foreign(prediction, capture, sums), "") << "one picture more";
}

record::Entry entry(PartNumber part) {
  return {record::EventKind::decided, part, "{}"};
}

TEST(RecordQueue, KeepsOrderAndWritesOneBatchAtATime) {
  RecordQueue queue({.max_waiting = 10, .max_batch = 2, .retry_pause = Milliseconds(100)});
  for (PartNumber part = 1; part <= 3; ++part) queue.add(entry(part));
  EXPECT_EQ(queue.take_batch(kStart).size(), 2u);
  EXPECT_TRUE(queue.take_batch(kStart).empty());
  queue.finish_batch(true, kStart);
  const auto rest = queue.take_batch(kStart);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].part, 3u);
}

TEST(RecordQueue, AFailureKeepsEventsAndHandsBackPasses) {
  RecordQueue queue({.max_waiting = 10, .max_batch = 10, .retry_pause = Milliseconds(100)});
  queue.add(entry(1));
  queue.add(entry(2), 7);
  queue.take_batch(kStart);
  EXPECT_FALSE(queue.withdraw(7)) << "it is being written";
  EXPECT_EQ(queue.finish_batch(false, kStart), (std::vector<Ticket>{7}));
  EXPECT_TRUE(queue.take_batch(kStart + Milliseconds(99)).empty());
  EXPECT_EQ(queue.take_batch(kStart + Milliseconds(100)).size(), 1u);
  queue.finish_batch(false, kStart);
  queue.add(entry(3), 8);
  EXPECT_EQ(queue.take_batch(kStart).size(), 2u) << "a waiting pass is tried at once";
}

TEST(RecordQueue, IsBoundedAndSaysWhatIsLost) {
  RecordQueue queue({.max_waiting = 2, .max_batch = 10, .retry_pause = Milliseconds(100)});
  EXPECT_TRUE(queue.add(entry(1), 5));
  EXPECT_TRUE(queue.add(entry(2)));
  EXPECT_FALSE(queue.add(entry(3)));
  EXPECT_EQ(queue.lost(), 1u);
  EXPECT_TRUE(queue.withdraw(5));
  EXPECT_EQ(queue.waiting(), 1u);
}

TEST(ResultQueue, ShowsOneResultUntilItsAckOrItsTime) {
  ResultQueue queue(Milliseconds(100), 2);
  EXPECT_TRUE(queue.push({.part = 1}, kStart));
  EXPECT_TRUE(queue.push({.part = 2}, kStart + Milliseconds(50)));
  EXPECT_FALSE(queue.push({.part = 3}, kStart)) << "bounded";
  EXPECT_EQ(queue.shown()->part, 1u);
  EXPECT_FALSE(queue.acknowledge(2)) << "not the one that is shown";
  EXPECT_TRUE(queue.acknowledge(1));
  EXPECT_FALSE(queue.take_expired(kStart + Milliseconds(149)));
  EXPECT_EQ(queue.take_expired(kStart + Milliseconds(150))->part, 2u);
  EXPECT_TRUE(queue.empty());
}

TEST(DecisionTimes, PercentilesAndBucketsAgree) {
  DecisionTimes times;
  EXPECT_EQ(times.percentile(0.5), 0);
  for (int ms = 1; ms <= 100; ++ms) times.add(ms);
  EXPECT_NEAR(times.percentile(0.5), 50.5, 0.51);
  EXPECT_EQ(times.max_ms(), 100);
  EXPECT_EQ(times.up_to()[2], 10u);
  EXPECT_EQ(times.up_to()[11], 100u);
}

TEST(StationStatus, JsonAndMetricsCountTheSame) {
  StationStatus status;
  status.counters.passed = 7;
  status.counters.diverted = 2;
  status.counters.decided_because[static_cast<std::size_t>(Reason::late)] = 2;
  const std::string json = status_json(status);
  EXPECT_NE(json.find("\"schema\":\"lineguard.station_status/1\""), std::string::npos);
  EXPECT_NE(json.find("\"seen\":9"), std::string::npos);
  EXPECT_NE(json.find("\"late\":2"), std::string::npos);
  const std::string metrics = metrics_text(status);
  EXPECT_NE(metrics.find("lineguard_station_decisions_total{outcome=\"divert\",reason=\"late\"} 2"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::station
