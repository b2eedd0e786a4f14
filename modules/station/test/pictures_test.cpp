// Which pictures are kept, how long, and what a full disk costs.
#include "picture_keeper.h"
#include "temp_folder.h"

#include <atomic>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>

namespace lineguard::station {
namespace {

using record::KeptBecause;

constexpr std::uint64_t kMb = 1 << 20;

Capture capture_at(UtcTime time, std::size_t bytes = 10) {
  Capture capture;
  capture.captured_at = time;
  Bytes jpeg(bytes, std::byte{0});
  jpeg[0] = std::byte{0xFF};
  jpeg[1] = std::byte{0xD8};
  jpeg[2] = std::byte{0xFF};
  capture.views.push_back({"", std::make_shared<const Bytes>(std::move(jpeg)), "frame", std::nullopt});
  return capture;
}

TEST(PicturePolicy, TheSampleFollowsTheSeedAndItsProbability) {
  const Capture capture = capture_at(UtcTime{});
  const auto sampled = [&](std::uint64_t seed, double share) {
    const PicturePolicy policy({.folder = "kept", .sample = share, .seed = seed});
    std::vector<Ticket> tickets;
    for (Ticket ticket = 1; ticket <= 20000; ++ticket) {
      const auto kept = policy.plan(Outcome::pass, 1, ticket, capture);
      if (!kept) continue;
      EXPECT_EQ(kept->probability, share);
      tickets.push_back(ticket);
    }
    return tickets;
  };
  EXPECT_EQ(sampled(7, 0.1), sampled(7, 0.1));
  EXPECT_NE(sampled(7, 0.1), sampled(8, 0.1));
  EXPECT_NEAR(static_cast<double>(sampled(7, 0.1).size()), 2000, 5 * std::sqrt(20000 * 0.1 * 0.9));
  EXPECT_TRUE(sampled(7, 0).empty());
  EXPECT_EQ(sampled(7, 1).size(), 20000u);
}

TEST(PicturePolicy, NamesSayWhenAndWhich) {
  const UtcTime time = std::chrono::sys_days(std::chrono::year(2026) / 12 / 1) + Milliseconds(7200123);
  const PicturePolicy policy({.folder = "kept", .sample = 0, .seed = 1});
  const auto kept = policy.plan(Outcome::divert, 4711, 17, capture_at(time));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->file, "diverted/2026-12-01/2026-12-01T02-00-00.123Z-4711-17.jpg");
  EXPECT_EQ(kept->probability, 1);
  EXPECT_EQ(time_of_file(kept->file), time);
  EXPECT_FALSE(policy.plan(Outcome::pass, 4711, 17, capture_at(time)));
  EXPECT_FALSE(PicturePolicy({}).plan(Outcome::divert, 4711, 17, capture_at(time))) << "without a folder";
  for (const char* other : {"notes.txt", "diverted/x", "2026-12-01T02:00:00.123Z-1-1.jpg", ""})
    EXPECT_FALSE(time_of_file(other)) << other;
}

class Pictures : public testing::Test {
 protected:
  // A file of `bytes`, `hours` after the clock's start.
  Result<void> keep(PictureStore& store, int hours, std::size_t bytes, KeptBecause because) {
    const PicturePolicy policy(with(settings_, 1));
    const Capture capture = capture_at(UtcTime{} + std::chrono::hours(hours), bytes);
    const auto kept = policy.plan(because == KeptBecause::sample ? Outcome::pass : Outcome::divert, hours, 1, capture);
    names_.push_back(kept->file);
    return store.keep(kept->file, **std::get_if<std::shared_ptr<const Bytes>>(&capture.views[0].content), because);
  }
  static PictureSettings with(PictureSettings settings, double sample) {
    settings.sample = sample;
    return settings;
  }
  bool is_there(std::size_t i) const { return std::filesystem::exists(settings_.folder / names_[i]); }
  FreeBytes disk() {
    return [this](const std::filesystem::path&) { return Result<std::uint64_t>(free_); };
  }
  lineguard::test::TempFolder folder_;
  ManualClock clock_;
  PictureSettings settings_{.folder = folder_ / "kept", .max_bytes = 10 * kMb, .max_age_days = 2, .keep_free_bytes = 0};
  std::uint64_t free_ = 1000 * kMb;
  std::vector<std::string> names_;
};

TEST_F(Pictures, TheOldestGoWhenTheRingIsFull) {
  PictureStore store(settings_, clock_, disk());
  ASSERT_TRUE(store.open());
  for (int hour = 0; hour < 4; ++hour)
    ASSERT_TRUE(keep(store, hour, 4 * kMb, hour % 2 ? KeptBecause::sample : KeptBecause::diverted));
  EXPECT_EQ(store.bytes(), 8 * kMb);
  EXPECT_FALSE(is_there(0));
  EXPECT_FALSE(is_there(1));
  EXPECT_TRUE(is_there(2));
  EXPECT_TRUE(is_there(3));
  const auto deleted = store.take_deleted();
  ASSERT_EQ(deleted.size(), 1u);
  EXPECT_EQ(deleted[0].because, DeletedBecause::bytes);
  EXPECT_EQ(deleted[0].files, std::vector<std::string>(names_.begin(), names_.begin() + 2));
  const auto huge = keep(store, 5, 11 * kMb, KeptBecause::diverted);
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find("pictures.max_mb"), std::string::npos);
  EXPECT_TRUE(is_there(2)) << "what can never fit costs nothing";
}

TEST_F(Pictures, TheirTimeIsOver) {
  PictureStore store(settings_, clock_, disk());
  ASSERT_TRUE(store.open());
  ASSERT_TRUE(keep(store, 0, 10, KeptBecause::sample));
  ASSERT_TRUE(keep(store, 24, 10, KeptBecause::diverted));
  clock_.advance(std::chrono::hours(49));
  store.remove_aged();
  EXPECT_FALSE(is_there(0));
  EXPECT_TRUE(is_there(1));
  EXPECT_EQ(store.take_deleted().at(0).because, DeletedBecause::age);
  EXPECT_FALSE(std::filesystem::exists((settings_.folder / names_[0]).parent_path())) << "nor the day's folder";
}

TEST_F(Pictures, AFullDiskCostsSamplesFirstThenDivertedPictures) {
  settings_.keep_free_bytes = 5 * kMb;
  const auto free = [&](const std::filesystem::path&) { return Result<std::uint64_t>(free_); };
  PictureStore store(settings_, clock_, free);
  ASSERT_TRUE(store.open());
  ASSERT_TRUE(keep(store, 0, kMb, KeptBecause::diverted));
  ASSERT_TRUE(keep(store, 1, kMb, KeptBecause::sample));
  free_ = 0;  // and stays so: other programs fill it
  const auto sample = keep(store, 2, kMb, KeptBecause::sample);
  ASSERT_FALSE(sample);
  EXPECT_EQ(sample.error().code, ErrorCode::disk_full);
  EXPECT_NE(sample.error().message.find("pictures.keep_free_mb"), std::string::npos);
  EXPECT_TRUE(is_there(0)) << "a sample costs no diverted picture";
  EXPECT_FALSE(is_there(1));
  EXPECT_FALSE(keep(store, 3, kMb, KeptBecause::diverted)) << "the disk belongs to events";
  EXPECT_FALSE(is_there(0));
  EXPECT_EQ(store.count(), 0u);
  EXPECT_EQ(store.take_deleted().at(0).because, DeletedBecause::disk_full);
  free_ = 100 * kMb;
  EXPECT_TRUE(keep(store, 4, kMb, KeptBecause::sample));
}

TEST_F(Pictures, AnotherStartFindsThemAndLeavesStrangersAlone) {
  {
    PictureStore store(settings_, clock_, disk());
    ASSERT_TRUE(store.open());
    ASSERT_TRUE(keep(store, 1, 4 * kMb, KeptBecause::sample));
    ASSERT_TRUE(keep(store, 0, 4 * kMb, KeptBecause::sample));
  }
  ASSERT_TRUE(write_file_atomically(settings_.folder / "passed" / "notes.txt", "mine"));
  ASSERT_TRUE(write_file_atomically(settings_.folder / (names_[0] + ".part"), "half"));
  PictureStore store(settings_, clock_, disk());
  ASSERT_TRUE(store.open());
  EXPECT_EQ(store.count(), 2u);
  EXPECT_FALSE(std::filesystem::exists(settings_.folder / (names_[0] + ".part")));
  ASSERT_TRUE(keep(store, 2, 4 * kMb, KeptBecause::diverted));
  EXPECT_FALSE(is_there(1)) << "the older one, by its name";
  EXPECT_TRUE(is_there(0));
  clock_.advance(std::chrono::hours(24 * 30));
  store.remove_aged();
  EXPECT_TRUE(std::filesystem::exists(settings_.folder / "passed" / "notes.txt"));
}

KeepAction action(KeptBecause because, std::size_t bytes) {
  return {std::make_shared<const Capture>(capture_at(UtcTime{}, bytes)), {"x", because, 1}};
}

TEST(PictureQueue, SamplesAreDroppedForDivertedPartsNeverTheOtherWayRound) {
  PictureQueue queue(10 * kMb);
  EXPECT_TRUE(queue.push(action(KeptBecause::sample, 4 * kMb)).empty());
  EXPECT_TRUE(queue.push(action(KeptBecause::diverted, 4 * kMb)).empty());
  auto dropped = queue.push(action(KeptBecause::diverted, 4 * kMb));
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].kept.because, KeptBecause::sample);
  dropped = queue.push(action(KeptBecause::sample, 4 * kMb));
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].kept.because, KeptBecause::sample);
  EXPECT_EQ(queue.push(action(KeptBecause::diverted, 4 * kMb)).size(), 1u) << "itself";
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.pop()->kept.because, KeptBecause::diverted);
  EXPECT_TRUE(queue.push(action(KeptBecause::sample, 4 * kMb)).empty());
}

TEST_F(Pictures, TheKeeperWritesOnItsOwnThreadAndCounts) {
  std::atomic<std::size_t> deleted{0};
  PictureKeeper keeper(
      settings_, system_clock(), [&](DeletedPictures&& gone) { deleted += gone.files.size(); }, disk());
  const UtcTime now = system_clock().utc_now();
  const PicturePolicy policy(with(settings_, 1));
  for (Ticket ticket = 1; ticket <= 3; ++ticket) {
    auto capture = std::make_shared<Capture>(capture_at(now, 4 * kMb));
    const auto kept = policy.plan(ticket == 1 ? Outcome::pass : Outcome::divert, 1, ticket, *capture);
    keeper.submit({capture, *kept});
  }
  while (keeper.counts().kept_diverted + keeper.counts().kept_samples < 3 || deleted < 1) std::this_thread::yield();
  EXPECT_EQ(keeper.counts().kept_samples, 1u);
  EXPECT_EQ(keeper.counts().bytes, 8 * kMb);
  EXPECT_EQ(keeper.counts().deleted, 1u);
  EXPECT_EQ(keeper.counts().problem, "");
}

TEST_F(Pictures, WhatCannotBeWrittenIsCountedAndSaid) {
  ASSERT_TRUE(write_file_atomically(settings_.folder, "a file in the folder's place"));
  PictureKeeper keeper(settings_, system_clock(), [](DeletedPictures&&) {});
  const Capture capture = capture_at(system_clock().utc_now());
  const auto kept = PicturePolicy(settings_).plan(Outcome::divert, 1, 1, capture);
  keeper.submit({std::make_shared<const Capture>(capture), *kept});
  while (keeper.counts().dropped_diverted < 1) std::this_thread::yield();
  EXPECT_NE(keeper.counts().problem.find("kept"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::station
