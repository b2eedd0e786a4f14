#include "name_lookup.h"

#include <algorithm>
#include <cerrno>
#include <modbus.h>
#include <utility>

#include <fmt/format.h>

#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/registers.h>

namespace lineguard::plc {
namespace {

struct FreeContext {
  void operator()(modbus_t* context) const { modbus_free(context); }
};
using Context = std::unique_ptr<modbus_t, FreeContext>;

void set_timeouts(modbus_t* context, int timeout_ms) {
  const auto seconds = static_cast<std::uint32_t>(timeout_ms / 1000);
  const auto microseconds = static_cast<std::uint32_t>(timeout_ms % 1000) * 1000;
  modbus_set_response_timeout(context, seconds, microseconds);
  modbus_set_byte_timeout(context, seconds, microseconds);
}

Result<Context> make_context(const std::string& host, int port, int unit) {
  Context context(modbus_new_tcp_pi(host.c_str(), std::to_string(port).c_str()));
  if (!context || modbus_set_slave(context.get(), unit) != 0)
    return make_error(ErrorCode::invalid_argument, fmt::format("{}:{}: {}", host, port, modbus_strerror(errno)));
  return context;
}

class ModbusPlc final : public Plc {
 public:
  ModbusPlc(HostPort address, const ModbusPlcConfig& config, Clock& clock)
      : address_(std::move(address)), config_(config), clock_(clock), wait_(config.retry_min_ms) {}
  ~ModbusPlc() override { disconnect(); }
  ModbusPlc(const ModbusPlc&) = delete;
  ModbusPlc& operator=(const ModbusPlc&) = delete;

  Result<PlcInputs> read_inputs() override {
    auto inputs = read_blocks();
    // A block that was read while the PLC changed it is whole at the second try.
    return inputs ? inputs : connected_ ? read_blocks() : inputs;
  }

  Result<void> write_outputs(const PlcOutputs& outputs) override {
    LINEGUARD_TRY(connect());
    const Registers registers = config_.identity ? encode_station(outputs) : encode_outputs(outputs);
    const RegisterBlock block = written_block();
    if (modbus_write_registers(context_.get(), block.address, block.words, registers.data()) != block.words)
      return failed("writing", block);
    return succeeded();
  }

  std::string name() const override { return "modbus " + config_.address; }

 private:
  RegisterBlock written_block() const { return config_.identity ? station_block() : output_block(); }

  // The station's own word last: what it says of whose the PLC is, it said after the triggers that were read.
  Result<PlcInputs> read_blocks() {
    LINEGUARD_ASSIGN(const Registers read, read_block(input_block()));
    auto inputs = decode_inputs(read);
    if (!inputs) return inputs.error().in(name());
    if (!config_.identity) return inputs;
    LINEGUARD_ASSIGN(const Registers written, read_block(station_block()));
    auto held = decode_station(written);
    if (!held) return held.error().in(name());
    inputs->held = std::move(*held);
    return inputs;
  }

  Result<Registers> read_block(RegisterBlock block) {
    LINEGUARD_TRY(connect());
    Registers registers(block.words);
    if (modbus_read_registers(context_.get(), block.address, block.words, registers.data()) != block.words)
      return failed("reading", block);
    LINEGUARD_TRY(succeeded());
    return registers;
  }

  Result<void> connect() {
    if (connected_) return {};
    const SteadyTime now = clock_.now();
    if (now < next_try_)
      return make_error(ErrorCode::device_error, fmt::format("{}: not connected, next try in {:.0f} ms ({})", name(),
                                                             milliseconds_between(now, next_try_), last_failure_));
    auto numbers = lookup_.find(address_.host);
    if (!numbers) return numbers.error().in(name());
    LINEGUARD_ASSIGN(context_, make_context(*numbers, address_.port, config_.unit));
    set_timeouts(context_.get(), config_.connect_timeout_ms);
    errno = 0;
    if (modbus_connect(context_.get()) != 0) {
      lookup_.forget();  // the name may have another address by now
      return failed("connecting");
    }
    set_timeouts(context_.get(), config_.response_timeout_ms);
    connected_ = true;
    return {};
  }

  Result<void> succeeded() {
    wait_ = Milliseconds(config_.retry_min_ms);
    return {};
  }

  Error failed(std::string_view what, RegisterBlock block) {
    const bool no_such_registers = errno == EMBXILADD;
    Error error = failed(fmt::format("{} registers {} to {}", what, block.address, block.address + block.words - 1));
    if (no_such_registers && config_.identity && block.address == station_block().address)
      error.message += fmt::format(
          ": the PLC needs the registers up to {} (Epoch, Instance, StationId), so that no second station decides for "
          "its parts; without them set plc.identity = false and see to that yourself",
          station_block().address + station_block().words - 1);
    return error;
  }

  // A connection that failed once may deliver its answer late, to the next question: it is not used again.
  Error failed(const std::string& what) {
    last_failure_ = fmt::format("{}: {}", what, errno ? modbus_strerror(errno) : "no connection");
    disconnect();
    next_try_ = clock_.now() + wait_;
    wait_ = std::min(wait_ * 2, Milliseconds(config_.retry_max_ms));
    return make_error(ErrorCode::device_error, name() + ": " + last_failure_);
  }

  void disconnect() {
    if (connected_) modbus_close(context_.get());
    connected_ = false;
  }

  HostPort address_;
  NameLookup lookup_;
  Context context_;
  ModbusPlcConfig config_;
  Clock& clock_;
  bool connected_ = false;
  SteadyTime next_try_ = SteadyTime::min();
  Milliseconds wait_;
  std::string last_failure_;
};

}  // namespace

void read_config(ConfigReader& table, ModbusPlcConfig& config) {
  table.read("address", config.address)
      .read("unit", config.unit, {0, 255})
      .read("connect_timeout_ms", config.connect_timeout_ms, {1, 10000})
      .read("response_timeout_ms", config.response_timeout_ms, {1, 10000})
      .read("retry_min_ms", config.retry_min_ms, {1, 60000})
      .read("retry_max_ms", config.retry_max_ms, {1, 60000})
      .read("identity", config.identity);
  if (table.has("address")) {
    if (const auto parsed = parse_host_port(config.address); !parsed)
      table.add_problem("address", parsed.error().message);
  }
  if (config.retry_max_ms < config.retry_min_ms) table.add_problem("retry_max_ms", "must be at least retry_min_ms");
}

Result<std::unique_ptr<Plc>> connect_modbus_plc(const ModbusPlcConfig& config, Clock& clock) {
  LINEGUARD_ASSIGN(HostPort address, parse_host_port(config.address));
  LINEGUARD_TRY(make_context("127.0.0.1", address.port, config.unit));  // the unit is one that libmodbus knows
  return std::unique_ptr<Plc>(std::make_unique<ModbusPlc>(std::move(address), config, clock));
}

}  // namespace lineguard::plc
