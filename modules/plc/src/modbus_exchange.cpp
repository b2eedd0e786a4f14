#include "modbus_exchange.h"

#include <algorithm>
#include <cerrno>
#include <modbus.h>
#include <utility>

#include <fmt/format.h>

namespace lineguard::plc {
namespace {

void set_timeouts(modbus_t* context, int timeout_ms) {
  const auto seconds = static_cast<std::uint32_t>(timeout_ms / 1000);
  const auto microseconds = static_cast<std::uint32_t>(timeout_ms % 1000) * 1000;
  modbus_set_response_timeout(context, seconds, microseconds);
  modbus_set_byte_timeout(context, seconds, microseconds);
}

bool is_exception(int error_number) {
  return error_number > MODBUS_ENOBASE && error_number < MODBUS_ENOBASE + MODBUS_EXCEPTION_MAX;
}

}  // namespace

void ModbusExchange::FreeContext::operator()(_modbus* context) const {
  modbus_free(context);
}

Result<ModbusExchange::Context> ModbusExchange::make_context(const std::string& host, int port, int unit) {
  Context context(modbus_new_tcp_pi(host.c_str(), std::to_string(port).c_str()));
  if (!context || modbus_set_slave(context.get(), unit) != 0)
    return make_error(ErrorCode::invalid_argument, fmt::format("{}:{}: {}", host, port, modbus_strerror(errno)));
  return context;
}

Result<std::unique_ptr<ModbusExchange>> ModbusExchange::create(const ModbusPlcConfig& config, Clock& clock) {
  LINEGUARD_ASSIGN(HostPort address, parse_host_port(config.address));
  LINEGUARD_TRY(make_context("127.0.0.1", address.port, config.unit));  // the unit is one that libmodbus knows
  return std::unique_ptr<ModbusExchange>(new ModbusExchange(std::move(address), config, clock));
}

ModbusExchange::ModbusExchange(HostPort address, const ModbusPlcConfig& config, Clock& clock)
    : address_(std::move(address)), config_(config), clock_(clock), wait_(config.retry_min_ms) {}

ModbusExchange::~ModbusExchange() {
  disconnect();
}

Result<Registers> ModbusExchange::read(RegisterBlock block) {
  LINEGUARD_TRY(connect());
  Registers registers(block.words);
  if (modbus_read_registers(context_.get(), first_register(block), block.words, registers.data()) != block.words)
    return failed_request(false, block);
  succeeded();
  return registers;
}

Result<void> ModbusExchange::write(RegisterBlock block, std::span<const std::uint16_t> registers) {
  LINEGUARD_TRY(connect());
  if (modbus_write_registers(context_.get(), first_register(block), block.words, registers.data()) != block.words)
    return failed_request(true, block);
  succeeded();
  return {};
}

Result<void> ModbusExchange::connect() {
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
  was_connected_ = false;
  if (modbus_connect(context_.get()) != 0) {
    lookup_.forget();  // the name may have another address by now
    return failed(fmt::format("connecting: {}", errno ? modbus_strerror(errno) : "no connection"));
  }
  set_timeouts(context_.get(), config_.response_timeout_ms);
  connected_ = was_connected_ = true;
  return {};
}

void ModbusExchange::succeeded() {
  wait_ = Milliseconds(config_.retry_min_ms);
}

Error ModbusExchange::failed_request(bool writing, RegisterBlock block) {
  const int error_number = errno;
  return failed(fmt::format("{} registers {} to {}: {}", writing ? "writing" : "reading", first_register(block),
                            first_register(block) + block.words - 1, meaning(error_number, writing, block)));
}

// In the words of the specification, and what to look at.
std::string ModbusExchange::meaning(int error_number, bool writing, RegisterBlock block) const {
  const std::string said =
      is_exception(error_number)
          ? fmt::format("exception {} ({})", error_number - MODBUS_ENOBASE, modbus_strerror(error_number))
          : std::string(error_number ? modbus_strerror(error_number) : "no connection");
  switch (error_number) {
    case EMBXILFUN:
      return said + (writing ? ": the PLC refuses writes; allow function 16 (write holding registers)"
                             : ": the PLC does not let holding registers be read (function 3)");
    case EMBXILADD:
      if (config_.identity && block.address == station_block().address && block.words == station_block().words)
        return said +
               fmt::format(
                   ": the PLC needs the registers up to {} (Epoch, Instance, StationId), so that no second "
                   "station decides for its parts; without them set plc.identity = false and see to that yourself",
                   first_register(block) + block.words - 1);
      return said + (writing ? ": the PLC refuses writes there, or its table is shorter"
                             : ": the PLC has no such registers; see plc.base_address");
    case EMBXILVAL:
    case EMBXSFAIL:
    case EMBXNACK:
      return said + (writing ? ": the PLC refuses writes there" : "");
    case EMBXGPATH:
    case EMBXGTAR:
      return said + fmt::format(": a gateway does not reach unit {}; see plc.unit", config_.unit);
    case ETIMEDOUT:
      return said + fmt::format(
                        ": the connection is there, but unit {} does not answer within {} ms; see plc.unit and "
                        "plc.response_timeout_ms",
                        config_.unit, config_.response_timeout_ms);
    default:
      return said;
  }
}

// A connection that failed once may deliver its answer late, to the next question: it is not used again.
Error ModbusExchange::failed(const std::string& what) {
  last_failure_ = what;
  disconnect();
  next_try_ = clock_.now() + wait_;
  wait_ = std::min(wait_ * 2, Milliseconds(config_.retry_max_ms));
  return make_error(ErrorCode::device_error, name() + ": " + last_failure_);
}

void ModbusExchange::disconnect() {
  if (connected_) modbus_close(context_.get());
  connected_ = false;
}

}  // namespace lineguard::plc
