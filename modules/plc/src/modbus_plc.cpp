#include "modbus_exchange.h"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/registers.h>

namespace lineguard::plc {
namespace {

// What the PLC's block says, with the registers as they came.
struct InputBlock {
  Registers raw;
  Result<PlcInputs> inputs;
};

// In the codec's word order, or back.
Registers ordered(RegisterBlock block, Registers registers, WordOrder order) {
  if (order == WordOrder::low_first) swap_words(block, registers);
  return registers;
}

Result<InputBlock> read_input_block(ModbusExchange& exchange) {
  LINEGUARD_ASSIGN(Registers raw, exchange.read(input_block()));
  auto inputs = decode_inputs(ordered(input_block(), raw, exchange.config().word_order));
  return InputBlock{std::move(raw), std::move(inputs)};
}

class ModbusPlc final : public Plc {
 public:
  explicit ModbusPlc(std::unique_ptr<ModbusExchange> exchange) : exchange_(std::move(exchange)) {}

  Result<PlcInputs> read_inputs() override {
    auto inputs = read_blocks(false);
    // A block that was read while the PLC changed it is whole at the second try.
    return inputs ? inputs : exchange_->connected() ? read_blocks(true) : inputs;
  }

  Result<void> write_outputs(const PlcOutputs& outputs) override {
    const bool identity = exchange_->config().identity;
    const RegisterBlock block = identity ? station_block() : output_block();
    return exchange_->write(block, ordered(block, identity ? encode_station(outputs) : encode_outputs(outputs),
                                           exchange_->config().word_order));
  }

  std::string name() const override { return exchange_->name(); }

 private:
  // The station's own word last: what it says of whose the PLC is, it said after the triggers that were read.
  Result<PlcInputs> read_blocks(bool again) {
    const ModbusPlcConfig& config = exchange_->config();
    LINEGUARD_ASSIGN(InputBlock read, read_input_block(*exchange_));
    if (!read.inputs && again)
      return make_error(ErrorCode::device_error,
                        fmt::format("{}: TriggerCheck does not fit TriggerNumber and TriggerCount: {}", name(),
                                    likely_mistake(read.raw, config.word_order, config.base_address)));
    if (!read.inputs) return read.inputs.error().in(name());
    if (!config.identity) return std::move(read.inputs);
    LINEGUARD_ASSIGN(Registers written, exchange_->read(station_block()));
    auto held = decode_station(ordered(station_block(), std::move(written), config.word_order));
    if (!held) return held.error().in(name());
    read.inputs->held = std::move(*held);
    return std::move(read.inputs);
  }

  std::unique_ptr<ModbusExchange> exchange_;
};

// A table of a PLC that gave no trigger yet fits, too, where it is read one register behind: as 65535 triggers for
// part 0. Its check word cannot tell; the first trigger does.
bool is_shifted_zero(const PlcInputs& inputs) {
  return inputs.trigger_number == 0 && inputs.trigger_count == 0xFFFF;
}

// Of those that PLCs and gateways have most often; reading asks, it changes nothing.
std::optional<int> answering_unit(ModbusPlcConfig config, Clock& clock) {
  for (const int unit : {1, 255, 0, 2}) {
    if (unit == config.unit) continue;
    ModbusPlcConfig other = config;
    other.unit = unit;
    auto exchange = ModbusExchange::create(other, clock);
    if (exchange && (*exchange)->read(input_block())) return unit;
  }
  return std::nullopt;
}

}  // namespace

void read_config(ConfigReader& table, ModbusPlcConfig& config) {
  const int most = 65535 - station_block().address - station_block().words + 1;
  std::string order(to_string(config.word_order));
  std::vector<std::string> orders;
  for (const auto& named : kWordOrderNames) orders.emplace_back(named.name);
  table.read("address", config.address)
      .read("unit", config.unit, {0, 255})
      .read("base_address", config.base_address, {0, most})
      .read_one_of("word_order", order, orders)
      .read("connect_timeout_ms", config.connect_timeout_ms, {1, 10000})
      .read("response_timeout_ms", config.response_timeout_ms, {1, 10000})
      .read("retry_min_ms", config.retry_min_ms, {1, 60000})
      .read("retry_max_ms", config.retry_max_ms, {1, 60000})
      .read("identity", config.identity);
  if (const auto known = value_named(kWordOrderNames, order)) config.word_order = *known;
  if (table.has("address")) {
    if (const auto parsed = parse_host_port(config.address); !parsed)
      table.add_problem("address", parsed.error().message);
  }
  if (config.retry_max_ms < config.retry_min_ms) table.add_problem("retry_max_ms", "must be at least retry_min_ms");
}

Result<std::unique_ptr<Plc>> connect_modbus_plc(const ModbusPlcConfig& config, Clock& clock) {
  LINEGUARD_ASSIGN(auto exchange, ModbusExchange::create(config, clock));
  return std::unique_ptr<Plc>(std::make_unique<ModbusPlc>(std::move(exchange)));
}

Result<PlcLook> look_at_modbus_plc(const ModbusPlcConfig& config, Clock& clock) {
  LINEGUARD_ASSIGN(auto exchange, ModbusExchange::create(config, clock));
  auto read = read_input_block(*exchange);
  for (int tries = 0; tries < 3 && read && !read->inputs; ++tries) read = read_input_block(*exchange);
  if (!read && exchange->was_connected()) {
    const auto unit = answering_unit(config, clock);
    Error error = read.error();
    if (unit) error.message += fmt::format("; unit {} answers: set plc.unit = {}", *unit, *unit);
    return error;
  }
  if (!read) return read.error();
  PlcLook look;
  look.where = fmt::format("modbus {} unit {}, registers from {}, {}", config.address, config.unit, config.base_address,
                           to_string(config.word_order));
  look.values = describe_inputs(ordered(input_block(), read->raw, config.word_order));
  if (!read->inputs || is_shifted_zero(*read->inputs))
    look.mistake = likely_mistake(read->raw, config.word_order, config.base_address);
  return look;
}

}  // namespace lineguard::plc
