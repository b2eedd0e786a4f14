#include "squares.h"

#include <lineguard/acceptance/agreement.h>
#include <lineguard/core/digest.h>
#include <lineguard/evaluation/export.h>
#include <lineguard/evaluation/learned.h>
#include <lineguard/package/ruled_point.h>

namespace lineguard::evaluation::test {
namespace {

TEST_F(Evaluate, PredictionsAreACsvThatAnAgreementStudyReads) {
  add("a,1.png", Label::good, 10);
  add("b.png", Label::defective, 200);
  add_broken("c.png", Label::good);
  const std::string csv = predictions_csv(run());
  EXPECT_NE(csv.find("\"a,1.png\""), std::string::npos) << csv;
  const auto answers = acceptance::read_predictions(csv, "p.csv", "model");
  ASSERT_TRUE(answers) << answers.error().message;
  ASSERT_EQ(answers->size(), 2u);  // one could not be read
  EXPECT_EQ((*answers)[1].category, "defective");
}

TEST_F(Evaluate, PredictionsAreCocoWithSizesAndScores) {
  add("a.png", Label::good, 10);
  Evaluation evaluation = run();
  evaluation.rows[0].regions.push_back({{1, 2, 3, 4}, 7.5, "crack", {}, ""});
  const auto json = nlohmann::json::parse(predictions_coco(evaluation));
  EXPECT_EQ(json.at("images").at(0).at("width"), 32);
  EXPECT_EQ(json.at("annotations").at(0).at("bbox"), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(json.at("annotations").at(0).at("score"), 7.5);
  EXPECT_EQ(json.at("categories").at(0).at("name"), "crack");
}

TEST_F(Evaluate, TheReportHasASliderAndSaysHowIsCounted) {
  add("a.png", Label::good, 10);
  add("b.png", Label::defective, 200);
  const Evaluation evaluation = run();
  EXPECT_FALSE(evaluation.thresholds.empty());
  const std::string html = to_html(evaluation, dataset_, predictor_, {.folder = folder_.path()});
  EXPECT_NE(html.find("class=\"slider\""), std::string::npos);
  EXPECT_NE(html.find("How found and missed are counted"), std::string::npos);
  EXPECT_NE(html.find("href=\"./b.png\""), std::string::npos);
  EXPECT_NE(html.find("<title>threshold "), std::string::npos);  // at the pointer
}

TEST_F(Evaluate, APictureThatAThresholdWasChosenOnIsTold) {
  add("a.png", Label::good, 10);
  add("b.png", Label::defective, 200);
  dataset_.root = folder_.path();
  const std::string package = (folder_ / "package").string();
  package::OperatingPoint point;
  point.id = "careful";
  ASSERT_TRUE(package::write_ruled_point(package, point, {}, {*sha256_hex_of_file(folder_ / "b.png")}));
  const auto note = note_of_chosen_on(package, "careful", dataset_, {0, 1});
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_NE(note->find("was chosen on 1 of these 2 pictures"), std::string::npos);
  const auto found = find_new_pictures(package, "careful", dataset_, {0, 1}, 1);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->samples, std::vector<std::size_t>{0});
}

TEST_F(Evaluate, APictureThatIsThereTwiceCountsOnceAndNeverWithBothLabels) {
  add("a.png", Label::good, 10);
  add("b.png", Label::good, 10);
  add("c.png", Label::defective, 200);
  dataset_.root = folder_.path();
  const std::string package = (folder_ / "package").string();
  const auto found = find_new_pictures(package, "", dataset_, {0, 1, 2}, 1);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->samples, (std::vector<std::size_t>{0, 2}));
  EXPECT_NE(found->independence.in_words().find("another one of the set: 1 picture, counted once"), std::string::npos);
  add("d.png", Label::defective, 10);
  const auto refused = find_new_pictures(package, "", dataset_, {0, 1, 2, 3}, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_NE(refused.error().message.find("a.png is good, d.png is defective"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::evaluation::test
