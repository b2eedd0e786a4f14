// The driver "simulated": PlcProgram in this process, on the station's clock, for trials without a PLC. Built with the
// option LINEGUARD_PLC_SIMULATED.
#pragma once

#include <memory>

#include <lineguard/plc/open.h>

namespace lineguard::plc {

// Each read and write runs one scan. The line starts by itself once the station is Ready with a living heartbeat.
// Errors: invalid_argument, as validate().
Result<std::unique_ptr<Plc>> open_simulated_plc(const PlcConfig& config, Clock& clock);

#ifdef LINEGUARD_PLC_SIMULATED
inline constexpr bool kSimulatedPlcBuilt = true;
inline constexpr auto* kOpenSimulatedPlc = &open_simulated_plc;
#else
inline constexpr bool kSimulatedPlcBuilt = false;
inline constexpr decltype(&open_simulated_plc) kOpenSimulatedPlc = nullptr;
#endif

}  // namespace lineguard::plc
