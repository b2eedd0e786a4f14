#include <limits>

#include <gtest/gtest.h>

#include <lineguard/wire/inspect_line.h>

namespace lineguard::wire {
namespace {

Prediction some_prediction() {
  Prediction prediction;
  prediction.label = Label::defective;
  prediction.score = 0.1 + 0.2;  // 0.30000000000000004
  prediction.threshold = -1.25;
  prediction.operating_point = "default";
  prediction.regions = {{{1.5, 2, 30, 40}, 3.25, "crack", {{1, 2}, {3, 4.5}, {5, 6}}}, {{0, 0, 1, 1}, 0.5, "", {}}};
  prediction.model = {"tiles", 3, std::string(64, 'a')};
  prediction.image_size = {640, 480};
  prediction.decode_ms = 1.5;
  prediction.predict_ms = 17.25;
  return prediction;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

std::string error_of(const std::string& json) {
  const auto line = parse_inspect_line(json);
  EXPECT_FALSE(line.ok());
  if (line) return "";
  EXPECT_EQ(line.error().code, ErrorCode::corrupt_data);
  return line.error().message;
}

TEST(InspectLine, PredictionSurvivesTheRoundTrip) {
  const Prediction sent = some_prediction();
  const auto line = parse_inspect_line(to_json({"42", "a/b.jpg", sent, {}}));
  ASSERT_TRUE(line) << line.error().message;
  ASSERT_TRUE(line->prediction);
  const Prediction& got = *line->prediction;
  EXPECT_EQ(line->id, "42");
  EXPECT_EQ(line->image, "a/b.jpg");
  EXPECT_EQ(got.label, sent.label);
  EXPECT_EQ(got.score, sent.score);
  EXPECT_EQ(got.threshold, sent.threshold);
  EXPECT_EQ(got.operating_point, sent.operating_point);
  EXPECT_EQ(got.model, sent.model);
  EXPECT_EQ(got.image_size, sent.image_size);
  EXPECT_EQ(got.predict_ms, sent.predict_ms);
  ASSERT_EQ(got.regions.size(), 2u);
  EXPECT_EQ(got.regions[0].box, sent.regions[0].box);
  EXPECT_EQ(got.regions[0].class_name, "crack");
  EXPECT_EQ(got.regions[0].polygon, sent.regions[0].polygon);
  EXPECT_TRUE(got.regions[1].polygon.empty());
}

TEST(InspectLine, FieldsStandInTheDocumentedOrder) {
  Prediction prediction = some_prediction();
  prediction.regions.resize(1);
  prediction.regions[0].polygon.clear();
  prediction.model.digest = "d";
  EXPECT_EQ(to_json({"", "a.jpg", prediction, {}}),
            R"({"schema":"lineguard.inspect/1","image":"a.jpg","width":640,"height":480,"label":"defective",)"
            R"("score":0.30000000000000004,"threshold":-1.25,"operating_point":"default",)"
            R"("regions":[{"box":[1.5,2.0,30.0,40.0],"score":3.25,"class":"crack"}],)"
            R"("model":{"name":"tiles","version":3,"digest":"d"},"timings_ms":{"decode":1.5,"predict":17.25}})");
}

TEST(InspectLine, ViewMapAndEmbeddingSurviveTheRoundTrip) {
  Prediction sent = some_prediction();
  sent.regions[0].view = "front";
  sent.embedding = {0.1f, -2.5f, 3e-8f};
  sent.map = FloatMap{{3, 1}, {0.1f, 7.25f, -1e9f}};
  const std::string json = to_json({"", "a.jpg", sent, {}});
  const auto line = parse_inspect_line(json);
  ASSERT_TRUE(line) << line.error().message << json;
  const Prediction& got = *line->prediction;
  EXPECT_EQ(got.regions[0].view, "front");
  EXPECT_EQ(got.regions[1].view, "");
  EXPECT_EQ(got.embedding, sent.embedding);
  ASSERT_TRUE(got.map);
  EXPECT_EQ(got.map->size, sent.map->size);
  EXPECT_EQ(got.map->values, sent.map->values);
  EXPECT_NE(error_of(replaced(json, "\"width\":3,\"height\":1", "\"width\":3,\"height\":2")).find("expected 6 floats"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(json, "\"embedding\":[", "\"embedding\":[\"a\",")).find("embedding"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "\"view\":\"front\"", "\"view\":7")).find("regions[0].view"), std::string::npos);
}

TEST(InspectLine, SaysTheRuleAndTheOperatingPointsDigest) {
  InspectLine sent{"", "a.jpg", some_prediction(), {}};
  sent.operating_point_digest = std::string(64, 'd');
  sent.rule = "small stains";
  const std::string json = to_json(sent);
  EXPECT_NE(json.find(R"("rule":"small stains","regions")"), std::string::npos) << json;
  const auto line = parse_inspect_line(json);
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->rule, sent.rule);
  EXPECT_EQ(line->operating_point_digest, sent.operating_point_digest);
}

TEST(InspectLine, ErrorLineIsUnknownAndSurvives) {
  const std::string json = to_json({"", "x.jpg", {}, make_error(ErrorCode::corrupt_data, "x.jpg: cut \"short\"")});
  EXPECT_EQ(json, R"({"schema":"lineguard.inspect/1","image":"x.jpg","label":"unknown",)"
                  R"("error":{"code":"corrupt_data","message":"x.jpg: cut \"short\""}})");
  const auto line = parse_inspect_line(json);
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->prediction);
  EXPECT_EQ(line->error->code, ErrorCode::corrupt_data);
}

TEST(InspectLine, ScoreThatIsNoNumberBecomesAnError) {
  Prediction prediction = some_prediction();
  prediction.score = std::numeric_limits<double>::quiet_NaN();
  const auto line = parse_inspect_line(to_json({"", "a.jpg", prediction, {}}));
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->prediction);
  EXPECT_EQ(line->error->code, ErrorCode::internal);
}

TEST(InspectLine, FileNameThatIsNotUtf8IsStillWritten) {
  const auto line = parse_inspect_line(to_json({"", "caf\xe9.jpg", some_prediction(), {}}));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->image, "caf\xef\xbf\xbd.jpg");
}

TEST(InspectLine, MalformedInputNamesTheField) {
  const std::string json = to_json({"", "a.jpg", some_prediction(), {}});
  EXPECT_NE(error_of("{\"schema\":").find("not JSON"), std::string::npos);
  EXPECT_NE(error_of("[1]").find("expected a JSON object"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "inspect/1", "inspect/9")).find("schema"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "\"defective\"", "\"fine\"")).find("label: expected good"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "-1.25", "\"high\"")).find("threshold: expected a number"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "\"width\":640", "\"width\":-1")).find("width"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "3.25", "null")).find("regions[0].score"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "[1.5,2.0,30.0,40.0]", "[1.5]")).find("regions[0].box"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "\"version\":3", "\"version\":3.5")).find("model.version"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "\"predict\":17.25", "\"other\":1")).find("timings_ms.predict: missing"),
            std::string::npos);
}

TEST(InspectLine, UnknownFieldsArePassedOver) {
  const std::string json = to_json({"", "a.jpg", some_prediction(), {}});
  EXPECT_TRUE(parse_inspect_line(replaced(json, "\"width\"", "\"later\":1,\"width\"")));
}

TEST(InspectLine, TheQuestionSurvivesTheRoundTrip) {
  InspectLine line{"42", "request", some_prediction(), {}};
  line.question = Question{"0a1b", PartNumber{7}, {{"front", 10, 0x00ff}, {"", 3, 1}}, {{"", 4, 2}}};
  const std::string json = to_json(line);
  EXPECT_NE(json.find(R"("question":{"nonce":"0a1b","part":7,"pictures":[{"view":"front","bytes":10,)"
                      R"("xxh3":"00000000000000ff"},{"bytes":3,"xxh3":"0000000000000001"}],"templates":[)"),
            std::string::npos)
      << json;
  const auto read = parse_inspect_line(json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->question, line.question);
  EXPECT_NE(error_of(replaced(json, "00000000000000ff", "ff")).find("question.pictures[0].xxh3"), std::string::npos);
  EXPECT_NE(error_of(replaced(json, "\"part\":7", "\"part\":-7")).find("question.part"), std::string::npos);
}

TEST(InspectLine, AKeyTwiceIsRefused) {
  const std::string json = to_json({"42", "a.jpg", some_prediction(), {}});
  EXPECT_NE(error_of(replaced(json, "\"label\"", "\"label\":\"good\",\"label\"")).find("twice"), std::string::npos);
}

// No message walks or holds what a stranger sent.
TEST(InspectLine, NestedOrLongValuesAreNotRepeated) {
  const std::string json = to_json({"42", "a.jpg", some_prediction(), {}});
  const std::string deep = "[" + std::string(8, '[') + std::string(8, ']') + "]";
  EXPECT_NE(error_of(replaced(json, "[1.5,2.0,30.0,40.0]", deep)).find("an array of 1"), std::string::npos);
  EXPECT_LT(
      error_of(replaced(json, "\"label\":\"defective\"", "\"label\":\"" + std::string(100'000, 'x') + "\"")).size(),
      200u);
  const auto deeper = parse_inspect_line(replaced(json, "[1.5,2.0,30.0,40.0]", std::string(500'000, '[')));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, ErrorCode::too_large);
}

TEST(ErrorAnswer, SurvivesTheRoundTrip) {
  const Question question{"0a1b", std::nullopt, {{"", 10, 1}}, {}};
  const ErrorAnswer answer = parse_error_answer(to_error_json(make_error(ErrorCode::timeout, "late"), question));
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code, ErrorCode::timeout);
  EXPECT_EQ(answer.error->message, "late");
  EXPECT_EQ(answer.question, question);
  EXPECT_FALSE(parse_error_answer("{}").error);
  EXPECT_FALSE(parse_error_answer("<html>").error);
}

}  // namespace
}  // namespace lineguard::wire
