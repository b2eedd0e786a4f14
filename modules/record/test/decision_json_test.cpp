#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include <lineguard/core/json_limits.h>
#include <lineguard/record/decision_json.h>

namespace lineguard::record {
namespace {

Event recorded(const Entry& entry) {
  return Event{1, "", std::string(to_string(entry.kind)), entry.part, entry.payload, "", ""};
}

TEST(DecisionJson, ADecisionComesBackFromItsPayload) {
  Decision decision;
  decision.part_number = 42;
  decision.outcome = Outcome::pass;
  decision.gate = Gate::none;
  decision.reason = Reason::good;
  decision.detail = "x\ny";
  decision.prediction.emplace();
  decision.prediction->label = Label::good;
  decision.prediction->score = 0.1 + 0.2;
  decision.prediction->model = {"cells", 3, std::string(64, 'd')};
  decision.prediction->threshold = 39.3;
  decision.threshold = 60;
  auto parsed = parse_decision(recorded(decision_entry(EventKind::decided, decision, {.recipe = "r1"})));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->part_number, 42u);
  EXPECT_EQ(parsed->outcome, Outcome::pass);
  EXPECT_EQ(parsed->reason, Reason::good);
  EXPECT_EQ(parsed->detail, "x\ny");
  EXPECT_EQ(parsed->prediction->score, 0.1 + 0.2);
  EXPECT_EQ(parsed->prediction->model, decision.prediction->model);
  EXPECT_EQ(parsed->threshold, 60) << "what the score was held against";
  EXPECT_EQ(parsed->prediction->threshold, 39.3);
}

// Values of every kind, from a seed.
class Values {
 public:
  explicit Values(unsigned seed) : random_(seed) {}
  std::uint64_t up_to(std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(random_); }
  double real() {
    const double special[] = {0, -0.0, 1e-300, -1e300, 0.1, INFINITY, -INFINITY};
    const auto pick = up_to(9);
    return pick < 7 ? special[pick] : std::normal_distribution<double>(0, 1000)(random_);
  }
  std::string text() {
    const char* pieces[] = {"a", "\"", "\\", "\n", "é", "零", "\x01", " ", "}", "\xF0\x9F\x94\xA9"};
    std::string text;
    for (auto i = up_to(6); i > 0; --i) text += pieces[up_to(9)];
    return text;
  }
  UtcTime time() { return UtcTime{std::chrono::milliseconds(up_to(4'000'000'000'000))}; }
  template <typename Enum, std::size_t n>
  Enum one_of(const std::array<EnumName<Enum>, n>& names) {
    return names[up_to(n - 1)].value;
  }
  Region region() {
    Region region{{real(), real(), real(), real()}, real(), text(), {}, text()};
    for (auto i = up_to(4); i > 0; --i) region.polygon.push_back({real(), real()});
    return region;
  }
  Prediction prediction() {
    Prediction prediction;
    prediction.label = one_of(kLabelNames);
    prediction.score = real();
    prediction.threshold = real();
    prediction.operating_point = text();
    prediction.model = {text(), static_cast<std::int64_t>(up_to(UINT64_MAX)), text()};
    for (auto i = up_to(3); i > 0; --i) prediction.regions.push_back(region());
    for (auto i = up_to(2); i > 0; --i) prediction.pictures.push_back({text(), up_to(UINT64_MAX), up_to(UINT64_MAX)});
    if (up_to(1)) prediction.image_size = {1 + static_cast<int>(up_to(9999)), static_cast<int>(up_to(9999))};
    prediction.decode_ms = real();
    prediction.predict_ms = real();
    return prediction;
  }
  Decision decision() {
    Decision decision;
    decision.part_number = static_cast<PartNumber>(up_to(UINT32_MAX));
    decision.outcome = one_of(kOutcomeNames);
    decision.gate = one_of(kGateNames);
    decision.reason = one_of(kReasonNames);
    decision.detail = text();
    if (up_to(1)) decision.prediction = prediction();
    if (up_to(1)) decision.threshold = real();
    decision.decided_at = time();
    decision.trigger_to_decision_ms = real();
    return decision;
  }
  DecisionContext context() {
    DecisionContext context{text(), text(), text(), text(), {}, {}};
    for (auto i = up_to(2); i > 0; --i) context.picture_sha256.push_back({text(), text()});
    if (up_to(1)) context.unknown_band = real();
    if (up_to(1)) context.kept = KeptPicture{text(), one_of(kKeptBecauseNames), real()};
    return context;
  }

 private:
  std::mt19937_64 random_;
};

void expect_equal(const Prediction& read, const Prediction& written) {
  EXPECT_EQ(read.label, written.label);
  EXPECT_EQ(read.score, written.score);
  EXPECT_EQ(read.threshold, written.threshold);
  EXPECT_EQ(read.operating_point, written.operating_point);
  EXPECT_EQ(read.model, written.model);
  EXPECT_EQ(read.pictures, written.pictures);
  EXPECT_EQ(read.image_size.width_px, written.image_size.width_px);
  EXPECT_EQ(read.image_size.height_px, written.image_size.height_px);
  EXPECT_EQ(read.decode_ms, written.decode_ms);
  EXPECT_EQ(read.predict_ms, written.predict_ms);
  ASSERT_EQ(read.regions.size(), written.regions.size());
  for (std::size_t i = 0; i < read.regions.size(); ++i) {
    EXPECT_EQ(read.regions[i].box, written.regions[i].box);
    EXPECT_EQ(read.regions[i].score, written.regions[i].score);
    EXPECT_EQ(read.regions[i].class_name, written.regions[i].class_name);
    EXPECT_EQ(read.regions[i].polygon, written.regions[i].polygon);
    EXPECT_EQ(read.regions[i].view, written.regions[i].view);
  }
}

TEST(DecisionJson, WhateverIsWrittenIsReadBack) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Values values(seed);
    const Decision written = values.decision();
    const DecisionContext context = values.context();
    const auto read = parse_recorded_decision(recorded(decision_entry(EventKind::decided, written, context)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->context, context);
    EXPECT_EQ(read->decision.part_number, written.part_number);
    EXPECT_EQ(read->decision.outcome, written.outcome);
    EXPECT_EQ(read->decision.gate, written.gate);
    EXPECT_EQ(read->decision.reason, written.reason);
    EXPECT_EQ(read->decision.detail, written.detail);
    EXPECT_EQ(read->decision.threshold, written.threshold);
    EXPECT_EQ(read->decision.decided_at, written.decided_at);
    EXPECT_EQ(read->decision.trigger_to_decision_ms, written.trigger_to_decision_ms);
    ASSERT_EQ(read->decision.prediction.has_value(), written.prediction.has_value());
    if (written.prediction) expect_equal(*read->decision.prediction, *written.prediction);
  }
}

TEST(DecisionJson, ADecisionOfARangeIsReadBack) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Values values(seed);
    RangeDecision written;
    written.range = {static_cast<PartNumber>(values.up_to(UINT32_MAX)),
                     static_cast<PartNumber>(values.up_to(UINT32_MAX))};
    written.outcome = values.one_of(kOutcomeNames);
    written.gate = values.one_of(kGateNames);
    written.reason = values.one_of(kReasonNames);
    written.detail = values.text();
    written.decided_at = values.time();
    written.context = values.context();
    const auto read = parse_decided_range(recorded(decided_range_entry(written)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->range, written.range);
    EXPECT_EQ(read->outcome, written.outcome);
    EXPECT_EQ(read->gate, written.gate);
    EXPECT_EQ(read->reason, written.reason);
    EXPECT_EQ(read->detail, written.detail);
    EXPECT_EQ(read->decided_at, written.decided_at);
    EXPECT_EQ(read->context, written.context);
  }
}

TEST(DecisionJson, WhatIsTooMuchForOneEventIsLeftOutAndSaid) {
  Decision decision;
  decision.detail.assign(5u << 20, 'x');
  decision.prediction.emplace();
  for (int i = 0; i < 2000; ++i)
    decision.prediction->regions.push_back({{1, 2, 3, 4}, 5.0, "", std::vector<Point>(100), ""});
  const Entry entry = decision_entry(EventKind::decided, decision, {});
  EXPECT_LE(entry.payload.size(), limits::kRecordJson.bytes);
  EXPECT_NE(entry.payload.find("\"regions_left_out\":1920"), std::string::npos);
  EXPECT_TRUE(canonical_json(entry.payload)) << "the record takes it";
  const auto read = parse_decision(recorded(entry));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->prediction->regions.size(), 80u);
}

TEST(DecisionJson, AWrongFieldIsNamed) {
  const auto problem = [](const char* payload) {
    const auto read = parse_decision(Event{9, "", "decided", 1, payload, "", ""});
    return read ? std::string() : read.error().message;
  };
  const std::string start = R"({"outcome":"pass","gate":"none","reason":"good",)";
  EXPECT_NE(problem((start + R"("serial":7})").c_str()).find("\"serial\""), std::string::npos);
  EXPECT_NE(problem((start + R"("prediction":{"label":"good","regions":[{"box":[1,2,3]}]}})").c_str())
                .find("\"prediction.regions.box\""),
            std::string::npos);
  EXPECT_NE(problem((start + R"("prediction":{"label":"good","model":{"version":1.5}}})").c_str())
                .find("\"prediction.model.version\""),
            std::string::npos);
  EXPECT_NE(problem((start + R"("decided_at":"yesterday"})").c_str()).find("\"decided_at\""), std::string::npos);
  EXPECT_NE(problem((start + R"("serial":"a","serial":"b"})").c_str()).find("twice"), std::string::npos);
  EXPECT_NE(problem((std::string(100000, '[')).c_str()), "");
}

TEST(DecisionJson, EveryReasonHasAName) {
  for (const Reason reason : all_reasons()) {
    Decision decision;
    decision.reason = reason;
    auto parsed = parse_decision(recorded(decision_entry(EventKind::revised, decision, {})));
    ASSERT_TRUE(parsed) << to_string(reason);
    EXPECT_EQ(parsed->reason, reason);
  }
}

TEST(DecisionJson, AScoreThatIsNoNumberStaysOne) {
  Decision decision;
  decision.prediction.emplace();
  decision.prediction->score = std::nan("");
  const Entry entry = decision_entry(EventKind::decided, decision, {});
  EXPECT_NE(entry.payload.find("\"score\":null"), std::string::npos);
  auto parsed = parse_decision(recorded(entry));
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(std::isnan(parsed->prediction->score));
}

TEST(DecisionJson, WhatIsNotADecisionIsSaid) {
  auto parsed = parse_decision(Event{9, "", "decided", 1, R"({"outcome":"maybe"})", "", ""});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(parsed.error().message.find("outcome"), std::string::npos);
  EXPECT_FALSE(parse_decision(Event{9, "", "decided", 1, "junk", "", ""}));
}

}  // namespace
}  // namespace lineguard::record
