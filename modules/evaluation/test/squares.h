// Squares of known brightness and a predictor that sees just that: figures can be told in advance.
#pragma once

#include "temp_folder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::evaluation::test {

// The score is the brightest pixel; the map is the picture.
class Brightness final : public Predictor {
 public:
  explicit Brightness(double threshold) : threshold_(threshold) {}

  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override {
    // A picture is decoded once, for the prediction and for what is measured of it.
    const Image& image = *std::get<std::shared_ptr<const Image>>(capture.views.front().content);
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

  std::vector<std::size_t> all_samples() const {
    std::vector<std::size_t> all(dataset_.samples.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  Evaluation run(int threads = 1) {
    dataset_.root = folder_.path();
    auto evaluation = evaluate(predictor_, model_, dataset_, Selection::all, all_samples(), {.threads = threads});
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

  lineguard::test::TempFolder folder_;
  dataset::Dataset dataset_;
  Brightness predictor_{100};
  Model model_{{"squares", 1, std::string(64, 'a')}, "default", 100, 1, 100};
};

}  // namespace lineguard::evaluation::test
