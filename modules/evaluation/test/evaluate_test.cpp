#include "squares.h"

namespace lineguard::evaluation::test {
namespace {

TEST_F(Evaluate, CountsMissesAndOverkillAtTheOperatingPoint) {
  for (const int score : {10, 20, 30, 150}) add("g" + std::to_string(score) + ".png", Label::good, score);
  for (const int score : {90, 200, 210, 220}) add("d" + std::to_string(score) + ".png", Label::defective, score);
  const Evaluation evaluation = run();
  EXPECT_EQ(evaluation.overkill.count.events, 1u);
  EXPECT_EQ(evaluation.overkill.count.n, 4u);
  EXPECT_EQ(evaluation.miss.count.events, 1u);
  EXPECT_EQ(evaluation.miss.interval, stats::exact_interval({1, 4}));
  EXPECT_DOUBLE_EQ(evaluation.auroc->value, 15.0 / 16);
  EXPECT_EQ(evaluation.classes.size(), 1u);
  EXPECT_EQ(evaluation.predict_p50_ms, 2);
  EXPECT_TRUE(notes(evaluation, "too few for a claim"));
}

TEST_F(Evaluate, UnknownIsDiverted) {
  add("g.png", Label::good, 100);
  add("d.png", Label::defective, 100);
  const Evaluation evaluation = run();
  EXPECT_EQ(evaluation.overkill.count.events, 1u);
  EXPECT_EQ(evaluation.miss.count.events, 0u);
  EXPECT_EQ(evaluation.overkill.unknown + evaluation.miss.unknown, 2u);
}

TEST_F(Evaluate, GoodPicturesAloneLeaveTheMissRateUnknown) {
  add("g.png", Label::good, 10);
  const Evaluation evaluation = run();
  EXPECT_EQ(evaluation.miss.count.n, 0u);
  EXPECT_FALSE(evaluation.auroc);
  EXPECT_TRUE(notes(evaluation, "the miss rate is unknown"));
  const auto json = nlohmann::json::parse(to_json(evaluation));
  EXPECT_TRUE(json["miss"]["rate"].is_null());
  EXPECT_NE(to_text(evaluation).find("unknown"), std::string::npos);
}

TEST_F(Evaluate, UnreadablePictureIsARowWithItsError) {
  add("g.png", Label::good, 10);
  add_broken("broken.png", Label::defective);
  add("missing.png", Label::good, 10);
  std::filesystem::remove(folder_ / "missing.png");
  const Evaluation evaluation = run();
  ASSERT_EQ(evaluation.rows.size(), 3u);
  EXPECT_EQ(evaluation.n_errors, 2u);
  EXPECT_EQ(evaluation.rows[1].error->code, ErrorCode::corrupt_data);
  EXPECT_EQ(evaluation.rows[2].error->code, ErrorCode::not_found);
  EXPECT_EQ(evaluation.n_good, 1u);
  const auto json = nlohmann::json::parse(to_json(evaluation));
  EXPECT_EQ(json["schema"], "lineguard.evaluate/2");
  EXPECT_EQ(json["pictures"][1]["error"]["code"], "corrupt_data");
  EXPECT_FALSE(json["pictures"][1].contains("score"));
  EXPECT_NE(to_html(evaluation, dataset_, predictor_).find("missing.png"), std::string::npos);
}

TEST_F(Evaluate, ThreadsChangeNothing) {
  for (int i = 0; i < 40; ++i)
    add("p" + std::to_string(i) + ".png", i % 3 ? Label::good : Label::defective, 60 + 2 * i);
  const Evaluation one = run(1), four = run(4);
  for (std::size_t i = 0; i < one.rows.size(); ++i) EXPECT_EQ(one.rows[i].image, four.rows[i].image);
  EXPECT_EQ(one.auroc->interval, four.auroc->interval);
}

TEST_F(Evaluate, PartsWithSeveralPicturesAreSaid) {
  add("a.png", Label::good, 10);
  add("b.png", Label::good, 10);
  dataset_.samples[0].part = dataset_.samples[1].part = "part 1";
  const Evaluation evaluation = run();
  EXPECT_TRUE(notes(evaluation, "The 2 pictures show 1 part."));
  EXPECT_NE(to_text(evaluation).find("0 of 1 good parts (2 pictures)"), std::string::npos);
  const auto json = nlohmann::json::parse(to_json(evaluation));
  EXPECT_EQ(json["overkill"]["n"], 1);
  EXPECT_EQ(json["overkill"]["unit"], "part");
  EXPECT_EQ(json["overkill"]["pictures"], 2);
  EXPECT_NE(to_html(evaluation, dataset_, predictor_).find("0 of 1 good parts (2 pictures)"), std::string::npos);
}

TEST_F(Evaluate, EmptySelectionIsRefused) {
  const auto evaluation = evaluate(predictor_, model_, dataset_, Selection::test, {});
  ASSERT_FALSE(evaluation);
  EXPECT_EQ(evaluation.error().code, ErrorCode::refused);
}

// As in training: a box's class is that of its object, whatever the picture is called.
TEST_F(Evaluate, APictureCountsUnderTheClassOfItsBoxes) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 200);
  dataset_.samples[1].boxes = {{{8, 8, 8, 8}, "scratch", {}}};
  const Evaluation evaluation = run();
  ASSERT_EQ(evaluation.classes.size(), 1u);
  EXPECT_EQ(evaluation.classes[0].class_name, "scratch");
  EXPECT_EQ(evaluation.confusion.back().class_name, "scratch");
}

}  // namespace
}  // namespace lineguard::evaluation::test
