#include "fine_tuning.h"
#include "ir_network.h"
#include "temp_folder.h"
#include "test_data.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <torch/serialize.h>
#include <torch/utils.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/infer/network.h>

namespace lineguard::finetune {
namespace {
namespace fs = std::filesystem;

constexpr int kSide = 64, kDense = 8, kPictures = 24;

fs::path installed() {
  return test::deps() / "backbone";
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// Gray noise; half of the pictures have a bright square, labelled cell by cell.
nlohmann::json write_job(const fs::path& folder, int epochs) {
  fs::create_directories(folder);
  fs::copy_file(installed() / "backbone.xml", folder / "backbone.xml", fs::copy_options::skip_existing);
  fs::copy_file(installed() / "backbone.bin", folder / "backbone.bin", fs::copy_options::skip_existing);
  std::mt19937 random(1);
  std::string tiles, cells;
  nlohmann::json pictures = nlohmann::json::array();
  for (int i = 0; i < kPictures; ++i) {
    const bool defective = i % 2 == 1;
    const int at = 8 * (1 + i % 5);
    for (int p = 0; p < kSide * kSide; ++p) {
      const bool inside = defective && p / kSide / 16 == at / 16 && p % kSide / 16 == at / 16;
      tiles.append(3, static_cast<char>(inside ? 230 : 90 + random() % 40));
    }
    for (int c = 0; c < kDense * kDense; ++c)
      cells.push_back(static_cast<char>(defective && c / kDense / 2 == at / 16 && c % kDense / 2 == at / 16 ? 1 : 0));
    pictures.push_back({{"defective", defective ? 1.0 : 0.0}, {"validation", i >= kPictures - 6}, {"cells", true}});
  }
  write(folder / "tiles.u8", tiles);
  write(folder / "cells.i8", cells);
  nlohmann::json job = {{"format", "lineguard-finetune/1"},
                        {"input_px", kSide},
                        {"dense_cells", kDense},
                        {"context_cells", 3},
                        {"classes", 1},
                        {"cell_taps", {"tap4", "tap8", "tap16"}},
                        {"picture_taps", {"tap16", "tap32"}},
                        {"frozen_to", ""},
                        {"epochs", epochs},
                        {"patience", 10},
                        {"learning_rate", 3e-4},
                        {"batch", 6},
                        {"seed", 1},
                        {"pictures", pictures}};
  write(folder / "job.json", job.dump());
  return job;
}

Result<Outcome> run(const fs::path& folder, const fs::path& out, int stop_after_epoch = 0) {
  std::atomic<bool> stop{false};
  const auto job = read_job(folder);
  if (!job) return job.error();
  fs::create_directories(out);
  return fine_tune(*job, out, 1, stop, [&](const Progress& now) {
    if (stop_after_epoch > 0 && now.epoch > stop_after_epoch) stop = true;
  });
}

TEST(IrNetwork, AnswersAsTheRuntimeDoes) {
  LINEGUARD_NEEDS(installed());
  const auto ours = IrNetwork::load(installed() / "backbone.xml", {"tap4", "tap16", "tap32"}, "");
  ASSERT_TRUE(ours) << ours.error().message;
  const auto runtime = infer::Network::load(installed() / "backbone.xml", {});
  ASSERT_TRUE(runtime) << runtime.error().message;
  std::mt19937 random(7);
  std::vector<std::uint8_t> tile(96 * 96 * 3);
  for (auto& value : tile) value = static_cast<std::uint8_t>(random() % 256);
  const auto wanted = runtime->run(tile, {1, 96, 96, 3});
  ASSERT_TRUE(wanted) << wanted.error().message;
  torch::NoGradGuard no_gradients;
  const auto layers = ours->forward(torch::from_blob(tile.data(), {1, 96, 96, 3}, torch::kUInt8));
  const std::size_t same[] = {0, 2, 3};  // the file's outputs: tap4, tap8, tap16, tap32, logits
  for (std::size_t i = 0; i < 3; ++i) {
    const auto flat = layers[i].contiguous();
    const auto& theirs = (*wanted)[same[i]];
    ASSERT_EQ(flat.numel(), static_cast<std::int64_t>(theirs.values.size()));
    for (std::size_t k = 0; k < theirs.values.size(); ++k)
      ASSERT_NEAR(flat.data_ptr<float>()[k], theirs.values[k], 2e-3) << "layer " << i << ", value " << k;
  }
}

TEST(IrNetwork, KeepsEveryByteThatWasNotTrained) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  const auto network = IrNetwork::load(installed() / "backbone.xml", {"tap16"}, "tap8");
  ASSERT_TRUE(network) << network.error().message;
  ASSERT_TRUE(network->save(folder / "copy.xml"));
  EXPECT_EQ(*sha256_hex_of_file(folder / "copy.bin"), *sha256_hex_of_file(installed() / "backbone.bin"));
}

TEST(IrNetwork, NamesWhatItCantTrain) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  auto text = *read_text_file(installed() / "backbone.xml");
  const auto at = text.find("type=\"Clamp\"");
  text.replace(at, 12, "type=\"Gelu1\"");
  write(folder / "other.xml", text);
  fs::copy_file(installed() / "backbone.bin", folder / "other.bin");
  const auto network = IrNetwork::load(folder / "other.xml", {"tap16"}, "");
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, ErrorCode::unsupported);
  EXPECT_NE(network.error().message.find("Gelu1"), std::string::npos) << network.error().message;
  fs::resize_file(folder / "other.bin", 1000);
  fs::copy_file(installed() / "backbone.xml", folder / "other.xml", fs::copy_options::overwrite_existing);
  EXPECT_EQ(IrNetwork::load(folder / "other.xml", {"tap16"}, "").error().code, ErrorCode::corrupt_data);
  EXPECT_EQ(IrNetwork::load(installed() / "backbone.xml", {"tap99"}, "").error().code, ErrorCode::corrupt_data);
}

TEST(FineTuning, LearnsAndWritesTheSameKindOfNetwork) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  write_job(folder / "job", 2);
  const auto outcome = run(folder / "job", folder / "out");
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_LT(outcome->best_validation_loss, 0.8 * outcome->first_validation_loss);
  const auto network = infer::Network::load(folder / "out" / "backbone.xml", {});
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_NE(*sha256_hex_of_file(folder / "out" / "backbone.bin"), *sha256_hex_of_file(installed() / "backbone.bin"));
}

TEST(FineTuning, GoesOnAfterAKillAsIfNothingHadHappened) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  write_job(folder / "job", 2);
  ASSERT_TRUE(run(folder / "job", folder / "whole"));
  fs::remove(folder / "job" / "checkpoint.pt");
  const auto stopped = run(folder / "job", folder / "part", 1);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(fs::exists(folder / "part" / "backbone.xml"));
  const auto resumed = run(folder / "job", folder / "part");
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->resumed_at, 1);
  EXPECT_EQ(*sha256_hex_of_file(folder / "part" / "backbone.bin"),
            *sha256_hex_of_file(folder / "whole" / "backbone.bin"));
}

TEST(FineTuning, LeavesFrozenLayersAlone) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  auto job = write_job(folder / "job", 1);
  job["frozen_to"] = "tap8";
  write(folder / "job" / "job.json", job.dump());
  ASSERT_TRUE(run(folder / "job", folder / "out"));
  const auto before = IrNetwork::load(installed() / "backbone.xml", {"tap8", "tap32"}, "");
  const auto after = IrNetwork::load(folder / "out" / "backbone.xml", {"tap8", "tap32"}, "");
  ASSERT_TRUE(before && after);
  torch::NoGradGuard no_gradients;
  const auto tile = torch::full({1, 64, 64, 3}, 100, torch::kUInt8);
  const auto x = before->forward(tile), y = after->forward(tile);
  EXPECT_TRUE(torch::equal(x[0], y[0]));
  EXPECT_FALSE(torch::equal(x[1], y[1]));
}

TEST(Job, NamesTheFieldThatIsWrong) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  auto job = write_job(folder.path(), 1);
  const auto refused = [&](const char* words) {
    write(folder / "job.json", job.dump());
    const auto read = read_job(folder.path());
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(words), std::string::npos) << read.error().message;
  };
  job["epochs"] = 0;
  refused("epochs is 0, allowed are 1 to 1000");
  job["epochs"] = 1;
  job["input_px"] = 96;
  refused("tiles.u8 has");
  job.erase("seed");
  refused("seed");
}

// Every defect's cells reach half a cell and one and a half to the sides of a box of two by two.
void write_sides(const fs::path& folder) {
  std::vector<float> sides;
  const float none = std::numeric_limits<float>::quiet_NaN(), near = std::log(0.5F), far = std::log(1.5F);
  for (int i = 0; i < kPictures; ++i) {
    for (int c = 0; c < kDense * kDense; ++c) {
      const int x = c % kDense % 2, y = c / kDense % 2;
      const bool inside = i % 2 == 1;
      for (const float way : {x ? far : near, y ? far : near, x ? near : far, y ? near : far})
        sides.push_back(inside ? way : none);
    }
  }
  write(folder / "sides.f32", {reinterpret_cast<const char*>(sides.data()), sides.size() * sizeof(float)});
}

TEST(FineTuning, LearnsSidesOfBoxesWhereThereAreSome) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  auto job = write_job(folder / "job", 3);
  job["sides"] = true;
  write(folder / "job" / "job.json", job.dump());
  const auto missing = run(folder / "job", folder / "out");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("sides.f32"), std::string::npos) << missing.error().message;
  write_sides(folder / "job");
  const auto outcome = run(folder / "job", folder / "out");
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_LT(outcome->best_validation_loss, outcome->first_validation_loss);
}

TEST(FineTuning, RemovesADamagedCheckpoint) {
  LINEGUARD_NEEDS(installed());
  const test::TempFolder folder;
  write_job(folder / "job", 1);
  write(folder / "job" / "checkpoint.pt", "not a checkpoint");
  EXPECT_EQ(run(folder / "job", folder / "out").error().code, ErrorCode::corrupt_data);
  EXPECT_TRUE(run(folder / "job", folder / "out"));
}

}  // namespace
}  // namespace lineguard::finetune
