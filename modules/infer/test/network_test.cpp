#include "temp_folder.h"
#include "test_data.h"

#include <filesystem>
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

TEST(Network, FilesThatAreNoNetworkAreRefused) {
  const test::TempFolder folder;
  EXPECT_EQ(Network::load(folder / "none.xml", {}).error().code, ErrorCode::not_found);
  ASSERT_TRUE(write_file_atomically(folder / "text.xml", "hello"));
  EXPECT_EQ(Network::load(folder / "text.xml", {}).error().code, ErrorCode::corrupt_data);
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

TEST(Network, TheRuntimeIsNamed) {
  EXPECT_NE(runtime_description().find("OpenVINO"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::infer
