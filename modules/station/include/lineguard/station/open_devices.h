// From station.toml to the devices of a station.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/station/station.h>
#include <lineguard/station/station_config.h>

namespace lineguard::station {

// Opens camera, predictor, PLC link and record. A server or PLC that is away is no error: the station starts and
// diverts until they are there. Errors: those of the devices, with the configuration's key in front; refused where the
// package in process is not the one that the recipe names.
Result<StationDevices> open_devices(const StationConfig& config);
StationSettings settings_of(const StationConfig& config);

// `--check`: one line a device, whether it answers now, and what is wrong with each that does not.
struct DeviceCheck {
  std::vector<std::string> lines, warnings;
  std::vector<Error> errors;
};
DeviceCheck check_devices(const StationConfig& config);

}  // namespace lineguard::station
