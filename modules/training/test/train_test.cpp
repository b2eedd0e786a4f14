#include "temp_folder.h"
#include "test_data.h"
#include "vocabulary.h"

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/core/picture_sum.h>
#include <lineguard/detector/detector.h>
#include <lineguard/detector/model_watch.h>
#include <lineguard/detector/synthetic_defect.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/package.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace {
namespace fs = std::filesystem;

// A woven texture with a little noise: every picture differs, all are good.
Image good_picture(unsigned seed) {
  Image image({96, 80}, 1);
  unsigned state = seed * 2654435761u + 1;
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 96; ++x) {
      state = state * 1664525u + 1013904223u;
      const double weave = 120 + 40 * std::sin(x * 0.6) * std::cos(y * 0.5);
      image.row_u8(y)[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(weave + (state >> 24) % 12);
    }
  }
  return image;
}

class Train : public ::testing::Test {
 protected:
  void SetUp() override {
    LINEGUARD_NEEDS(test::deps() / "backbone");
    for (unsigned i = 0; i < 12; ++i) {
      const auto name = "good/part_" + std::to_string(i) + ".png";
      ASSERT_TRUE(write_file_atomically(folder_ / "set" / name, *imaging::encode_png(good_picture(i))));
    }
    auto read = dataset::read_dataset(folder_ / "set");
    ASSERT_TRUE(read) << read.error().message;
    dataset_ = *read;
    for (auto& sample : dataset_.samples) sample.split = dataset::Split::train;
    config_.members = {{96}};
    config_.bank_size = 100;
  }
  Result<TrainReport> train_to(const fs::path& out, const TrainOptions& options = {}) {
    return train(dataset_, config_, out, options);
  }
  test::TempFolder folder_;
  dataset::Dataset dataset_;
  TrainConfig config_;
};

Capture capture_of(Image image) {
  Capture capture;
  capture.views.push_back({"", std::make_shared<const Image>(std::move(image)), "test"});
  return capture;
}

// The digests in the package are those of the pictures that it was made from.
TEST_F(Train, APictureThatChangesDuringTrainingIsAnErrorThatNamesIt) {
  const fs::path picture = dataset_.samples[3].image;
  bool changed = false;
  const auto change_once = [&](std::string_view step, std::size_t, std::size_t) {
    if (step != "extracting features" || std::exchange(changed, true)) return;
    ASSERT_TRUE(write_file_atomically(picture, *imaging::encode_png(good_picture(77))));
  };
  const auto report = train(dataset_, config_, folder_ / "tiles", {}, change_once);
  ASSERT_TRUE(changed);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(report.error().message.find(picture.filename().string()), std::string::npos) << report.error().message;
  EXPECT_FALSE(fs::exists(folder_ / "tiles"));
}

TEST_F(Train, APackageTellsADefectFromAGoodPart) {
  auto report = train_to(folder_ / "tiles-1");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->model.name, "tiles");
  EXPECT_EQ(report->model.version, 1);
  auto detector = Detector::load(folder_ / "tiles-1");
  ASSERT_TRUE(detector) << detector.error().message;
  EXPECT_EQ((*detector)->model(), report->model);

  const Image good = good_picture(99);
  const Image bad = draw_synthetic_defect(good, SyntheticDefect::blob, 5);
  auto good_prediction = (*detector)->predict(capture_of(good), {});
  auto bad_prediction = (*detector)->predict(capture_of(bad), {.want_map = true, .want_embedding = true});
  ASSERT_TRUE(good_prediction && bad_prediction);
  EXPECT_GT(bad_prediction->score, good_prediction->score);
  EXPECT_EQ(bad_prediction->label, Label::defective);
  EXPECT_FALSE(bad_prediction->regions.empty());
  EXPECT_EQ(bad_prediction->map->size, bad.size());
  EXPECT_EQ(bad_prediction->embedding.size(), 152u);
  for (const Region& region : bad_prediction->regions) EXPECT_EQ(region.view, "");

  // As PNG or as pixels, the score is the same; in a capture of two views regions say where they lie.
  Capture both = capture_of(good);
  both.views[0].name = "top";
  both.views.push_back({"side", std::make_shared<const Bytes>(*imaging::encode_png(bad)), "test", {}});
  const auto two_views = (*detector)->predict(both, {.want_faint_regions = true});
  ASSERT_TRUE(two_views) << two_views.error().message;
  EXPECT_EQ(two_views->score, bad_prediction->score);
  EXPECT_EQ(two_views->regions.at(0).view, "side");
}

TEST_F(Train, SameSeedSamePackageWithAnyNumberOfThreads) {
  auto one = train_to(folder_ / "a" / "tiles", {.threads = 1});
  auto two = train_to(folder_ / "b" / "tiles", {.threads = 2});
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->model.digest, two->model.digest);
  config_.seed = 2;
  EXPECT_NE(train_to(folder_ / "c" / "tiles")->model.digest, one->model.digest);
}

TEST_F(Train, TheResolvedConfigurationReproducesThePackage) {
  config_.members = {{96}, {64, imaging::Lighting::local_contrast}, {96, imaging::Lighting::as_it_is, 0.1}};
  config_.roi = Box{0.1, 0, 0.8, 0.9};
  auto first = train_to(folder_ / "a" / "tiles");
  ASSERT_TRUE(first) << first.error().message;
  auto read = load_train_config(folder_ / "a" / "tiles" / "training.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->label_taps, (std::vector<std::string>{"tap4", "tap8", "tap16", "tap32"}));  // no twin beside it
  config_ = *read;
  EXPECT_EQ(train_to(folder_ / "b" / "tiles")->model.digest, first->model.digest);
}

TEST_F(Train, AReservoirThatIsTooSmallForAllPatchesStillTrains) {
  config_.reservoir_patches = 60;  // five of 36 patches a picture
  auto report = train_to(folder_ / "tiles");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->patches, 60u);
  EXPECT_TRUE(Detector::load(folder_ / "tiles"));
}

TEST_F(Train, VersionsCountUpBesideEachOther) {
  ASSERT_TRUE(train_to(folder_ / "models" / "tiles-1"));
  EXPECT_EQ(train_to(folder_ / "models" / "tiles-2")->model.version, 2);
  EXPECT_EQ(train_to(folder_ / "models" / "tiles-2").error().code, ErrorCode::already_exists);
}

TEST_F(Train, TooFewPicturesForTheBoundIsSaidOrRefused) {
  auto report = train_to(folder_ / "a");
  ASSERT_TRUE(report);
  ASSERT_EQ(report->warnings.size(), 1u);
  EXPECT_NE(report->warnings[0].find("59 good parts"), std::string::npos) << report->warnings[0];
  EXPECT_NEAR(report->operating_point.overkill_bound, 1 - std::pow(0.05, 1.0 / 12), 1e-6);
  auto refused = train_to(folder_ / "b", {.must_reach_overkill = true});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_FALSE(fs::exists(folder_ / "b"));
}

// Two pictures of a part are no two trials.
TEST_F(Train, AGoodPartThatAloneSetsTheThresholdIsNamed) {
  auto plain = train_to(folder_ / "plain");
  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_EQ(plain->highest_good.size(), 3u);
  EXPECT_LE(plain->highest_good[0].score, plain->operating_point.threshold);
  EXPECT_GE(plain->highest_good[0].score, plain->highest_good[1].score);
  const auto names_lone_part = [](const std::string& warning) {
    return warning.find("alone sets") != std::string::npos;
  };
  EXPECT_TRUE(std::ranges::none_of(plain->warnings, names_lone_part));

  dataset::Sample odd = dataset_.samples[0];
  odd.name = odd.part = "odd.png";
  odd.image = folder_ / "set" / odd.name;
  const Image blob = draw_synthetic_defect(good_picture(77), SyntheticDefect::blob, 5);
  ASSERT_TRUE(write_file_atomically(odd.image, *imaging::encode_png(blob)));
  dataset_.samples.push_back(odd);
  auto report = train_to(folder_ / "odd");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->highest_good[0].picture, "odd.png");
  const auto warning = std::ranges::find_if(report->warnings, names_lone_part);
  ASSERT_NE(warning, report->warnings.end());
  EXPECT_NE(warning->find("odd.png"), std::string::npos);
}

TEST_F(Train, BoundsCountParts) {
  for (std::size_t i = 0; i < dataset_.samples.size(); ++i) dataset_.samples[i].part = "part_" + std::to_string(i / 2);
  const auto report = train_to(folder_ / "a");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->operating_point.good_n, 6);
  EXPECT_NEAR(report->operating_point.overkill_bound, 1 - std::pow(0.05, 1.0 / 6), 1e-6);
}

// A good view does not make a defective part a good one.
TEST_F(Train, PartsWithADefectivePictureBoundNoOverkill) {
  for (unsigned i = 0; i < 3; ++i) {
    dataset::Sample defective = dataset_.samples[i];
    defective.label = Label::defective;
    defective.split = dataset::Split::test;
    dataset_.samples.push_back(defective);
  }
  const auto report = train_to(folder_ / "a");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->operating_point.good_n, 9);
}

TEST_F(Train, OnePartAloneIsRefused) {
  for (auto& sample : dataset_.samples) sample.part = "part";
  const auto report = train_to(folder_ / "a", {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::refused);
  EXPECT_NE(report.error().message.find("--part-pattern"), std::string::npos) << report.error().message;
}

// Written once more, with a note in the file, a picture is another file and still the same picture.
TEST_F(Train, CopiesWithEqualPixelsButDifferentFilesAreRefused) {
  dataset::Sample copy = dataset_.samples[0];
  copy.name = copy.part = "copy.png";
  copy.image = folder_ / copy.name;
  const auto content = read_text_file(dataset_.samples[0].image);
  ASSERT_TRUE(content && write_file_atomically(copy.image, *content + "a note behind the picture"));
  for (auto& sample : dataset_.samples) sample.split = dataset::Split::unset;
  copy.split = dataset::Split::unset;
  dataset_.samples.push_back(copy);
  const auto report = train_to(folder_ / "a");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::refused);
  EXPECT_NE(report.error().message.find("unjoined-copy"), std::string::npos) << report.error().message;
  dataset_.samples.back().part = dataset_.samples[0].part;
  EXPECT_TRUE(train_to(folder_ / "b"));
}

TEST_F(Train, ThePackageKeepsTheCrossFittedScoreOfEveryPicture) {
  const auto report = train_to(folder_ / "a");
  ASSERT_TRUE(report) << report.error().message;
  const auto pictures = package::read_cross_fitted(folder_ / "a");
  ASSERT_TRUE(pictures) << pictures.error().message;
  ASSERT_EQ(pictures->size(), dataset_.samples.size());
  const auto highest = std::ranges::max_element(*pictures, {}, &package::CrossFittedPicture::score);
  EXPECT_EQ(highest->picture, report->highest_good[0].picture);
  EXPECT_EQ(highest->score, report->highest_good[0].score);
}

TEST_F(Train, AShareOfThePartsIsHeldOut) {
  for (auto& sample : dataset_.samples) sample.split = dataset::Split::unset;
  const auto report = train_to(folder_ / "a", {.hold_out = 0.25});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->good_pictures, 9u);
  EXPECT_EQ(report->held_out, 3u);
  EXPECT_EQ(report->good_left_out, 0u);
  const auto held_out = package::read_held_out(folder_ / "a"), learned = package::read_learned(folder_ / "a");
  ASSERT_TRUE(held_out && learned);
  EXPECT_EQ(held_out->size(), 3u);
  EXPECT_EQ(learned->size(), 9u);
  for (const std::string& digest : *held_out) EXPECT_FALSE(learned->contains(digest));
}

TEST_F(Train, AFewDefectivePicturesAreScoredAndNotLearnedFrom) {
  for (unsigned i = 0; i < 3; ++i) {
    dataset::Sample sample = dataset_.samples[i];
    sample.name = sample.part = "bad_" + std::to_string(i) + ".png";
    sample.image = folder_ / sample.name;
    sample.label = Label::defective;
    sample.class_name = "blob";
    const Image bad = draw_synthetic_defect(good_picture(200 + i), SyntheticDefect::blob, i);
    ASSERT_TRUE(write_file_atomically(sample.image, *imaging::encode_png(bad)));
    dataset_.samples.push_back(sample);
  }
  const auto report = train_to(folder_ / "a");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->defective_pictures, 0u);
  EXPECT_EQ(report->defective_scored, 3u);
  EXPECT_EQ(report->operating_point.defective_n, 3);
  EXPECT_TRUE(report->operating_point.miss_bound.has_value());
  EXPECT_NE(report->labels_note.find("3 defective pictures in the training part: they are scored"), std::string::npos)
      << report->labels_note;
  EXPECT_EQ(package::read_learned(folder_ / "a")->size(), 12u);
}

TEST_F(Train, ATimeThatNothingFitsIsRefusedWithWhatItTakes) {
  const auto report = train_to(folder_ / "a", {.time_per_picture_ms = 1e-3});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::refused);
  EXPECT_NE(report.error().message.find("nothing fits; the fastest takes"), std::string::npos)
      << report.error().message;
}

TEST_F(Train, NothingIsLeftWhereTrainingFails) {
  dataset_.samples.resize(3);
  auto report = train_to(folder_ / "out" / "tiles");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::refused);
  EXPECT_TRUE(fs::is_empty(folder_ / "out"));
}

TEST_F(Train, OneChangedByteInAPackageIsRefused) {
  ASSERT_TRUE(train_to(folder_ / "tiles"));
  std::string weights = read_text_file(folder_ / "tiles" / "network.bin").value();
  weights[weights.size() / 2] ^= 1;
  ASSERT_TRUE(write_file_atomically(folder_ / "tiles" / "network.bin", weights));
  auto detector = Detector::load(folder_ / "tiles");
  ASSERT_FALSE(detector);
  EXPECT_EQ(detector.error().code, ErrorCode::corrupt_data);
}

TEST_F(Train, GoldenScoresThatAreNotReproducedAreRefused) {
  ASSERT_TRUE(train_to(folder_ / "tiles"));
  auto manifest = package::read_manifest(folder_ / "tiles");
  auto golden = package::read_golden(folder_ / "tiles");
  ASSERT_TRUE(manifest && golden);
  golden->at(0).score += 0.1 * manifest->golden_spread;
  ASSERT_TRUE(package::write_golden(folder_ / "tiles", *golden));
  const auto point = package::read_operating_point(folder_ / "tiles", "default");
  ASSERT_TRUE(package::write_manifest(folder_ / "tiles", *manifest));  // a valid digest over wrong scores
  ASSERT_TRUE(package::write_operating_point(folder_ / "tiles", *point));
  auto detector = Detector::load(folder_ / "tiles");
  ASSERT_FALSE(detector);
  EXPECT_EQ(detector.error().code, ErrorCode::refused);
}

TEST_F(Train, AScoreInsideTheParityBandIsUnknown) {
  ASSERT_TRUE(train_to(folder_ / "tiles"));
  auto detector = Detector::load(folder_ / "tiles");
  const double score = (*detector)->predict(capture_of(good_picture(50)), {})->score;
  auto point = package::read_operating_point(folder_ / "tiles", "default");
  point->id = "at-the-score";
  point->threshold = score;
  ASSERT_TRUE(package::write_operating_point(folder_ / "tiles", *point));
  auto exact = Detector::load(folder_ / "tiles", {.operating_point = "at-the-score"});
  ASSERT_TRUE(exact) << exact.error().message;
  EXPECT_EQ((*exact)->predict(capture_of(good_picture(50)), {})->label, Label::unknown);
}

// Unknown is diverted: the bound counts that, too.
TEST_F(Train, TheUnknownBandLiesAboveTheGoodPartThatSetsTheThreshold) {
  const auto report = train_to(folder_ / "tiles");
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->operating_point.good_above, 0);
  auto detector = Detector::load(folder_ / "tiles");
  ASSERT_TRUE(detector) << detector.error().message;
  EXPECT_GT((*detector)->unknown_band(), 0);
  EXPECT_NEAR((*detector)->threshold() - (*detector)->unknown_band(), report->highest_good[0].score, 1e-9);
}

// Whatever the operating point asks for: the picture's score decides, regions show why.
TEST_F(Train, RegionsFollowTheDecisionOfTheirOperatingPoint) {
  ASSERT_TRUE(train_to(folder_ / "tiles"));
  const Image good = good_picture(99), bad = draw_synthetic_defect(good, SyntheticDefect::blob, 5);
  auto point = package::read_operating_point(folder_ / "tiles", "default");
  for (const auto& [id, threshold] : {std::pair{"all-defective", 0.0}, {"none-defective", 1e6}}) {
    point->id = id;
    point->threshold = threshold;
    ASSERT_TRUE(package::write_operating_point(folder_ / "tiles", *point));
    auto detector = Detector::load(folder_ / "tiles", {.operating_point = id});
    ASSERT_TRUE(detector) << detector.error().message;
    for (const Image& image : {good, bad}) {
      const auto prediction = (*detector)->predict(capture_of(image), {.want_faint_regions = true});
      ASSERT_TRUE(prediction);
      EXPECT_EQ(prediction->label, threshold == 0 ? Label::defective : Label::good);
      EXPECT_EQ(prediction->regions.empty(), prediction->label == Label::good) << id;
    }
    const auto found = (*detector)->predict(capture_of(bad), {.want_faint_regions = true});
    EXPECT_EQ(found->faint_regions.empty(), threshold == 0) << "what was found in a good picture is faint";
  }
}

TEST(TrainConfig, WhatIsLeftToTheTrainingStaysSoWhenItIsWritten) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "train.toml", to_toml(TrainConfig{})));
  const auto config = load_train_config(folder / "train.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->label_taps.empty());
  EXPECT_EQ(config->taps, TrainConfig{}.taps);
}

TEST(TrainConfig, BadValuesAreNamed) {
  const test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "train.toml", "[bank]\nsizes = 3\n[[members]]\ninput_px = 100\n"));
  auto config = load_train_config(folder / "train.toml");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("members[0].input_px must be a multiple of 32"), std::string::npos);
  EXPECT_NE(config.error().message.find("did you mean size?"), std::string::npos);
}

// Good parts in steady light, and one that is dark on one side: no patch of it is unlike a good one's.
TEST_F(Train, APartThatIsDarkOnOneSideStandsOutByItsBrightness) {
  const auto lit = [](unsigned seed, double left) {
    Image image = good_picture(seed);
    for (int y = 0; y < image.height_px(); ++y) {
      for (int x = 0; x < image.width_px() / 3; ++x) {
        auto& level = image.row_u8(y)[static_cast<std::size_t>(x)];
        level = static_cast<std::uint8_t>(level * left);
      }
    }
    return image;
  };
  const auto train_with = [&](const std::string& name, auto left_of) -> Result<TrainReport> {
    for (unsigned i = 0; i < 24; ++i) {
      const auto file = folder_ / name / "good" / fmt::format("part_{}.png", i);
      LINEGUARD_TRY(write_file_atomically(file, *imaging::encode_png(lit(i, left_of(i)))));
    }
    LINEGUARD_ASSIGN(dataset_, dataset::read_dataset(folder_ / name));
    for (auto& sample : dataset_.samples) sample.split = dataset::Split::train;
    return train_to(folder_ / ("model-" + name));
  };
  const auto steady = train_with("steady", [](unsigned i) { return 1 - 0.002 * i; });
  ASSERT_TRUE(steady) << steady.error().message;
  EXPECT_TRUE(steady->brightness_note.starts_with("counts 0.3")) << steady->brightness_note;
  auto detector = Detector::load(folder_ / "model-steady");
  ASSERT_TRUE(detector) << detector.error().message;
  EXPECT_EQ((*detector)->predict(capture_of(lit(90, 1)), {})->label, Label::good);
  const auto dark = (*detector)->predict(capture_of(lit(91, 0.7)), {});
  EXPECT_EQ(dark->label, Label::defective);
  ASSERT_FALSE(dark->regions.empty());
  EXPECT_LT(dark->regions[0].box.x, 32);

  // One good part in which the light is another says that light tells nothing.
  const auto unsteady = train_with("unsteady", [](unsigned i) { return i == 7 ? 0.5 : 1 - 0.002 * i; });
  ASSERT_TRUE(unsteady) << unsteady.error().message;
  EXPECT_TRUE(unsteady->brightness_note.starts_with("left out")) << unsteady->brightness_note;
  const auto settings = load_train_config(folder_ / "model-unsteady" / "training.toml");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->brightness, 0);
  EXPECT_TRUE(Detector::load(folder_ / "model-unsteady"));
}

// What was verified is what runs.
TEST_F(Train, FilesThatAreWrittenOverCutOrRemovedChangeNoScore) {
  ASSERT_TRUE(train_to(folder_ / "tiles"));
  auto detector = Detector::load(folder_ / "tiles");
  ASSERT_TRUE(detector) << detector.error().message;
  const Capture capture = capture_of(good_picture(99));
  const double before = (*detector)->predict(capture, {})->score;
  EXPECT_EQ((*detector)->find_change_on_disk(), "");
  fs::resize_file(folder_ / "tiles" / "network.bin", 100);
  EXPECT_EQ((*detector)->predict(capture, {})->score, before);
  EXPECT_NE((*detector)->find_change_on_disk().find("network.bin"), std::string::npos);
  fs::remove_all(folder_ / "tiles");
  EXPECT_EQ((*detector)->predict(capture, {})->score, before);
  EXPECT_EQ((*detector)->predict(capture, {})->pictures, sums_of(capture));
  for (std::size_t i = 0; i < (*detector)->golden_count(); ++i) EXPECT_TRUE((*detector)->test_golden(i));
}

TEST_F(Train, TheWatchTestsGoldenPicturesAndSeesTheDisk) {
  ASSERT_TRUE(train_to(folder_ / "tiles"));
  auto loaded = Detector::load(folder_ / "tiles");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const std::shared_ptr<Detector> detector = std::move(*loaded);
  using std::chrono::milliseconds;
  const ModelWatch watch(
      detector, {.disk_interval = milliseconds(1), .self_test_interval = milliseconds(1), .quiet = milliseconds(0)});
  ASSERT_TRUE(write_file_atomically(folder_ / "tiles" / "training.toml", "seed = 7\n"));
  const auto done = [&] { return watch.health().self_tests > 0 && !watch.health().files_changed.empty(); };
  const SteadyTime give_up = system_clock().now() + std::chrono::seconds(60);
  while (!done() && system_clock().now() < give_up) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_GT(watch.health().self_tests, 0);
  EXPECT_NE(watch.health().files_changed.find("training.toml"), std::string::npos);
  EXPECT_EQ(watch.health().self_test_failed, "");
}

TEST_F(Train, ANetworkThatDoesNotFitItsManifestIsRefused) {
  ASSERT_TRUE(train_to(folder_ / "tiles"));
  const fs::path package = folder_ / "tiles";
  auto manifest = *package::read_manifest(package);
  const auto seal = [&](const package::Manifest& changed) {
    ASSERT_TRUE(package::write_manifest(package, changed));
    ASSERT_TRUE(package::write_operating_point(package, {}));
  };
  auto changed = manifest;
  changed.preprocessing.input_px = 64;
  seal(changed);
  EXPECT_EQ(Detector::load(package).error().code, ErrorCode::corrupt_data);
  changed = manifest;
  changed.preprocessing.tile_px = 32;
  changed.preprocessing.tile_overlap = 0.75;
  seal(changed);
  EXPECT_EQ(Detector::load(package).error().code, ErrorCode::refused);  // other tiles, other scores
  seal(manifest);
  EXPECT_TRUE(Detector::load(package));
  std::string xml = *read_text_file(package / "network.xml");
  const auto at = xml.find("type=\"Result\"");
  ASSERT_NE(at, std::string::npos);
  ASSERT_TRUE(write_file_atomically(package / "network.xml", xml.substr(0, at)));  // cut short
  seal(manifest);
  EXPECT_EQ(Detector::load(package).error().code, ErrorCode::corrupt_data);
}

}  // namespace
}  // namespace lineguard::training
