// A PlcProgram turned by hand, one scan a millisecond, with a station that beats unless told not to.
#pragma once

#include <vector>

#include <lineguard/plc/plc_program.h>

namespace lineguard::plc::test {

// 100 parts a second, 50 ms from camera to gate: five parts before the gate.
inline PlcProgramConfig fast_line(std::uint32_t parts) {
  PlcProgramConfig config;
  config.parts = parts;
  config.rate = 100;
  config.travel = Milliseconds(50);
  config.heartbeat_timeout = Milliseconds(30);
  config.double_gap = Milliseconds(4);
  config.rush_gap = Milliseconds(2);
  return config;
}

struct Line {
  explicit Line(PlcProgramConfig config) : program(std::move(config)) { beats(5); }

  PlcInputs beat() {
    now += Milliseconds(1);
    if (alive) ++station.heartbeat;
    inputs = program.step(now, station);
    for (auto& record : program.take_records()) records.push_back(std::move(record));
    return inputs;
  }
  void beats(int n) {
    for (int i = 0; i < n; ++i) beat();
  }
  void until_triggered(PartNumber number) {
    for (int i = 0; i < 5000 && inputs.trigger_number != number; ++i) beat();
  }
  void until_finished() {
    for (int i = 0; i < 5000 && !program.finished(); ++i) beat();
  }
  void set_result(PartNumber number, bool ok, Reason reason) {
    station.results_ready = true;
    station.result_number = number;
    station.ok = ok;
    station.ng = !ok;
    station.reason = reason;
  }
  // One whole handshake; true where the PLC took the result.
  bool hand_over(PartNumber number, bool ok, Reason reason = Reason::good) {
    set_result(number, ok, reason);
    const bool taken = beat().result_taken;
    station.results_ready = false;
    beat();
    return taken;
  }

  PlcProgram program;
  SteadyTime now{};
  PlcOutputs station;
  PlcInputs inputs;
  bool alive = true;
  std::vector<GateRecord> records;
};

}  // namespace lineguard::plc::test
