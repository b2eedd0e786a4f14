#include "temp_folder.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::evaluation {
namespace {

// The score is the brightest pixel; the map is the picture.
class Brightness final : public Predictor {
 public:
  explicit Brightness(double threshold) : threshold_(threshold) {}

  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override {
    const auto& bytes = std::get<std::shared_ptr<const Bytes>>(capture.views.front().content);
    LINEGUARD_ASSIGN(const Image image, imaging::decode(*bytes));
    Prediction prediction;
    prediction.image_size = image.size();
    prediction.predict_ms = 2;
    FloatMap map{image.size(), {}};
    for (const std::byte byte : image.bytes()) map.values.push_back(static_cast<float>(byte));
    prediction.score = *std::max_element(map.values.begin(), map.values.end());
    prediction.threshold = threshold_;
    prediction.label = prediction.score > threshold_ ? Label::defective : Label::good;
    if (std::abs(prediction.score - threshold_) < 1) prediction.label = Label::unknown;
    if (options.want_map) prediction.map = std::move(map);
    return prediction;
  }

 private:
  double threshold_;
};

// Pictures of 32 x 32 pixels, dark but for one bright square.
class Evaluate : public ::testing::Test {
 protected:
  void add(const std::string& name, Label label, int brightness, bool with_mask = false) {
    Image image({32, 32}, 1), mask({32, 32}, 1);
    for (int y = 8; y < 16; ++y) {
      for (int x = 8; x < 16; ++x) {
        image.row_u8(y)[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(brightness);
        mask.row_u8(y)[static_cast<std::size_t>(x)] = 1;  // any non-zero value counts
      }
    }
    dataset::Sample sample;
    sample.image = folder_ / name;
    sample.name = sample.part = name;
    sample.label = label;
    sample.class_name = label == Label::good ? "good" : "spot";
    write(sample.image, *imaging::encode_png(image));
    if (with_mask) {
      sample.mask = folder_ / ("mask_" + name);
      write(*sample.mask, *imaging::encode_png(mask));
    }
    dataset_.samples.push_back(sample);
  }

  void add_broken(const std::string& name, Label label) {
    add(name, label, 0);
    write(folder_ / name, Bytes(20));
  }

  static void write(const std::filesystem::path& file, const Bytes& bytes) {
    ASSERT_TRUE(write_file_atomically(file, std::span<const std::byte>(bytes)));
  }

  Evaluation run(int threads = 1) {
    dataset_.root = folder_.path();
    auto evaluation = evaluate(predictor_, model_, dataset_, Selection::all, select(dataset_, Selection::all, {}),
                               {.threads = threads});
    EXPECT_TRUE(evaluation) << evaluation.error().message;
    return *evaluation;
  }
  // Of a good picture and a defective one that is black, of the mask's size.
  Evaluation run_with_mask(const Image& mask) {
    add("g.png", Label::good, 10);
    add("d.png", Label::defective, 200, true);
    write(dataset_.samples[1].image, *imaging::encode_png(Image(mask.size(), 1)));
    write(*dataset_.samples[1].mask, *imaging::encode_png(mask));
    return run();
  }

  static std::size_t dots_in(const std::string& html) {
    std::size_t dots = 0;
    for (auto at = html.find("<circle"); at != std::string::npos; at = html.find("<circle", at + 1)) ++dots;
    return dots;
  }

  bool notes(const Evaluation& evaluation, const std::string& words) {
    return std::ranges::any_of(evaluation.notes, [&](const auto& note) { return note.find(words) != note.npos; });
  }

  test::TempFolder folder_;
  dataset::Dataset dataset_;
  Brightness predictor_{100};
  Model model_{{"squares", 1, std::string(64, 'a')}, "default", 100, 1, 100};
};

// A mask was learned as the picture's class, whatever boxes lie beside it.
TEST_F(Evaluate, AMaskIsOfThePicturesClassThoughABoxIsOfAnother) {
  for (const int score : {10, 20}) add("g" + std::to_string(score) + ".png", Label::good, score);
  add("masked.png", Label::defective, 200, true);
  dataset_.samples.back().class_name = "crack";
  dataset_.samples.back().boxes.push_back({{1, 1, 4, 4}, "stain", {}});
  const Evaluation evaluation = run();
  ASSERT_EQ(evaluation.classes.size(), 1u);
  EXPECT_EQ(evaluation.classes[0].class_name, "crack");
}

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

TEST_F(Evaluate, PixelFiguresComeFromMasks) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 200, true);
  const Evaluation evaluation = run();
  ASSERT_TRUE(evaluation.pixels);
  EXPECT_DOUBLE_EQ(evaluation.pixels->auroc, 1);
  EXPECT_DOUBLE_EQ(evaluation.pixels->aupro, 1);
  EXPECT_EQ(evaluation.pixels->regions, 1u);
}

// One pixel is a quarter of a cell of the grid, 512 cells a side.
TEST_F(Evaluate, ASmallPlaceIsNotLostBesideALargeOne) {
  Image mask({1024, 1024}, 1);
  for (int y = 100; y < 200; ++y) std::ranges::fill(mask.row_u8(y).subspan(100, 100), std::uint8_t{255});
  mask.row_u8(701)[701] = mask.row_u8(901)[301] = 255;
  const Evaluation evaluation = run_with_mask(mask);
  ASSERT_TRUE(evaluation.pixels);
  EXPECT_EQ(evaluation.pixels->regions, 3u);
}

// A pixel is 1/576 of a cell: shrinking rounds it to none.
TEST_F(Evaluate, APixelOfAVeryWideMaskIsNotLost) {
  Image mask({12288, 48}, 1);
  mask.row_u8(12)[100] = mask.row_u8(47)[12287] = 255;
  const Evaluation evaluation = run_with_mask(mask);
  ASSERT_TRUE(evaluation.pixels);
  EXPECT_EQ(evaluation.pixels->regions, 2u);
}

TEST_F(Evaluate, MaskOfAnotherSizeIsNamedAndLeftOut) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 200, true);
  Image small({8, 8}, 1);
  small.row_u8(2)[2] = 255;
  write(*dataset_.samples[1].mask, *imaging::encode_png(small));
  const Evaluation evaluation = run();
  EXPECT_FALSE(evaluation.pixels);
  EXPECT_TRUE(evaluation.detections.empty()) << "nor are its places known in pixels of the picture";
  EXPECT_TRUE(notes(evaluation, "mask_d.png: the mask is 8 x 8"));
  EXPECT_TRUE(notes(evaluation, "Not in the pixel figures and the figures of boxes and of defect sizes: "));
}

// The picture is wrong somewhere: its pixels are no good ones.
TEST_F(Evaluate, AnEmptyMaskLeavesItsPictureOutOfPixelFigures) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 200, true);
  add("unknown.png", Label::defective, 200, true);
  const Image image = *imaging::decode_file(dataset_.samples[2].image);
  write(*dataset_.samples[2].mask, *imaging::encode_png(Image(image.size(), 1)));
  const Evaluation evaluation = run();
  ASSERT_TRUE(evaluation.pixels);
  EXPECT_EQ(evaluation.pixels->pictures_with_mask, 1u);
  EXPECT_DOUBLE_EQ(evaluation.pixels->auroc, 1);
  EXPECT_TRUE(notes(evaluation, "mask_unknown.png: the mask marks no pixel"));
}

TEST_F(Evaluate, AMaskThatCannotBeReadIsOneNote) {
  add("g.png", Label::good, 10, true);
  add("d.png", Label::defective, 200, true);
  add("broken.png", Label::defective, 200, true);
  write(*dataset_.samples[0].mask, Bytes(20));  // nobody asks where a good picture's defects are
  write(*dataset_.samples[2].mask, Bytes(20));
  const Evaluation evaluation = run();
  EXPECT_EQ(std::ranges::count_if(evaluation.notes, [](const auto& note) { return note.starts_with("Not in"); }), 1);
  EXPECT_TRUE(notes(evaluation, "Not in the pixel figures and the figures of boxes and of defect sizes: "));
  EXPECT_TRUE(notes(evaluation, "mask_broken.png"));
  ASSERT_EQ(evaluation.detections.size(), 2u);
  EXPECT_EQ(evaluation.detections[0].recalled.n, 1u);
}

// A picture of single pixels `step` apart, all of which its mask marks.
Image dotted(Size size, int step) {
  Image image(size, 1);
  for (int y = 0; y < size.height_px; y += step) {
    for (int x = 0; x < size.width_px; x += step) image.row_u8(y)[static_cast<std::size_t>(x)] = 200;
  }
  return image;
}

TEST_F(Evaluate, EveryPlaceOfAMaskCountsOrThePictureIsSaidToBeLeftOut) {
  add("g.png", Label::good, 10);
  add("many.png", Label::defective, 200, true);
  const auto dot = [&](Size size) {
    write(dataset_.samples.back().image, *imaging::encode_png(dotted(size, 1)));
    write(*dataset_.samples.back().mask, *imaging::encode_png(dotted(size, 2)));
  };
  dot({100, 100});
  Evaluation evaluation = run();
  ASSERT_EQ(evaluation.detections.size(), 2u);
  EXPECT_EQ(evaluation.detections[0].recalled.n, 2500u);
  EXPECT_FALSE(notes(evaluation, "Not in the figures of boxes"));
  dot({210, 210});
  evaluation = run();
  EXPECT_TRUE(evaluation.detections.empty());
  EXPECT_TRUE(notes(evaluation, "Not in the figures of boxes and of defect sizes: "));
  EXPECT_TRUE(notes(evaluation, "mask_many.png: the mask marks more than 10000 places apart from each other"));
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

TEST_F(Evaluate, ReportShowsTheWorstMistakesFirst) {
  add("good.png", Label::good, 10);
  add("overkill.png", Label::good, 180);
  add("small-miss.png", Label::defective, 95);
  add("worst-miss.png", Label::defective, 5);
  add("found.png", Label::defective, 250);
  const std::string html = to_html(run(), dataset_, predictor_);
  const auto place = [&](const std::string& words) { return html.find("<figcaption>" + words); };
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
}  // namespace lineguard::evaluation
