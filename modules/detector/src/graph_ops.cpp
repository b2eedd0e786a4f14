#include "graph_ops.h"

#include <sstream>

#include <openvino/openvino.hpp>
#include <openvino/pass/serialize.hpp>

#include <lineguard/core/files.h>

namespace lineguard::detector::graph {
namespace fs = std::filesystem;
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

std::shared_ptr<ov::Model> read_model(const fs::path& file) {
  static ov::Core core;
  return core.read_model(file.string());
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

}  // namespace lineguard::detector::graph
