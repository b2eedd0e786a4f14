// ModbusPlc: a PLC over Modbus TCP. The station is the client, the PLC the server; the registers are in registers.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <lineguard/core/config.h>
#include <lineguard/core/host_port.h>
#include <lineguard/plc/plc.h>
#include <lineguard/plc/registers.h>

namespace lineguard::plc {

struct ModbusPlcConfig {
  std::string address = "127.0.0.1:502";  // HOST:PORT
  int unit = 1;                           // unit identifier, 0 to 255
  int base_address = 0;                   // protocol address of the table's first register (40001 is 0)
  WordOrder word_order = WordOrder::high_first;
  int connect_timeout_ms = 200;  // a call blocks this long at most where the PLC is away
  int response_timeout_ms = 50;  // of one read or write
  int retry_min_ms = 50;         // wait before the first reconnection; doubled up to retry_max_ms
  int retry_max_ms = 1000;
  // Write who the station is, and read back who the PLC takes it for. false: for a PLC whose table ends before those
  // registers. Then nothing keeps a second station from the same PLC.
  bool identity = true;
};

// Keys as the fields: address, unit, base_address, word_order, connect_timeout_ms, response_timeout_ms, retry_min_ms,
// retry_max_ms, identity. Problems are noted on `table`; the caller finishes the root.
void read_config(ConfigReader& table, ModbusPlcConfig& config);

// Connects at the first exchange, again with back-off after a failure; between two tries calls fail at once. A host's
// name is looked up in another thread: while the name server is silent, calls fail at once.
// Errors: invalid_argument for an address that is none.
Result<std::unique_ptr<Plc>> connect_modbus_plc(const ModbusPlcConfig& config, Clock& clock = system_clock());

// What a look at the PLC found: the values of its block, a line each, and what is wrong with them, most likely. Reads
// only, once; where the unit does not answer, it asks which one does. Whether the PLC takes writes is seen by the first
// one alone: the running station says so.
struct PlcLook {
  std::string where;  // "modbus 10.0.0.7:502 unit 1, registers from 0, high first"
  std::vector<std::string> values;
  std::string mistake;  // empty: the block is as it should be
};
// Errors: device_error (no connection, no answer, no such registers), with what to set.
Result<PlcLook> look_at_modbus_plc(const ModbusPlcConfig& config, Clock& clock = system_clock());

}  // namespace lineguard::plc
