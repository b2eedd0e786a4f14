#include "squares.h"

namespace lineguard::evaluation::test {
namespace {

TEST_F(Evaluate, TextNamesClassesByPartsWhereThereAreSeveral) {
  for (const auto* name : {"g.png", "h.png"}) add(name, Label::good, 10);
  for (const auto* name : {"a.png", "b.png", "c.png"}) add(name, Label::defective, 10);
  dataset_.samples[4].class_name = "stain";
  EXPECT_NE(to_text(run()).find("class spot                  2 of 2 pictures missed, AUROC 0.500"), std::string::npos);
  dataset_.samples[2].part = dataset_.samples[3].part = "part";
  EXPECT_NE(to_text(run()).find("class spot                  1 of 1 part missed, AUROC 0.500"), std::string::npos);
  EXPECT_NE(to_text(run()).find("class stain                 1 of 1 picture missed"), std::string::npos);
}

TEST_F(Evaluate, ReportShowsTheWorstMistakesFirst) {
  add("good.png", Label::good, 10);
  add("overkill.png", Label::good, 180);
  add("small-miss.png", Label::defective, 95);
  add("worst-miss.png", Label::defective, 5);
  add("found.png", Label::defective, 250);
  const std::string html = to_html(run(), dataset_, predictor_);
  const auto place = [&](const std::string& words) { return html.find("</span>" + words); };  // after the mark
  for (const auto* name : {"worst-miss.png", "small-miss.png", "overkill.png", "found.png", "good.png"}) {
    EXPECT_NE(place(name), std::string::npos) << name;
  }
  EXPECT_LT(place("worst-miss.png"), place("small-miss.png"));
  EXPECT_LT(place("small-miss.png"), place("overkill.png"));
  EXPECT_LT(place("overkill.png"), place("found.png"));
  EXPECT_LT(html.find("Miss rate"), html.find("worst-miss.png"));
}

// Four defective parts, each found in one of its two views: none is missed, and nothing is shown as a miss.
TEST_F(Evaluate, ReportShowsPicturesOfMissedPartsAlone) {
  const auto add_part = [&](const std::string& name, Label label, int first, int second) {
    add(name + "-1.png", label, first);
    add(name + "-2.png", label, second);
    for (std::size_t i = dataset_.samples.size() - 2; i < dataset_.samples.size(); ++i) dataset_.samples[i].part = name;
  };
  for (const std::string name : {"a", "b", "c", "d"}) add_part(name, Label::defective, 200, 20);
  add_part("g", Label::good, 10, 180);
  std::string html = to_html(run(), dataset_, predictor_);
  EXPECT_EQ(html.find("<h2>Misses"), std::string::npos);
  EXPECT_EQ(html.find("<h2>Pictures of missed parts"), std::string::npos);
  EXPECT_NE(html.find("<h2>Pictures that divert good parts (1)"), std::string::npos);
  EXPECT_EQ(html.find("<h2>Rightly passed"), std::string::npos);
  add_part("missed", Label::defective, 20, 30);
  html = to_html(run(), dataset_, predictor_);
  EXPECT_NE(html.find("<h2>Pictures of missed parts (2)"), std::string::npos);
}

TEST_F(Evaluate, ReportSaysWhereItComesFrom) {
  add("g.png", Label::good, 10);
  ReportOptions options;
  options.provenance = {"2026-11-23T15:04:05.678Z", "9.8.7", std::string(64, 'f')};
  const std::string html = to_html(run(), dataset_, predictor_, options);
  for (const std::string& words : {std::string("2026-11-23T15:04"), std::string("Lineguard 9.8.7"),
                                   "squares version 1, digest " + std::string(64, 'a'), std::string(64, 'f'),
                                   std::string("<dt>split</dt><dd>all</dd>"), std::string("95 %")})
    EXPECT_NE(html.find(words), std::string::npos) << words;
}

TEST_F(Evaluate, ComparisonShowsChangedPicturesAsBothSeeThem) {
  add("g.png", Label::good, 10);
  add("found-by-a.png", Label::defective, 150);
  add("found-by-both.png", Label::defective, 250);
  const Evaluation a = run();
  Brightness b(200);
  predictor_ = b;
  model_.threshold = 200;
  const auto comparison = compare(a, run());
  ASSERT_TRUE(comparison);
  Brightness predictor_a(100);
  const std::string html = to_html(*comparison, dataset_, predictor_a, b);
  const auto place = [&](const std::string& words) { return html.find(words); };
  EXPECT_NE(place("Wrong in B, right in A (1)"), std::string::npos);
  EXPECT_NE(place("found-by-a.png · spot"), std::string::npos);
  EXPECT_EQ(place("found-by-both.png · spot"), std::string::npos);
  EXPECT_NE(place("A: defective"), std::string::npos);
  EXPECT_NE(place("B: good"), std::string::npos);
  EXPECT_NE(place("B&#39;s threshold 200"), std::string::npos);
  EXPECT_LT(place("do not tell B from A"), place("<table>"));
  EXPECT_EQ(dots_in(html), 3u);  // each picture once, the changed one too
}

TEST_F(Evaluate, ComparisonOfManyPicturesStaysAPage) {
  constexpr std::size_t kPictures = 5000;  // B diverts half of them, A none
  dataset_.samples.resize(kPictures);
  Evaluation a, b;
  for (std::size_t i = 0; i < kPictures; ++i) {
    Row row;
    row.sample = i;
    row.part = std::to_string(i);
    row.truth = row.label = Label::good;
    a.rows.push_back(row);
    if (i % 2 == 0) row.label = Label::defective;
    b.rows.push_back(row);
  }
  const auto comparison = compare(a, b);
  ASSERT_EQ(comparison->changed.size(), kPictures / 2);
  EXPECT_EQ(dots_in(to_html(*comparison, dataset_, predictor_, predictor_)), 4000u);
}

TEST_F(Evaluate, ComparisonNamesPicturesThatFailed) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 150);
  add_broken("broken.png", Label::defective);
  const auto comparison = compare(run(), run());
  ASSERT_TRUE(comparison);
  const std::string html = to_html(*comparison, dataset_, predictor_, predictor_);
  const auto said = html.find("1 picture could not be read or predicted: 1 by both");
  EXPECT_LT(said, html.find("<table>"));
  EXPECT_NE(html.find("broken.png", said), std::string::npos);
  EXPECT_NE(html.find("1 defective and 0 good parts are in no rate"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::evaluation::test
