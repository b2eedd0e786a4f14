// Decoding and resizing, one thread. The pictures are made here, textured like a surface, and as large on disk as the
// ones that a line sends.
#include <algorithm>
#include <random>

#include <benchmark/benchmark.h>

#include <lineguard/core/check.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {
namespace {

Image surface(Size size, int channels) {
  Image image(size, channels);
  std::minstd_rand noise(7);
  for (int y = 0; y < size.height_px; ++y) {
    int x = 0;
    for (std::uint8_t& level : image.row_u8(y)) {
      level = static_cast<std::uint8_t>(60 + 80 * x++ / (size.width_px * channels) + static_cast<int>(noise() % 24));
    }
  }
  return image;
}

// With the highest quality that stays within `bytes`.
Bytes jpeg_of(const Image& image, std::size_t bytes) {
  for (int quality = 98; quality > 1; --quality) {
    Bytes jpeg = encode_jpeg(image, quality).value();
    if (jpeg.size() <= bytes) return jpeg;
  }
  check_failed("a JPEG this small", "", __FILE__, __LINE__);
}

void run_decode(benchmark::State& state, const Bytes& encoded) {
  for (auto _ : state) {
    auto image = decode(encoded);
    LINEGUARD_CHECK(image, "a picture made here decodes");
    benchmark::DoNotOptimize(image->bytes().data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(encoded.size()) * static_cast<std::int64_t>(state.iterations()));
  const Size size = read_info(encoded)->size;
  state.SetLabel(std::to_string(size.width_px) + "x" + std::to_string(size.height_px) + " px, " +
                 std::to_string(encoded.size() / 1000) + " kB");
}

void DecodeLargeColourJpeg(benchmark::State& state) {
  run_decode(state, jpeg_of(surface({1600, 1200}, 3), 430'000));
}
BENCHMARK(DecodeLargeColourJpeg)->Unit(benchmark::kMillisecond);

void DecodeGrayTileJpeg(benchmark::State& state) {
  run_decode(state, jpeg_of(surface({380, 300}, 1), 32'000));
}
BENCHMARK(DecodeGrayTileJpeg)->Unit(benchmark::kMillisecond);

void DecodeGrayTilePng(benchmark::State& state) {
  run_decode(state, encode_png(surface({300, 300}, 1)).value());
}
BENCHMARK(DecodeGrayTilePng)->Unit(benchmark::kMillisecond);

void ResizeLargeToTile(benchmark::State& state) {
  const Image image = surface({1600, 1200}, 3);
  for (auto _ : state) benchmark::DoNotOptimize(resize(image, {256, 256}).bytes().data());
}
BENCHMARK(ResizeLargeToTile)->Unit(benchmark::kMillisecond);

void ResizeGrayToTile(benchmark::State& state) {
  const Image image = surface({300, 370}, 1);
  for (auto _ : state) benchmark::DoNotOptimize(resize(image, {256, 256}).bytes().data());
}
BENCHMARK(ResizeGrayToTile)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lineguard::imaging
