// The bare backbone, cut behind the taps that a detector uses by default: the measure for `inspect`. One thread, f32.
// Arguments: the tile's side in pixels.
#include <filesystem>

#include <benchmark/benchmark.h>
#include <openvino/openvino.hpp>

#include <lineguard/core/check.h>
#include <lineguard/core/id.h>
#include <lineguard/infer/network.h>

namespace lineguard::infer {
namespace {

const std::filesystem::path kBackbone = std::filesystem::path(LINEGUARD_DEPS_DIR) / "backbone" / "backbone.xml";

ov::Output<ov::Node> output_named(const ov::Model& model, const std::string& name) {
  return model.output(name).get_node()->input_value(0);
}

// tap8 and tap16 alone, for tiles of one size; nothing behind them is left.
std::shared_ptr<ov::Model> cut_backbone(ov::Core& core, std::int64_t side) {
  const auto whole = core.read_model(kBackbone.string());
  auto cut = std::make_shared<ov::Model>(ov::OutputVector{output_named(*whole, "tap8"), output_named(*whole, "tap16")},
                                         whole->get_parameters());
  cut->reshape(ov::PartialShape{1, side, side, 3});
  return cut;
}

std::vector<std::uint8_t> tile(std::int64_t side) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(side * side * 3));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 7 % 251);
  return pixels;
}

void BareBackbone(benchmark::State& state) {
  const std::int64_t side = state.range(0);
  ov::Core core;
  auto compiled =
      core.compile_model(cut_backbone(core, side), "CPU", ov::inference_num_threads(1), ov::num_streams(1),
                         ov::hint::inference_precision(ov::element::f32), ov::hint::enable_cpu_pinning(false));
  auto request = compiled.create_infer_request();
  auto pixels = tile(side);
  const auto edge = static_cast<std::size_t>(side);
  request.set_input_tensor(ov::Tensor(ov::element::u8, ov::Shape{1, edge, edge, 3}, pixels.data()));
  for (auto _ : state) request.infer();
}
BENCHMARK(BareBackbone)->Arg(256)->Arg(384)->Unit(benchmark::kMillisecond);

// The same behind our header: what Network adds is copying the outputs.
void BackboneBehindNetwork(benchmark::State& state) {
  const std::int64_t side = state.range(0);
  const auto folder = std::filesystem::temp_directory_path() / ("lineguard-bench-" + new_id());
  std::filesystem::create_directories(folder);
  {
    ov::Core core;
    ov::save_model(cut_backbone(core, side), folder / "cut.xml", false);
  }
  auto network = Network::load(folder / "cut.xml", {});
  LINEGUARD_CHECK(network, "the cut backbone loads");
  const auto pixels = tile(side);
  for (auto _ : state) benchmark::DoNotOptimize(network->run(pixels, {1, side, side, 3}));
  std::filesystem::remove_all(folder);
}
BENCHMARK(BackboneBehindNetwork)->Arg(256)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lineguard::infer
