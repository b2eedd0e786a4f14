#include <cstring>
#include <sstream>
#include <stdexcept>

#include <openvino/openvino.hpp>
#include <openvino/opsets/opset13.hpp>
#include <openvino/pass/serialize.hpp>

#include <lineguard/core/files.h>
#include <lineguard/features/graph_ops.h>
#include <lineguard/infer/runtime.h>

namespace lineguard::features::graph {
namespace fs = std::filesystem;
namespace op = ov::opset13;
namespace {

// The runtime names nodes by a counter of the process; a package must not depend on what ran before.
void name_by_order(const std::shared_ptr<ov::Model>& model) {
  std::size_t number = 0;
  for (const auto& node : model->get_ordered_ops()) node->set_friendly_name(fmt::format("layer_{}", number++));
}

}  // namespace

Value indices(const std::vector<std::int64_t>& values) {
  return constant<std::int64_t>({values.size()}, values);
}

Value weights(const Matrix& matrix) {
  return constant<float>({matrix.rows, matrix.columns}, matrix.values);
}

Value resized_to(const Value& x, int grid_cells) {
  using Interpolate = op::Interpolate;
  Interpolate::InterpolateAttrs attributes;
  attributes.mode = Interpolate::InterpolateMode::LINEAR_ONNX;
  attributes.shape_calculation_mode = Interpolate::ShapeCalcMode::SIZES;
  attributes.coordinate_transformation_mode = Interpolate::CoordinateTransformMode::HALF_PIXEL;
  const std::int64_t cells = grid_cells;
  return std::make_shared<Interpolate>(x, indices({cells, cells}), indices({2, 3}), attributes);
}

Value mean_of_highest(const Value& map, int count, std::int64_t cells) {
  const Value flat = std::make_shared<op::Reshape>(map, indices({1, cells}), false);
  if (count <= 1) return std::make_shared<op::ReduceMax>(flat, indices({1}), false);
  const auto highest = std::make_shared<op::TopK>(flat, constant<std::int64_t>({}, {count}), 1, op::TopK::Mode::MAX,
                                                  op::TopK::SortType::SORT_VALUES);
  return std::make_shared<op::ReduceMean>(highest->output(0), indices({1}), false);
}

Value row_of(const std::vector<float>& values) {
  return constant<float>({1, values.size()}, values);
}

Value scalar(double value) {
  return constant<float>({1}, {static_cast<float>(value)});
}

Value line(const Value& x, double factor, double offset) {
  return std::make_shared<op::Add>(std::make_shared<op::Multiply>(x, scalar(factor)), scalar(offset));
}

Value rows_of(const Value& tile, std::int64_t from, std::int64_t to) {
  return std::make_shared<op::Slice>(tile, indices({from}), indices({to}), indices({1}), indices({1}));
}

Value square_of(const Value& tile) {
  const ov::Shape& shape = tile.get_shape();
  return shape[1] == shape[2] ? tile : rows_of(tile, 0, static_cast<std::int64_t>(shape[2]));
}

Value pixels_of(const Value& tile) {
  const Value x = std::make_shared<op::Convert>(square_of(tile), ov::element::f32);
  return std::make_shared<op::Transpose>(x, indices({0, 3, 1, 2}));
}

// From memory: a backbone that is written over meanwhile changes nothing.
std::shared_ptr<ov::Model> read_model(const fs::path& file) {
  ov::Core& core = infer::runtime();
  const auto files = infer::read_network_files(file);
  if (!files) throw std::runtime_error(files.error().message);
  if (!files->weights) return core.read_model(files->graph, ov::Tensor());
  ov::Tensor memory(ov::element::u8, {files->weights->size()});  // the graph's constants keep it
  std::memcpy(memory.data(), files->weights->data(), files->weights->size());
  return core.read_model(files->graph, memory);
}

std::shared_ptr<ov::op::v0::Result> named_result(const Value& value, const std::string& name) {
  auto result = std::make_shared<ov::op::v0::Result>(value);
  result->output(0).get_tensor().set_names({name});
  return result;
}

// Through memory: the runtime's own writing says no more than "iostream error" where the disk is full.
Result<void> save(const std::shared_ptr<ov::Model>& model, const fs::path& xml_file) {
  model->validate_nodes_and_infer_types();
  name_by_order(model);
  std::ostringstream xml, weights;
  ov::pass::Serialize(xml, weights).run_on_model(model);
  LINEGUARD_TRY(write_file_atomically(xml_file, xml.view()));
  return write_file_atomically(fs::path(xml_file).replace_extension(".bin"), weights.view());
}

}  // namespace lineguard::features::graph
