// ModbusExchange: one connection to a Modbus TCP server, made anew with back-off, and what its failures mean for the
// one who configured it.
#pragma once

#include "name_lookup.h"

#include <memory>
#include <span>
#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/core/host_port.h>
#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/registers.h>

struct _modbus;

namespace lineguard::plc {

// Not thread-safe. Blocks are those of the table; they stand config.base_address further on at the PLC.
class ModbusExchange {
 public:
  // Errors: invalid_argument (an address or unit that is none).
  static Result<std::unique_ptr<ModbusExchange>> create(const ModbusPlcConfig& config, Clock& clock);
  ~ModbusExchange();
  ModbusExchange(const ModbusExchange&) = delete;
  ModbusExchange& operator=(const ModbusExchange&) = delete;

  // As they came, in the PLC's word order. Errors: device_error.
  Result<Registers> read(RegisterBlock block);
  Result<void> write(RegisterBlock block, std::span<const std::uint16_t> registers);

  bool connected() const { return connected_; }
  bool was_connected() const { return was_connected_; }  // at the last request, whatever came of it
  std::string name() const { return "modbus " + config_.address; }
  const ModbusPlcConfig& config() const { return config_; }

 private:
  ModbusExchange(HostPort address, const ModbusPlcConfig& config, Clock& clock);
  Result<void> connect();
  void succeeded();
  int first_register(RegisterBlock block) const { return config_.base_address + block.address; }
  Error failed_request(bool writing, RegisterBlock block);
  std::string meaning(int error_number, bool writing, RegisterBlock block) const;
  Error failed(const std::string& what);
  void disconnect();

  struct FreeContext {
    void operator()(_modbus* context) const;
  };
  using Context = std::unique_ptr<_modbus, FreeContext>;
  static Result<Context> make_context(const std::string& host, int port, int unit);

  HostPort address_;
  NameLookup lookup_;
  Context context_;
  ModbusPlcConfig config_;
  Clock& clock_;
  bool connected_ = false, was_connected_ = false;
  SteadyTime next_try_ = SteadyTime::min();
  Milliseconds wait_;
  std::string last_failure_;
};

}  // namespace lineguard::plc
