// The backbone that set-up converts knows what is on real photographs: weights, strides, padding, folded norms and
// normalisation are right, and so are decoding and resizing before it.
#include "test_data.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <span>

#include <gtest/gtest.h>

#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/infer/network.h>

namespace lineguard {
namespace {

struct Photograph {
  const char* file;
  std::set<int> classes;  // of ImageNet, any of which is right
};
void PrintTo(const Photograph& photograph, std::ostream* out) {
  *out << photograph.file;
}

// As the classifier was trained: the middle seven eighths of the shorter side, 224 x 224.
Image middle(const Image& image) {
  const int side = std::min(image.width_px(), image.height_px()) * 7 / 8;
  const Image square =
      imaging::crop(image, (image.width_px() - side) / 2, (image.height_px() - side) / 2, {side, side});
  return imaging::resize(imaging::to_rgb(square), {224, 224});
}

std::span<const std::uint8_t> pixels_of(const Image& image) {
  return {reinterpret_cast<const std::uint8_t*>(image.bytes().data()), image.bytes().size()};
}

class Backbone : public testing::TestWithParam<Photograph> {};

TEST_P(Backbone, NamesWhatIsOnThePhotograph) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  const auto photographs = test::deps() / "test-wheels" / "skimage" / "data";
  LINEGUARD_NEEDS(photographs);
  const auto image = imaging::decode_file(photographs / GetParam().file);
  ASSERT_TRUE(image) << image.error().message;
  const auto network = infer::Network::load(test::deps() / "backbone" / "backbone.xml", {});
  ASSERT_TRUE(network) << network.error().message;
  const Image tile = middle(*image);
  const auto outputs = network->run(pixels_of(tile), {1, 224, 224, 3});
  ASSERT_TRUE(outputs) << outputs.error().message;
  const auto& logits = outputs->back().values;
  const auto best = static_cast<int>(std::ranges::max_element(logits) - logits.begin());
  EXPECT_TRUE(GetParam().classes.contains(best)) << GetParam().file << ": class " << best;
}

INSTANTIATE_TEST_SUITE_P(Of, Backbone,
                         testing::Values(Photograph{"chelsea.png", {281, 282, 285}},  // cats
                                         Photograph{"coffee.png", {967}},             // espresso
                                         Photograph{"rocket.jpg", {657, 744}}),       // missile, projectile
                         [](const auto& photograph) {
                           const std::string file = photograph.param.file;
                           return file.substr(0, file.find('.'));
                         });

}  // namespace
}  // namespace lineguard
