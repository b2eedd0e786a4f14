#include "simulated_plc.h"

#include <lineguard/core/driver.h>
#include <lineguard/plc/open.h>

namespace lineguard::plc {
namespace {

// modbus = "host:port" is the short form of address.
void read_modbus(ConfigReader& table, ModbusPlcConfig& config) {
  if (!table.has("address")) table.require("modbus");
  table.read("modbus", config.address);
  read_config(table, config);
  if (!table.has("modbus")) return;
  if (const auto parsed = parse_host_port(config.address); !parsed) table.add_problem("modbus", parsed.error().message);
}

constexpr Drivers<Plc, PlcConfig, 2> kDrivers = {
    "plc",
    {{
        {{"modbus"},
         [](ConfigReader& table, PlcConfig& config) { read_modbus(table, config.modbus); },
         [](const PlcConfig& config, Clock& clock) { return connect_modbus_plc(config.modbus, clock); }},
        {{"simulated", "LINEGUARD_PLC_SIMULATED", kSimulatedPlcBuilt},
         [](ConfigReader& table, PlcConfig& config) { read_config(table, config.simulated); },
         kOpenSimulatedPlc},
    }}};

}  // namespace

std::vector<std::string> drivers() {
  return built_drivers(kDrivers.names());
}

void read_config(ConfigReader& table, PlcConfig& config) {
  kDrivers.read_config(table, config);
}

Result<std::unique_ptr<Plc>> open(const PlcConfig& config, Clock& clock) {
  return kDrivers.open(config, clock);
}

Result<PlcLook> look(const PlcConfig& config, Clock& clock) {
  if (config.driver == "modbus") return look_at_modbus_plc(config.modbus, clock);
  LINEGUARD_ASSIGN(const auto plc, open(config, clock));
  return PlcLook{plc->name(), {}, {}};
}

}  // namespace lineguard::plc
