// A backbone of one's own, convolutional or a transformer, as small ONNX files that are written here.
#include "temp_folder.h"
#include "test_data.h"
#include "vocabulary.h"

#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/package/package.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace {

// Protocol buffers: a number, and a part with a length.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7) bytes += static_cast<char>((value & 127) | 128);
  return bytes + static_cast<char>(value);
}
std::string number(int field, std::uint64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(value);
}
std::string part(int field, const std::string& content) {
  return varint((static_cast<std::uint64_t>(field) << 3) | 2) + varint(content.size()) + content;
}

std::string ints(const std::string& name, std::initializer_list<std::uint64_t> values) {
  std::string attribute = part(1, name) + number(20, 7);
  for (const auto value : values) attribute += number(8, value);
  return part(5, attribute);
}

std::string node(const std::string& type, std::initializer_list<std::string> inputs, const std::string& output,
                 const std::string& attributes = "") {
  std::string text;
  for (const auto& input : inputs) text += part(1, input);
  return part(1, text + part(2, output) + part(4, type) + attributes);
}

template <typename T>
std::string tensor(const std::string& name, int type, std::initializer_list<std::uint64_t> dims,
                   const std::vector<T>& values) {
  std::string text;
  for (const auto dim : dims) text += number(1, dim);
  std::string raw(values.size() * sizeof(T), '\0');
  std::memcpy(raw.data(), values.data(), raw.size());
  return part(5, text + number(2, static_cast<std::uint64_t>(type)) + part(8, name) + part(9, raw));
}

std::string weights(const std::string& name, std::uint64_t outputs, std::uint64_t inputs, std::uint64_t side) {
  std::vector<float> values;
  unsigned state = 7;
  for (std::uint64_t i = 0; i < outputs * inputs * side * side; ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back(static_cast<float>(state >> 16) / 65536.0F - 0.5F);
  }
  return tensor(name, 1, {outputs, inputs, side, side}, values);
}

std::string value(int field, const std::string& name, std::initializer_list<std::uint64_t> dims) {
  std::string shape;
  for (const auto dim : dims) shape += part(1, number(1, dim));
  return part(field, part(1, name) + part(2, part(1, number(1, 1) + part(2, shape))));
}

std::string model(const std::string& graph) {
  return number(1, 8) + part(7, graph + part(2, "backbone")) + part(8, part(1, "") + number(2, 13));
}

// Two outputs, at strides 8 and 16.
std::string convolutional() {
  return model(node("Conv", {"x", "w1"}, "a", ints("strides", {8, 8})) + node("Relu", {"a"}, "fine") +
               node("Conv", {"fine", "w2"}, "b", ints("strides", {2, 2})) + node("Relu", {"b"}, "coarse") +
               weights("w1", 12, 3, 8) + weights("w2", 16, 12, 2) + value(11, "x", {1, 3, 96, 96}) +
               value(12, "fine", {1, 12, 12, 12}) + value(12, "coarse", {1, 16, 6, 6}));
}

// Patches of 16 pixels as tokens, [1, 1 + 36, 24] with a class token before them, or [1, 36, 24].
std::string transformer(bool class_token) {
  std::string graph = node("Conv", {"x", "w"}, "a", ints("strides", {16, 16})) + node("Reshape", {"a", "shape"}, "r") +
                      node("Transpose", {"r"}, class_token ? "t" : "tokens", ints("perm", {0, 2, 1})) +
                      weights("w", 24, 3, 16) + tensor<std::int64_t>("shape", 7, {3}, {1, 24, 36}) +
                      value(11, "x", {1, 3, 96, 96});
  if (class_token) {
    graph += node("Concat", {"first", "t"}, "tokens", part(5, part(1, "axis") + number(20, 2) + number(3, 1)));
    graph += tensor<float>("first", 1, {1, 1, 24}, std::vector<float>(24, 1));
  }
  const std::uint64_t tokens = class_token ? 37 : 36;
  return model(graph + value(12, "tokens", {1, tokens, 24}));
}

class OwnBackbone : public ::testing::Test {
 protected:
  void SetUp() override {
    for (unsigned i = 0; i < 8; ++i) {
      Image image({96, 96}, 1);
      unsigned state = i * 2654435761u + 1;
      for (int y = 0; y < 96; ++y) {
        for (auto& level : image.row_u8(y)) {
          state = state * 1664525u + 1013904223u;
          level = static_cast<std::uint8_t>(120 + (state >> 24) % 20);
        }
      }
      const auto file = folder_ / "set" / ("part_" + std::to_string(i) + ".png");
      ASSERT_TRUE(write_file_atomically(file, *imaging::encode_png(image)));
    }
    auto read = dataset::read_dataset(folder_ / "set");
    ASSERT_TRUE(read) << read.error().message;
    dataset_ = *read;
    config_.members = {{96}};
    config_.bank_size = 50;
    config_.taps.clear();
    config_.backbone_licence = "CC0, made in a test";
  }
  Result<TrainReport> train_with(const std::string& onnx, const std::string& out) {
    config_.backbone_file = folder_ / "backbone.onnx";
    EXPECT_TRUE(write_file_atomically(config_.backbone_file, onnx));
    return train(dataset_, config_, folder_ / out);
  }
  test::TempFolder folder_;
  dataset::Dataset dataset_;
  TrainConfig config_;
};

TEST_F(OwnBackbone, OfConvolutionsIsTrainedOnWithTheOutputsThatAreThere) {
  const auto report = train_with(convolutional(), "model");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(load_train_config(folder_ / "model" / "training.toml")->taps, (std::vector<std::string>{"fine", "coarse"}));
  EXPECT_EQ(package::read_manifest(folder_ / "model")->backbone_licence, "CC0, made in a test");
  EXPECT_TRUE(Detector::load(folder_ / "model"));
}

TEST_F(OwnBackbone, OfTokensIsAGridWithOrWithoutAClassToken) {
  for (const bool class_token : {true, false}) {
    const auto report = train_with(transformer(class_token), class_token ? "with" : "without");
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(load_train_config(folder_ / (class_token ? "with" : "without") / "training.toml")->taps,
              std::vector<std::string>{"tokens"});
  }
}

TEST_F(OwnBackbone, AWrongNameListsWhatThereIs) {
  config_.taps = {"layer3"};
  const auto report = train_with(convolutional(), "model");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::invalid_config);
  EXPECT_NE(report.error().message.find("no layer named \"layer3\"; its outputs are fine, coarse"), std::string::npos)
      << report.error().message;
}

TEST_F(OwnBackbone, WhoseOutputsAreNoGridIsRefusedWithWhatTheyAre) {
  const auto report = train_with(model(node("GlobalAveragePool", {"x"}, "mean") + value(11, "x", {1, 3, 96, 96}) +
                                       value(12, "mean", {1, 3, 1, 1})),
                                 "model");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::invalid_config);
  EXPECT_NE(report.error().message.find("no output is a grid of features; its outputs are mean"), std::string::npos)
      << report.error().message;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model"));
}

TEST_F(OwnBackbone, LabelledHeadsSeeItsLayers) {
  for (auto& sample : dataset_.samples) sample.split = dataset::Split::train;
  for (int i = 0; i < 12; ++i) {
    Image image({96, 96}, 1);
    for (int y = 0; y < 96; ++y) {
      for (int x = 0; x < 96; ++x)
        image.row_u8(y)[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(100 + (x * (i + 3) + y * 7) % 40);
    }
    for (int x = 20; x < 40; ++x) image.row_u8(30 + i)[static_cast<std::size_t>(x)] = 250;
    dataset::Sample sample;
    sample.image = folder_ / "defective" / ("d" + std::to_string(i) + ".png");
    ASSERT_TRUE(write_file_atomically(sample.image, *imaging::encode_png(image)));
    sample.name = sample.part = sample.image.filename().string();
    sample.class_name = "scratch";
    sample.label = Label::defective;
    sample.split = dataset::Split::train;
    sample.boxes.push_back({Box{20, 30.0 + i, 20, 1}, "scratch", {}});
    dataset_.samples.push_back(sample);
  }
  config_.labels = Labels::use;
  config_.label_members = 1;
  config_.label_epochs = 2;
  const auto report = train_with(convolutional(), "labelled");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->classes, std::vector<std::string>{"scratch"});
  EXPECT_TRUE(Detector::load(folder_ / "labelled"));
}

}  // namespace
}  // namespace lineguard::training
