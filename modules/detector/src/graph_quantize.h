// Convolutions of a detector graph in 8 bits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::detector {

using Tile = std::vector<std::uint8_t>;

// Reads `in_xml`, runs it on `tiles` (as long as its input) to see the range of every convolution's input, writes
// it with FakeQuantize before inputs and weights. Returns how many convolutions. Errors: corrupt_data, internal.
Result<std::size_t> write_quantized_graph(const std::filesystem::path& in_xml, const std::vector<Tile>& tiles,
                                          const std::filesystem::path& out_xml);

}  // namespace lineguard::detector
