// The register table: where each value of PlcInputs and PlcOutputs stands in Modbus holding registers. Defined once, in
// registers.cpp; the codec, the README's table and the check of the Structured Text all come from it.
//
// Both blocks are moved in one Modbus request each. A check word at the end of each block makes sure of it even where a
// PLC copies word by word: a block that is torn across an update reads as an error or as no result. It cannot tell
// apart numbers that differ in their high word only; such parts are never before one gate together.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/enum_names.h>
#include <lineguard/plc/plc.h>

namespace lineguard::plc {

// Which half of a u32 stands in the register with the lower address.
enum class WordOrder { high_first, low_first };
inline constexpr auto kWordOrderNames =
    std::to_array<EnumName<WordOrder>>({{WordOrder::high_first, "high first"}, {WordOrder::low_first, "low first"}});
static_assert(names_every_value(kWordOrderNames));
constexpr std::string_view to_string(WordOrder order) {
  return name_of(kWordOrderNames, order);
}

// A block of holding registers, by protocol address (0-based; 40001 is 0).
struct RegisterBlock {
  std::uint16_t address = 0;
  std::uint16_t words = 0;
};
RegisterBlock input_block();   // PlcInputs: written by the PLC, read by the station
RegisterBlock output_block();  // PlcOutputs without its identity: written by the station, read by the PLC
// The outputs and, directly behind them, who wrote them: what the station writes and reads back in one request.
RegisterBlock station_block();

struct RegisterInfo {
  std::uint16_t address = 0;
  int bit = -1;  // -1: the whole register
  std::string_view name;
  std::string_view type;  // "bit", "u16", "u32", "text"
  bool from_plc = false;
  std::string_view meaning;
};
// Every value, by address.
const std::vector<RegisterInfo>& all_registers();
// The table of README.md, as Markdown; build/bin/plc_table prints it.
std::string register_table_markdown();

// Codec. u32: high word first; swap_words() brings a block into the other order and back. text: two characters a
// register, the first in the high byte, filled with zeros.
using Registers = std::vector<std::uint16_t>;
Registers encode_inputs(const PlcInputs& inputs);
// device_error where the check word does not fit. REQUIRES: input_block().words registers.
Result<PlcInputs> decode_inputs(std::span<const std::uint16_t> registers);
Registers encode_outputs(const PlcOutputs& outputs);  // of safe_outputs(outputs)
// Where the check word does not fit there is no result in it. REQUIRES: output_block().words registers.
PlcOutputs decode_outputs(std::span<const std::uint16_t> registers);
// The same with StationIdentity. device_error where its check word does not fit. REQUIRES: station_block().words.
Registers encode_station(const PlcOutputs& outputs);
Result<PlcOutputs> decode_station(std::span<const std::uint16_t> registers);

// Exchanges the two words of every u32 of a block. REQUIRES: registers of input_block() or station_block(), or of the
// latter's first output_block().words.
void swap_words(RegisterBlock block, std::span<std::uint16_t> registers);

// The values of the PLC's block as they are read, one a line, also where the check word does not fit: for people.
std::vector<std::string> describe_inputs(std::span<const std::uint16_t> registers);
// Why the check word of the PLC's block does not fit, most likely, and what to set: all is zero, the words are swapped,
// the block is shifted by a register; else it changed while it was read. `registers`: as they came, in `order`, from
// `base` on.
std::string likely_mistake(std::span<const std::uint16_t> registers, WordOrder order, int base);

}  // namespace lineguard::plc
