// What the sources that build graphs share. The only public header that sees the runtime's graph types: include it from
// sources that build graphs alone.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <openvino/core/model.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/result.hpp>

#include <lineguard/core/result.h>
#include <lineguard/features/matrix.h>
#include <lineguard/infer/network.h>

namespace lineguard::features::graph {

using Value = ov::Output<ov::Node>;

template <typename T>
Value constant(const ov::Shape& shape, const std::vector<T>& values) {
  return ov::op::v0::Constant::create(ov::element::from<T>(), shape, values);
}
Value indices(const std::vector<std::int64_t>& values);
Value weights(const Matrix& matrix);             // [rows, columns]
Value row_of(const std::vector<float>& values);  // [1, n]

// [1, channels, h, w] bilinear on a grid of so many cells a side, half-pixel centres.
Value resized_to(const Value& x, int grid_cells);
// Mean of the `count` highest of `cells` values: [...] -> [1].
Value mean_of_highest(const Value& map, int count, std::int64_t cells);

Value scalar(double value);  // f32 [1]
// offset + factor * x
Value line(const Value& x, double factor, double offset);

// Rows [from, to) of a tile.
Value rows_of(const Value& tile, std::int64_t from, std::int64_t to);
// The tile's pixels, [1, side, side, 3]: without the row of brightness that may be below them.
Value square_of(const Value& tile);
// u8 tile -> f32 [1, 3, side, side]
Value pixels_of(const Value& tile);

// Runs `build` and turns the runtime's exceptions into Errors.
template <typename Build>
auto guarded(std::string_view what, Build build) -> decltype(build()) {
  try {
    return build();
  } catch (const std::exception& error) {
    return infer::error_of(std::string(what), "the runtime can't use it", ErrorCode::corrupt_data, error);
  }
}

// An OpenVINO .xml or an .onnx file. Throws what the runtime throws: call it inside guarded().
std::shared_ptr<ov::Model> read_model(const std::filesystem::path& file);

std::shared_ptr<ov::op::v0::Result> named_result(const Value& value, const std::string& name);

// Writes `xml_file` and the .bin beside it; the same graph gives the same bytes.
Result<void> save(const std::shared_ptr<ov::Model>& model, const std::filesystem::path& xml_file);

}  // namespace lineguard::features::graph
