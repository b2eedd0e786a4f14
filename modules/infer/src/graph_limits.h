// What a graph must be before it is compiled, so that loading and running it end in bounded time and memory whatever
// the file holds. Include it from this module's sources alone: it sees the runtime's types.
#pragma once

#include <memory>
#include <string>

#include <openvino/core/model.hpp>

#include <lineguard/core/result.h>

namespace lineguard::infer {

// Errors: too_large (operations, bytes of a layer, multiplications of a run), unsupported (a kind of layer that is not
// in the list of those that end by themselves, or shapes that values decide although the input's is fixed),
// corrupt_data (weights that are not numbers).
Result<void> check_graph(const std::string& name, const ov::Model& graph);

}  // namespace lineguard::infer
