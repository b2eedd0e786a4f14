// JPEG in -> prediction out on one core, in f32, int8 and (where the CPU can) bf16, beside the bare f32 backbone cut at
// the same taps: they take turns picture by picture, so that the ratios hold while the machine's speed drifts.
//   inspect_ratio FOLDER_WITH_TRAINING_PICTURES FOLDER_OF_PICTURES [ROUNDS] [fast|balanced|thorough]
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <openvino/openvino.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/id.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/detector/detector.h>
#include <lineguard/detector/quantize.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/training/train.h>

namespace {

namespace fs = std::filesystem;
using namespace lineguard;

constexpr std::int64_t kSide = 256;

ov::InferRequest bare_backbone(ov::Core& core) {
  const auto whole = core.read_model((fs::path(LINEGUARD_DEPS_DIR) / "backbone/backbone.xml").string());
  ov::OutputVector taps;
  for (const char* tap : {"tap8", "tap16"}) taps.push_back(whole->output(tap).get_node()->input_value(0));
  auto cut = std::make_shared<ov::Model>(taps, whole->get_parameters());
  cut->reshape(ov::PartialShape{1, kSide, kSide, 3});
  return core
      .compile_model(cut, "CPU", ov::inference_num_threads(1), ov::num_streams(1),
                     ov::hint::inference_precision(ov::element::f32), ov::hint::enable_cpu_pinning(false))
      .create_infer_request();
}

std::vector<Capture> read_captures(const fs::path& folder) {
  std::vector<Capture> captures;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!imaging::has_picture_extension(entry.path())) continue;
    auto bytes = read_file(entry.path());
    if (!bytes) continue;
    Capture capture;
    capture.views.push_back({"", std::make_shared<const Bytes>(std::move(*bytes)), entry.path().string()});
    captures.push_back(std::move(capture));
  }
  return captures;
}

template <typename Work>
double milliseconds(Work work) {
  const SteadyTime start = system_clock().now();
  work();
  return milliseconds_between(start, system_clock().now());
}

std::string spread(std::vector<double> values) {
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  return fmt::format("p10 {:.2f}, p50 {:.2f}, p90 {:.2f}", at(0.1), at(0.5), at(0.9));
}

int fail(const Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  return 3;
}

// One way to predict, and what it took.
struct Contender {
  std::string name;
  std::shared_ptr<detector::Detector> detector;
  std::vector<double> whole_ms, decode_ms, ratios, ratios_without_decode;

  void take_turn(const Capture& capture, double bare_ms) {
    Prediction prediction;
    const double whole = milliseconds([&] { prediction = detector->predict(capture, {}).value(); });
    whole_ms.push_back(whole);
    decode_ms.push_back(prediction.decode_ms);
    ratios.push_back(whole / bare_ms);
    ratios_without_decode.push_back((whole - prediction.decode_ms) / bare_ms);
  }
  void forget() { whole_ms.clear(), decode_ms.clear(), ratios.clear(), ratios_without_decode.clear(); }
  void print() const {
    fmt::print("{}: JPEG -> prediction ms  {}\n", name, spread(whole_ms));
    fmt::print("  of it decode ms          {}\n", spread(decode_ms));
    fmt::print("  ratio to bare, in pairs  {}\n", spread(ratios));
    fmt::print("  the same without decode  {}\n", spread(ratios_without_decode));
  }
};

Result<std::vector<Contender>> make_contenders(const fs::path& training_set, const fs::path& work,
                                               const std::string& speed) {
  LINEGUARD_ASSIGN(const auto set, dataset::read_dataset(training_set));
  training::TrainConfig config;
  LINEGUARD_ASSIGN(config.speed, training::speed_from_string(speed));
  config.labels = training::Labels::ignore;
  LINEGUARD_TRY(training::train(set, config, work / "f32", {}));
  std::vector<detector::CalibrationPicture> good;
  for (const auto& sample : set.samples) {
    if (sample.label == Label::good && sample.split != dataset::Split::test) good.push_back({sample.image});
  }
  std::vector<Contender> contenders;
  for (const std::string precision : {"f32", "int8", "bf16"}) {
    if (precision != "f32") {
      const auto written = detector::quantize(work / "f32", precision, good, work / precision);
      if (!written) {
        fmt::print("{} left out: {}\n", precision, written.error().message);
        continue;
      }
    }
    LINEGUARD_ASSIGN(auto detector, detector::Detector::load(work / precision));
    contenders.push_back({precision, std::move(detector), {}, {}, {}, {}});
  }
  return contenders;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return fmt::print(stderr, "usage: inspect_ratio TRAINING_SET PICTURES [ROUNDS] [SPEED]\n"), 2;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  const fs::path work = fs::temp_directory_path() / ("lineguard-bench-" + new_id());
  auto contenders = make_contenders(argv[1], work, argc > 4 ? argv[4] : "balanced");
  fs::remove_all(work);
  if (!contenders) return fail(contenders.error());

  ov::Core core;
  ov::InferRequest backbone = bare_backbone(core);
  std::vector<std::uint8_t> tile(kSide * kSide * 3, 100);
  backbone.set_input_tensor(ov::Tensor(ov::element::u8, ov::Shape{1, kSide, kSide, 3}, tile.data()));
  const auto captures = read_captures(argv[2]);
  std::vector<double> bare_ms;
  for (int round = 0; round <= rounds; ++round) {
    if (round == 1) {  // the first was a warm-up
      bare_ms.clear();
      for (Contender& contender : *contenders) contender.forget();
    }
    for (const Capture& capture : captures) {
      for (Contender& contender : *contenders) {
        const double bare = milliseconds([&] { backbone.infer(); });
        bare_ms.push_back(bare);
        contender.take_turn(capture, bare);
      }
    }
  }
  fmt::print("n {} predictions each ({} pictures, {} rounds), one thread\n", captures.size() * rounds, captures.size(),
             rounds);
  fmt::print("bare f32 backbone ms  {}\n", spread(bare_ms));
  for (const Contender& contender : *contenders) contender.print();
  return 0;
}
