#include "squares.h"

#include <lineguard/imaging/decode.h>

namespace lineguard::evaluation::test {
namespace {

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

TEST_F(Evaluate, PolygonsTellPixelsAsMasksDo) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 200);
  dataset_.samples[1].boxes.push_back({{8, 8, 8, 8}, "spot", {{{8, 8}, {15, 8}, {15, 15}, {8, 15}}}});
  const Evaluation evaluation = run();
  ASSERT_TRUE(evaluation.pixels);
  EXPECT_EQ(evaluation.pixels->pictures_with_mask, 1u);
  EXPECT_EQ(evaluation.pixels->regions, 1u);
  EXPECT_DOUBLE_EQ(evaluation.pixels->auroc, 1);
}

// A box alone does not say which of its pixels are defective.
TEST_F(Evaluate, APictureWithABoxBesideAPolygonIsLeftOut) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 200);
  dataset_.samples[1].boxes.push_back({{8, 8, 8, 8}, "spot", {{{8, 8}, {15, 8}, {15, 15}, {8, 15}}}});
  dataset_.samples[1].boxes.push_back({{20, 20, 8, 8}, "spot", {}});
  EXPECT_FALSE(run().pixels);
}

TEST_F(Evaluate, APolygonOutsideIsNamedAndLeftOut) {
  add("g.png", Label::good, 10);
  add("d.png", Label::defective, 200);
  dataset_.samples[1].boxes.push_back({{50, 50, 8, 8}, "spot", {{{50, 50}, {55, 50}, {55, 55}}}});
  const Evaluation evaluation = run();
  EXPECT_FALSE(evaluation.pixels);
  EXPECT_TRUE(notes(evaluation, "its outlines enclose no pixel of the picture"));
}

}  // namespace
}  // namespace lineguard::evaluation::test
