#include <algorithm>
#include <type_traits>
#include <variant>

#include <fmt/format.h>

#include <lineguard/plc/registers.h>

namespace lineguard::plc {
namespace {

struct Check {};  // NOT (number XOR guarded word or number): see the CheckOf functions

// One value of a block: where it stands and which member it is. The members' types say how it is coded.
template <typename Block>
struct Field {
  using Member = std::variant<bool Block::*, std::uint16_t Block::*, std::uint32_t Block::*, std::string Block::*,
                              Reason PlcOutputs::*, Check>;
  std::uint16_t address;
  int bit;
  std::string_view name;
  Member member;
  std::string_view meaning;
};

constexpr int kWord = -1;
constexpr std::uint16_t kTextWords = kTextChars / 2;

using In = PlcInputs;
const std::vector<Field<In>>& input_fields() {
  static const std::vector<Field<In>> fields = {
      {0, kWord, "TriggerNumber", &In::trigger_number, "number of the part in front of the camera"},
      {2, 0, "Trigger", &In::trigger, "pulse with each trigger, for people: go by TriggerCount"},
      {2, 1, "Ack", &In::ack, "result AckNumber was read; falls when ResultsReady has fallen"},
      {2, 2, "ResultTaken", &In::result_taken, "with Ack: that part is before the gate and has this result"},
      {2, 3, "LineRunning", &In::line_running, "triggers are given, or parts are before the gate"},
      {3, kWord, "PlcHeartbeat", &In::heartbeat, "changes while the PLC's program runs"},
      {4, kWord, "AckNumber", &In::ack_number, "with Ack: whose result was read"},
      {6, kWord, "GateNumber", &In::gate_number, "last part that passed the gate"},
      {8, kWord, "GatePassCount", &In::gate_pass_count, "parts that the gate let pass"},
      {10, kWord, "GateDivertCount", &In::gate_divert_count, "parts that the gate diverted"},
      {12, kWord, "Serial", &In::serial, "of TriggerNumber; empty: none"},
      {28, kWord, "Lot", &In::lot, "of TriggerNumber; empty: none"},
      {44, kWord, "Recipe", &In::recipe, "that the PLC wants; empty: not checked"},
      {60, kWord, "TriggerCount", &In::trigger_count,
       "+ 1 with every trigger, wraps; a doubled trigger keeps its number"},
      {61, kWord, "TriggerCheck", Check{}, "NOT (TriggerNumber XOR TriggerCount), else the block is torn"},
  };
  return fields;
}

using Out = PlcOutputs;
const std::vector<Field<Out>>& output_fields() {
  static const std::vector<Field<Out>> fields = {
      {100, kWord, "ResultNumber", &Out::result_number, "the part that OK or NG is for"},
      {102, 0, "Ready", &Out::ready, "triggers will be inspected"},
      {102, 1, "Busy", &Out::busy, "a part is being inspected"},
      {102, 2, "ResultsReady", &Out::results_ready, "ResultNumber, OK, NG and Reason are valid"},
      {102, 3, "OK", &Out::ok, "the part may pass"},
      {102, 4, "NG", &Out::ng, "the part must be diverted"},
      {102, 5, "Error", &Out::error, "the station failed; every part at the gate is NG"},
      {102, 6, "StopRequest", &Out::stop_request, "asks PLC and operator to stop the line"},
      {103, kWord, "Reason", &Out::reason, "why the part was decided so (codes below)"},
      {104, kWord, "StationHeartbeat", &Out::heartbeat, "changes at least every 100 ms while the station lives"},
      {105, kWord, "PassCount", &Out::pass_count, "parts decided `pass`"},
      {107, kWord, "DivertCount", &Out::divert_count, "parts decided `divert`"},
      {109, kWord, "MissedCount", &Out::missed_count, "parts diverted without an inspection"},
      {111, kWord, "RecipeActive", &Out::recipe_active, "what the station inspects for"},
      {127, kWord, "ResultCheck", Check{}, "NOT (ResultNumber XOR register 102), else there is no result"},
  };
  return fields;
}

using Id = StationIdentity;
const std::vector<Field<Id>>& identity_fields() {
  static const std::vector<Field<Id>> fields = {
      {129, kWord, "Epoch", &Id::epoch, "+ 1 whenever a process takes this PLC over: earlier ones are ignored"},
      {131, kWord, "Instance", &Id::instance, "random, tells processes with one StationId and Epoch apart"},
      {133, kWord, "StationId", &Id::id, "whose word the outputs are; with Epoch and Instance 0: nobody's"},
      {149, kWord, "IdentityCheck", Check{}, "NOT (Epoch XOR Instance), else the block is torn; 0 where all is 0"},
  };
  return fields;
}

template <typename Block>
std::uint16_t words_of(const Field<Block>& field) {
  return std::visit(
      [](auto member) -> std::uint16_t {
        using M = decltype(member);
        if constexpr (std::is_same_v<M, std::string Block::*>) return kTextWords;
        if constexpr (std::is_same_v<M, Check> || std::is_same_v<M, std::uint32_t Block::*>) return 2;
        return 1;
      },
      field.member);
}

template <typename Block>
std::string_view type_of(const Field<Block>& field) {
  if (field.bit != kWord) return "bit";
  const auto words = words_of(field);
  return words == kTextWords ? "text" : words == 2 ? "u32" : "u16";
}

template <typename Block>
RegisterBlock block_of(const std::vector<Field<Block>>& fields) {
  const auto& last = fields.back();
  const auto first = fields.front().address;
  return {first, static_cast<std::uint16_t>(last.address + words_of(last) - first)};
}

void put_u32(std::uint16_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint16_t>(value >> 16);
  at[1] = static_cast<std::uint16_t>(value);
}
std::uint32_t get_u32(const std::uint16_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 16 | at[1];
}

void put_text(std::uint16_t* at, const std::string& text) {
  for (std::size_t i = 0; i < std::min(text.size(), kTextChars); ++i)
    at[i / 2] |= static_cast<std::uint16_t>(static_cast<unsigned char>(text[i]) << (i % 2 ? 0 : 8));
}
std::string get_text(const std::uint16_t* at) {
  std::string text;
  for (std::size_t i = 0; i < kTextChars; ++i) {
    const auto byte = static_cast<unsigned char>(at[i / 2] >> (i % 2 ? 0 : 8));
    if (byte == 0) break;
    text += byte < ' ' || byte > '~' ? '?' : static_cast<char>(byte);
  }
  return text;
}

// What the check word of a block must be. It guards what must come from the same update as the number: TriggerCount, or
// the bits with ResultsReady and OK.
using CheckOf = std::uint32_t (*)(const std::uint16_t* block);
std::uint32_t input_check(const std::uint16_t* block) {
  constexpr std::size_t kTriggerCountAt = 60;
  return ~(get_u32(block) ^ block[kTriggerCountAt]);
}
std::uint32_t output_check(const std::uint16_t* block) {
  constexpr std::size_t kResultBitsAt = 2;
  return ~(get_u32(block) ^ block[kResultBitsAt]);
}
std::uint32_t identity_check(const std::uint16_t* block) {
  constexpr std::size_t kInstanceAt = 2;
  return ~(get_u32(block) ^ get_u32(block + kInstanceAt));
}

template <typename Block>
Registers encode(const std::vector<Field<Block>>& fields, const Block& block, CheckOf check_of) {
  Registers registers(block_of(fields).words, 0);
  for (const auto& field : fields) {
    std::uint16_t* at = &registers[static_cast<std::size_t>(field.address - fields.front().address)];
    std::visit(
        [&](auto member) {
          using M = decltype(member);
          if constexpr (std::is_same_v<M, Check>) {
            put_u32(at, check_of(registers.data()));
          } else if constexpr (std::is_same_v<M, bool Block::*>) {
            *at |= static_cast<std::uint16_t>((block.*member ? 1 : 0) << field.bit);
          } else if constexpr (std::is_same_v<M, std::uint32_t Block::*>) {
            put_u32(at, block.*member);
          } else if constexpr (std::is_same_v<M, std::string Block::*>) {
            put_text(at, block.*member);
          } else if constexpr (std::is_same_v<M, std::uint16_t Block::*>) {
            *at = block.*member;
          } else if constexpr (std::is_same_v<Block, PlcOutputs>) {
            *at = static_cast<std::uint16_t>(block.*member);
          }
        },
        field.member);
  }
  return registers;
}

// False where the check word does not fit.
template <typename Block>
bool decode(const std::vector<Field<Block>>& fields, std::span<const std::uint16_t> registers, Block& block,
            CheckOf check_of) {
  LINEGUARD_CHECK(registers.size() == block_of(fields).words, "decode of a whole block of registers");
  bool whole = true;
  for (const auto& field : fields) {
    const std::uint16_t* at = &registers[static_cast<std::size_t>(field.address - fields.front().address)];
    std::visit(
        [&](auto member) {
          using M = decltype(member);
          if constexpr (std::is_same_v<M, Check>) {
            whole = get_u32(at) == check_of(registers.data());
          } else if constexpr (std::is_same_v<M, bool Block::*>) {
            block.*member = (*at >> field.bit & 1) != 0;
          } else if constexpr (std::is_same_v<M, std::uint32_t Block::*>) {
            block.*member = get_u32(at);
          } else if constexpr (std::is_same_v<M, std::string Block::*>) {
            block.*member = get_text(at);
          } else if constexpr (std::is_same_v<M, std::uint16_t Block::*>) {
            block.*member = *at;
          } else if constexpr (std::is_same_v<Block, PlcOutputs>) {
            block.*member = static_cast<Reason>(*at);
          }
        },
        field.member);
  }
  return whole;
}

template <typename Block>
void append_infos(const std::vector<Field<Block>>& fields, bool from_plc, std::vector<RegisterInfo>& infos) {
  for (const auto& field : fields)
    infos.push_back({field.address, field.bit, field.name, type_of(field), from_plc, field.meaning});
}

// The first words of the u32s of a block, counted from its start.
template <typename Block>
void append_pairs(const std::vector<Field<Block>>& fields, std::uint16_t block, std::vector<std::size_t>& pairs) {
  for (const auto& field : fields) {
    if (words_of(field) == 2) pairs.push_back(static_cast<std::size_t>(field.address - block));
  }
}

template <typename Block>
std::string value_text(const Field<Block>& field, const Block& block) {
  return std::visit(
      [&](auto member) -> std::string {
        using M = decltype(member);
        if constexpr (std::is_same_v<M, Check>) {
          return "";
        } else if constexpr (std::is_same_v<M, std::string Block::*>) {
          return "\"" + block.*member + "\"";
        } else if constexpr (std::is_same_v<M, Reason PlcOutputs::*>) {
          return "";
        } else {
          return fmt::format("{}", static_cast<std::uint32_t>(block.*member));
        }
      },
      field.member);
}

}  // namespace

RegisterBlock input_block() {
  return block_of(input_fields());
}
RegisterBlock output_block() {
  return block_of(output_fields());
}
RegisterBlock station_block() {
  const auto outputs = output_block(), identity = block_of(identity_fields());
  LINEGUARD_CHECK(identity.address == outputs.address + outputs.words, "the identity is directly behind the outputs");
  return {outputs.address, static_cast<std::uint16_t>(outputs.words + identity.words)};
}

const std::vector<RegisterInfo>& all_registers() {
  static const std::vector<RegisterInfo> infos = [] {
    std::vector<RegisterInfo> made;
    append_infos(input_fields(), true, made);
    append_infos(output_fields(), false, made);
    append_infos(identity_fields(), false, made);
    return made;
  }();
  return infos;
}

std::string register_table_markdown() {
  std::string text = "| address | name | type | direction | meaning |\n|---|---|---|---|---|\n";
  for (const auto& info : all_registers()) {
    const std::string address =
        info.bit == kWord ? fmt::format("{}", info.address) : fmt::format("{}.{}", info.address, info.bit);
    text += fmt::format("| {} | {} | {} | {} | {} |\n", address, info.name, info.type,
                        info.from_plc ? "PLC → station" : "station → PLC", info.meaning);
  }
  text += "\nReason codes:";
  for (const auto reason : all_reasons())
    text += fmt::format("{} {} {}", reason == all_reasons().front() ? "" : ",", static_cast<int>(reason),
                        to_string(reason));
  return text + ".\n";
}

Registers encode_inputs(const PlcInputs& inputs) {
  return encode(input_fields(), inputs, input_check);
}

Result<PlcInputs> decode_inputs(std::span<const std::uint16_t> registers) {
  PlcInputs inputs;
  if (!decode(input_fields(), registers, inputs, input_check))
    return make_error(ErrorCode::device_error,
                      "TriggerCheck does not fit TriggerNumber and TriggerCount: the block was read while it changed");
  return inputs;
}

Registers encode_outputs(const PlcOutputs& outputs) {
  return encode(output_fields(), safe_outputs(outputs), output_check);
}

PlcOutputs decode_outputs(std::span<const std::uint16_t> registers) {
  PlcOutputs outputs;
  if (!decode(output_fields(), registers, outputs, output_check)) outputs.results_ready = false;
  return safe_outputs(outputs);
}

Registers encode_station(const PlcOutputs& outputs) {
  Registers registers = encode_outputs(outputs);
  const StationIdentity identity = safe_outputs(outputs).station;
  const Registers behind = identity.empty() ? Registers(block_of(identity_fields()).words, 0)
                                            : encode(identity_fields(), identity, identity_check);
  registers.insert(registers.end(), behind.begin(), behind.end());
  return registers;
}

Result<PlcOutputs> decode_station(std::span<const std::uint16_t> registers) {
  LINEGUARD_CHECK(registers.size() == station_block().words, "decode of a whole station block");
  PlcOutputs outputs = decode_outputs(registers.first(output_block().words));
  const auto identity = registers.subspan(output_block().words);
  if (std::ranges::all_of(identity, [](std::uint16_t word) { return word == 0; })) return outputs;
  if (!decode(identity_fields(), identity, outputs.station, identity_check))
    return make_error(ErrorCode::device_error,
                      "IdentityCheck does not fit Epoch and Instance: the block was read while it changed");
  return outputs;
}

void swap_words(RegisterBlock block, std::span<std::uint16_t> registers) {
  std::vector<std::size_t> pairs;
  if (block.address == input_block().address) {
    append_pairs(input_fields(), block.address, pairs);
  } else {
    append_pairs(output_fields(), block.address, pairs);
    append_pairs(identity_fields(), block.address, pairs);
  }
  for (const std::size_t first : pairs) {
    if (first + 1 < registers.size()) std::swap(registers[first], registers[first + 1]);
  }
}

std::vector<std::string> describe_inputs(std::span<const std::uint16_t> registers) {
  PlcInputs inputs;
  decode(input_fields(), registers, inputs, input_check);
  std::vector<std::string> lines;
  for (const auto& field : input_fields()) {
    std::string value = value_text(field, inputs);
    if (value.empty()) value = fmt::format("{:08x}", get_u32(&registers[field.address]));
    lines.push_back(fmt::format("{} = {}", field.name, value));
  }
  return lines;
}

}  // namespace lineguard::plc
