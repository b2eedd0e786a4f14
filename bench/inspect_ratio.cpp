// JPEG in -> prediction out on one core, beside the bare backbone cut at the same taps: the two take turns picture by
// picture, so that the ratio holds while the machine's speed drifts.
//   inspect_ratio FOLDER_WITH_TRAINING_PICTURES FOLDER_OF_PICTURES [ROUNDS]
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
#include <lineguard/detector/train.h>
#include <lineguard/imaging/decode.h>

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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return fmt::print(stderr, "usage: inspect_ratio TRAINING_SET PICTURES [ROUNDS]\n"), 2;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  const fs::path package = fs::temp_directory_path() / ("lineguard-bench-" + new_id());
  const auto set = dataset::read_dataset(argv[1]);
  if (!set) return fail(set.error());
  const auto trained = detector::train(*set, {}, package, {});
  if (!trained) return fail(trained.error());
  auto detector = detector::Detector::load(package);
  fs::remove_all(package);
  if (!detector) return fail(detector.error());

  ov::Core core;
  ov::InferRequest backbone = bare_backbone(core);
  std::vector<std::uint8_t> tile(kSide * kSide * 3, 100);
  backbone.set_input_tensor(ov::Tensor(ov::element::u8, ov::Shape{1, kSide, kSide, 3}, tile.data()));
  const auto captures = read_captures(argv[2]);
  std::vector<double> bare_ms, whole_ms, decode_ms, ratios, ratios_without_decode;
  for (int round = 0; round <= rounds; ++round) {
    for (const Capture& capture : captures) {
      const double bare = milliseconds([&] { backbone.infer(); });
      Prediction prediction;
      const double whole = milliseconds([&] { prediction = (*detector)->predict(capture, {}).value(); });
      if (round == 0) continue;  // warm-up
      bare_ms.push_back(bare);
      whole_ms.push_back(whole);
      decode_ms.push_back(prediction.decode_ms);
      ratios.push_back(whole / bare);
      ratios_without_decode.push_back((whole - prediction.decode_ms) / bare);
    }
  }
  fmt::print("n {} predictions ({} pictures, {} rounds), one thread, f32\n", whole_ms.size(), captures.size(), rounds);
  fmt::print("bare backbone      ms  {}\n", spread(bare_ms));
  fmt::print("JPEG -> prediction ms  {}\n", spread(whole_ms));
  fmt::print("of it decode       ms  {}\n", spread(decode_ms));
  fmt::print("ratio, pair by pair    {}\n", spread(ratios));
  fmt::print("without decode         {}\n", spread(ratios_without_decode));
  return 0;
}
