#include "commands/inspect_run.h"

#include "temp_folder.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/wire/inspect_line.h>

namespace lineguard::app {
namespace {

// The score is the first pixel's brightness.
class FirstPixel final : public Predictor {
 public:
  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override {
    LINEGUARD_ASSIGN(const Image image,
                     imaging::decode(*std::get<std::shared_ptr<const Bytes>>(capture.views.front().content)));
    Prediction prediction;
    prediction.image_size = image.size();
    prediction.score = static_cast<double>(image.bytes()[0]);
    prediction.threshold = 100;
    prediction.label = prediction.score > 100 ? Label::defective : Label::good;
    if (options.want_map) prediction.map = FloatMap{image.size(), std::vector<float>(image.bytes().size(), 1.0f)};
    return prediction;
  }
};

class InspectRun : public ::testing::Test {
 protected:
  std::filesystem::path add(const std::string& name, int score) {
    Image image({4, 4}, 1);
    std::ranges::fill(image.bytes(), static_cast<std::byte>(score));
    auto file = folder_ / "in" / name;
    EXPECT_TRUE(write_file_atomically(file, std::span<const std::byte>(*imaging::encode_png(image))));
    return file;
  }

  InspectSummary run(const std::vector<std::filesystem::path>& named, const InspectOptions& options = {.threads = 3}) {
    auto inputs = list_inputs(named);
    EXPECT_TRUE(inputs) << inputs.error().message;
    std::size_t next = 0;
    return inspect(
        predictor_,
        [&]() -> std::optional<InspectInput> {
          return next < inputs->size() ? std::optional((*inputs)[next++]) : std::nullopt;
        },
        [&](const std::string& line) -> Result<void> {
          lines_.push_back(*wire::parse_inspect_line(line));
          return sink_result_;
        },
        options);
  }

  test::TempFolder folder_;
  FirstPixel predictor_;
  std::vector<wire::InspectLine> lines_;
  Result<void> sink_result_;
};

TEST_F(InspectRun, OneLineAnInputInOrder) {
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 60; ++i) files.push_back(add("p" + std::to_string(i) + ".png", 4 * i));
  const InspectSummary summary = run(files);
  ASSERT_EQ(lines_.size(), 60u);
  for (std::size_t i = 0; i < 60; ++i) {
    EXPECT_EQ(lines_[i].image, files[i].string());
    EXPECT_EQ(lines_[i].prediction->score, 4.0 * static_cast<double>(i));
  }
  EXPECT_TRUE(lines_[0].overlay.empty());
  EXPECT_EQ(summary.good, 26u);
  EXPECT_EQ(summary.defective, 34u);
  EXPECT_EQ(summary.errors, 0u);
}

TEST_F(InspectRun, UnreadableFilesGiveALineAndTheRunGoesOn) {
  const auto broken = folder_ / "in" / "broken.png";
  ASSERT_TRUE(write_file_atomically(broken, std::string_view("this is text")));
  const InspectSummary summary = run({add("a.png", 1), broken, folder_ / "in" / "missing.png", add("z.png", 200)});
  ASSERT_EQ(lines_.size(), 4u);
  EXPECT_EQ(lines_[1].error->code, ErrorCode::corrupt_data);
  EXPECT_NE(lines_[1].error->message.find("broken.png"), std::string::npos);
  EXPECT_EQ(lines_[2].error->code, ErrorCode::not_found);
  EXPECT_EQ(lines_[3].prediction->label, Label::defective);
  EXPECT_EQ(summary.errors, 2u);
  EXPECT_EQ(summary.inputs(), 4u);
}

TEST_F(InspectRun, FoldersAreReadSortedWithTheirSubfolders) {
  add("b.png", 1);
  add("a/z.png", 1);
  add("a/c.png", 1);
  ASSERT_TRUE(write_file_atomically(folder_ / "in" / "notes.txt", std::string_view("no picture")));
  run({folder_ / "in"});
  ASSERT_EQ(lines_.size(), 3u);
  EXPECT_TRUE(lines_[0].image.ends_with("a/c.png"));
  EXPECT_TRUE(lines_[1].image.ends_with("a/z.png"));
  EXPECT_TRUE(lines_[2].image.ends_with("b.png"));
}

TEST_F(InspectRun, FolderWithoutPicturesIsRefused) {
  std::filesystem::create_directory(folder_ / "empty");
  const auto inputs = list_inputs({folder_ / "empty"});
  ASSERT_FALSE(inputs);
  EXPECT_EQ(inputs.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(inputs.error().message.find("empty has no pictures"), std::string::npos);
}

TEST_F(InspectRun, OutputsMirrorTheFolderAndNeverCollide) {
  add("a/x.png", 1);
  add("b/x.png", 1);
  const InspectOptions options{folder_ / "overlays", folder_ / "maps", 1, {}, 2};
  const InspectSummary summary = run({folder_ / "in", folder_ / "in/a/x.png", folder_ / "in/b/x.png"}, options);
  EXPECT_FALSE(summary.output_failure);
  for (const auto* name : {"a/x.jpg", "b/x.jpg", "x.jpg", "x-2.jpg"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "overlays" / name)) << name;
  }
  // Each line names its own.
  ASSERT_EQ(lines_.size(), 4u);
  EXPECT_EQ(lines_[3].overlay, (folder_ / "overlays" / "x-2.jpg").string());
  EXPECT_EQ(lines_[3].map, (folder_ / "maps" / "x-2.tiff").string());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "maps" / "a/x.tiff"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "maps" / "x-2.tiff"));
}

TEST_F(InspectRun, OutputThatCannotBeWrittenEndsTheRun) {
  ASSERT_TRUE(write_file_atomically(folder_ / "file", std::string_view("in the way")));
  const InspectSummary summary =
      run({add("a.png", 1), add("b.png", 1)}, {.overlay_folder = folder_ / "file", .pixel_threshold = 1, .threads = 1});
  ASSERT_TRUE(summary.output_failure);
  EXPECT_EQ(lines_.size(), 1u);
}

TEST_F(InspectRun, ReaderThatGoesAwayEndsTheRun) {
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 100; ++i) files.push_back(add("p" + std::to_string(i) + ".png", i));
  sink_result_ = make_error(ErrorCode::unavailable, "stdout: the reader has gone");
  EXPECT_EQ(run(files).output_failure->code, ErrorCode::unavailable);
  EXPECT_EQ(lines_.size(), 1u);
}

TEST(OutputNames, MadeUpNamesNeverTakeAnothersPlace) {
  OutputNames names;
  EXPECT_EQ(names.take("x.png", ".jpg"), "x.jpg");
  EXPECT_EQ(names.take("x-2.png", ".jpg"), "x-2.jpg");
  EXPECT_EQ(names.take("x.bmp", ".jpg"), "x-3.jpg");
  EXPECT_EQ(names.take("sub/x.png", ".jpg"), "sub/x.jpg");
}

// An input beside the folder ("../x.png" within it) must not write outside the output folder.
TEST(OutputNames, StayInsideTheOutputFolder) {
  OutputNames names;
  EXPECT_EQ(names.take("../x.png", ".jpg"), "x.jpg");
  EXPECT_EQ(names.take("/abs/x.png", ".jpg"), "abs/x.jpg");
}

}  // namespace
}  // namespace lineguard::app
