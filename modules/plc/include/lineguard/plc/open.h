// Which link to a PLC a configuration means: the one place that knows the drivers. A new driver is a row in open.cpp,
// with its own configuration and its own source file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/plc.h>
#include <lineguard/plc/plc_program.h>

namespace lineguard::plc {

struct PlcConfig {
  std::string driver = "modbus";
  ModbusPlcConfig modbus;      // with driver "modbus": a PLC over Modbus TCP
  PlcProgramConfig simulated;  // with driver "simulated": the PLC's program in this process, for trials without a PLC
};

// The drivers of this build.
std::vector<std::string> drivers();

// Keys: driver (left out: modbus) and those of the driver. Problems are noted on `table`.
void read_config(ConfigReader& table, PlcConfig& config);

// `clock` must outlive the PLC. Errors: invalid_argument (no such driver, or the driver's own), unsupported (a driver
// that is not in this build; names the option that builds it).
Result<std::unique_ptr<Plc>> open(const PlcConfig& config, Clock& clock = system_clock());

// A look at the PLC that changes nothing at it. Errors: those of the driver, with what to set.
Result<PlcLook> look(const PlcConfig& config, Clock& clock = system_clock());

}  // namespace lineguard::plc
