#include "temp_folder.h"
#include "test_data.h"

#include <cstring>
#include <filesystem>
#include <limits>
#include <thread>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/infer/network.h>

namespace lineguard::infer {
namespace {
namespace fs = std::filesystem;

std::vector<std::uint8_t> gradient(int side) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(side) * side * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 7 % 251);
  return pixels;
}

TEST(Network, RunsTheBackboneAtAnySize) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  auto network = Network::load(test::deps() / "backbone" / "backbone.xml", {});
  ASSERT_TRUE(network) << network.error().message;
  ASSERT_EQ(network->outputs().size(), 5u);
  EXPECT_EQ(network->outputs()[1].name, "tap8");
  for (const int side : {96, 64}) {
    auto outputs = network->run(gradient(side), {1, side, side, 3});
    ASSERT_TRUE(outputs) << outputs.error().message;
    EXPECT_EQ(outputs->at(2).shape, (std::vector<std::int64_t>{1, 112, side / 16, side / 16}));
    EXPECT_EQ(outputs->at(4).values.size(), 1000u);
  }
}

TEST(Network, ParallelCallersGetTheSameAnswer) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  auto network = Network::load(test::deps() / "backbone" / "backbone.xml", {.parallel_requests = 2});
  ASSERT_TRUE(network) << network.error().message;
  const auto pixels = gradient(64);
  const auto expected = network->run(pixels, {1, 64, 64, 3}).value().at(4).values;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(network->run(pixels, {1, 64, 64, 3}).value().at(4).values, expected);
      }
    });
  }
}

TEST(Network, AWrongShapeIsNamed) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  auto network = Network::load(test::deps() / "backbone" / "backbone.xml", {});
  ASSERT_TRUE(network);
  auto outputs = network->run(gradient(64), {1, 64, 65, 3});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(outputs.error().message.find("[1, 64, 65, 3]"), std::string::npos);
}

TEST(Network, AShapeTooLargeForAnyMemoryIsRefused) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  auto network = Network::load(test::deps() / "backbone" / "backbone.xml", {});
  ASSERT_TRUE(network);
  // 2^64 elements: the product wraps to the zero bytes that are given.
  const std::int64_t huge = std::int64_t{1} << 32;
  EXPECT_EQ(network->run({}, {huge, huge, 1, 3}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(network->run({}, {1, 0, 64, 3}).error().code, ErrorCode::invalid_argument);
}

// Protocol buffers by hand, as far as the smallest ONNX file needs them (all numbers and lengths below 128).
std::string number(int field, int value) {
  return {static_cast<char>(field << 3), static_cast<char>(value)};
}
std::string part(int field, const std::string& content) {
  // Field numbers from 16 on take two bytes.
  const int tag = field << 3 | 2;
  std::string bytes = tag < 128 ? std::string{static_cast<char>(tag)}
                                : std::string{static_cast<char>(tag % 128 + 128), static_cast<char>(tag / 128)};
  return bytes + static_cast<char>(content.size()) + content;
}

// One node, Cast: uint8 [1, 2, 2, 3] to float.
std::string smallest_onnx() {
  const auto value = [](const std::string& name, int type) {
    std::string shape;
    for (const int side : {1, 2, 2, 3}) shape += part(1, number(1, side));
    return part(1, name) + part(2, part(1, number(1, type) + part(2, shape)));
  };
  constexpr int kFloat = 1, kUint8 = 2, kInteger = 2;
  const std::string to = part(1, "to") + number(3, kFloat) + std::string("\xa0\x01", 2) + static_cast<char>(kInteger);
  const std::string cast = part(1, "x") + part(2, "y") + part(4, "Cast") + part(5, to);
  const std::string graph = part(1, cast) + part(2, "g") + part(11, value("x", kUint8)) + part(12, value("y", kFloat));
  return number(1, 8) + part(7, graph) + part(8, number(2, 13));
}

TEST(Network, ReadsOnnx) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "cast.onnx", smallest_onnx()));
  const auto network = Network::load(folder / "cast.onnx", {});
  ASSERT_TRUE(network) << network.error().message;
  const std::vector<std::uint8_t> pixels = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 254, 255};
  const auto outputs = network->run(pixels, {1, 2, 2, 3});
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(outputs->front().values, std::vector<float>(pixels.begin(), pixels.end()));
}

TEST(Network, FilesThatAreNoNetworkAreRefused) {
  const test::TempFolder folder;
  EXPECT_EQ(Network::load(folder / "none.xml", {}).error().code, ErrorCode::not_found);
  ASSERT_TRUE(write_file_atomically(folder / "text.xml", "hello"));
  for (const char* content : {"", "hello", "<html></html>", "<?xml version=\"1.0\"?><net name=\"cut\""}) {
    for (const char* name : {"text.xml", "text.onnx"}) {
      ASSERT_TRUE(write_file_atomically(folder / name, content));
      const auto network = Network::load(folder / name, {});
      ASSERT_FALSE(network);
      EXPECT_EQ(network.error().code, ErrorCode::corrupt_data) << content;
      EXPECT_NE(network.error().message.find(name), std::string::npos) << network.error().message;
    }
  }
  ASSERT_TRUE(write_file_atomically(folder / "text.pb", "hello"));
  EXPECT_EQ(Network::load(folder / "text.pb", {}).error().code, ErrorCode::unsupported);
  EXPECT_EQ(Network::load(folder / "text.xml", {.threads = 0}).error().code, ErrorCode::invalid_argument);
}

TEST(Network, ACutWeightFileIsRefused) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  const test::TempFolder folder;
  fs::copy(test::deps() / "backbone" / "backbone.xml", folder / "cut.xml");
  fs::copy(test::deps() / "backbone" / "backbone.bin", folder / "cut.bin");
  fs::resize_file(folder / "cut.bin", fs::file_size(folder / "cut.bin") / 2);
  EXPECT_EQ(Network::load(folder / "cut.xml", {}).error().code, ErrorCode::corrupt_data);
}

TEST(Network, WeightsThatAreNoNumbersAreRefused) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  const test::TempFolder folder;
  fs::copy(test::deps() / "backbone" / "backbone.xml", folder / "nan.xml");
  auto weights = read_file(test::deps() / "backbone" / "backbone.bin");
  ASSERT_TRUE(weights);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(weights->data() + weights->size() / 8 * 4, &nan, sizeof nan);
  ASSERT_TRUE(write_file_atomically(folder / "nan.bin", *weights));
  const auto network = Network::load(folder / "nan.xml", {});
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(network.error().message.find("NaN"), std::string::npos) << network.error().message;
}

TEST(Network, TheRuntimeIsNamed) {
  EXPECT_NE(runtime_description().find("OpenVINO"), std::string::npos);
}

// A graph in OpenVINO's text: a u8 input of that shape, layers between, and a result. `edges`: from layer:port to
// layer:port.
std::string layer(int id, const std::string& type, const std::string& data, const std::string& ports,
                  const std::string& version = "opset1") {
  return "<layer id=\"" + std::to_string(id) + "\" name=\"l" + std::to_string(id) + "\" type=\"" + type +
         "\" version=\"" + version + "\"><data " + data + "/>" + ports + "</layer>";
}

NetworkFiles graph_of(const std::string& layers, const std::string& edges) {
  return {"test.xml",
          "<?xml version=\"1.0\"?><net name=\"t\" version=\"11\"><layers>" + layers + "</layers><edges>" + edges +
              "</edges></net>",
          nullptr};
}

std::string port(int id, const std::string& precision, const std::vector<int>& sides) {
  std::string text = "<port id=\"" + std::to_string(id) + "\" precision=\"" + precision + "\">";
  for (const int side : sides) text += "<dim>" + std::to_string(side) + "</dim>";
  return text + "</port>";
}

std::string edge(int from, int from_port, int to, int to_port) {
  return "<edge from-layer=\"" + std::to_string(from) + "\" from-port=\"" + std::to_string(from_port) +
         "\" to-layer=\"" + std::to_string(to) + "\" to-port=\"" + std::to_string(to_port) + "\"/>";
}

// u8 [1, side, side, 3] as f32.
NetworkFiles conversion(int side) {
  const std::vector<int> shape{1, side, side, 3};
  const std::string text = std::to_string(side);
  return graph_of(
      layer(0, "Parameter", "shape=\"1," + text + "," + text + ",3\" element_type=\"u8\"",
            "<output>" + port(0, "U8", shape) + "</output>") +
          layer(1, "Convert", "destination_type=\"f32\"",
                "<input>" + port(0, "U8", shape) + "</input><output>" + port(1, "FP32", shape) + "</output>") +
          layer(2, "Result", "", "<input>" + port(0, "FP32", shape) + "</input>"),
      edge(0, 0, 1, 0) + edge(1, 1, 2, 0));
}

TEST(Network, RunsFromMemory) {
  const auto network = Network::load(conversion(4), {});
  ASSERT_TRUE(network) << network.error().message;
  const auto outputs = network->run(gradient(4), {1, 4, 4, 3});
  ASSERT_TRUE(outputs);
  EXPECT_EQ(outputs->at(0).values[5], static_cast<float>(gradient(4)[5]));
}

TEST(Network, FilesAreNotNeededOnceTheyAreRead) {
  LINEGUARD_NEEDS(test::deps() / "backbone");
  const test::TempFolder folder;
  fs::copy(test::deps() / "backbone" / "backbone.xml", folder / "b.xml");
  fs::copy(test::deps() / "backbone" / "backbone.bin", folder / "b.bin");
  const auto network = Network::load(folder / "b.xml", {});
  ASSERT_TRUE(network) << network.error().message;
  const auto before = network->run(gradient(64), {1, 64, 64, 3}).value().at(4).values;
  fs::resize_file(folder / "b.bin", 0);  // a mapped file would end the process
  EXPECT_EQ(network->run(gradient(64), {1, 64, 64, 3}).value().at(4).values, before);
}

TEST(Network, AGraphThatTakesAnyMemoryIsRefused) {
  const auto network = Network::load(conversion(20'000), {});
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, ErrorCode::too_large) << network.error().message;
}

TEST(Network, LayersThatMayRunWithoutEndAreRefused) {
  // Of the kinds that OpenVINO knows one that is in no list of ours: its work depends on values.
  const std::vector<int> shape{1, 4, 4, 3};
  const NetworkFiles files = graph_of(
      layer(0, "Parameter", "shape=\"1,4,4,3\" element_type=\"u8\"", "<output>" + port(0, "U8", shape) + "</output>") +
          layer(1, "NonZero", "output_type=\"i64\"",
                "<input>" + port(0, "U8", shape) + "</input><output>" + port(1, "I64", {4, -1}) + "</output>",
                "opset3") +
          layer(2, "Convert", "destination_type=\"f32\"",
                "<input>" + port(0, "I64", {4, -1}) + "</input><output>" + port(1, "FP32", {4, -1}) + "</output>") +
          layer(3, "Result", "", "<input>" + port(0, "FP32", {4, -1}) + "</input>"),
      edge(0, 0, 1, 0) + edge(1, 1, 2, 0) + edge(2, 1, 3, 0));
  const auto network = Network::load(files, {});
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, ErrorCode::unsupported) << network.error().message;
  EXPECT_NE(network.error().message.find("NonZero"), std::string::npos) << network.error().message;
}

}  // namespace
}  // namespace lineguard::infer
