// PlcSimulator: PlcProgram as a Modbus TCP server with the real clock, as a PLC on the station's network would be.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <lineguard/plc/plc_program.h>

namespace lineguard::plc {

struct PlcSimulatorConfig {
  std::string address = "127.0.0.1:0";  // HOST:PORT to listen on; port 0: any free one
  int max_clients = 8;                  // 1 to 64; one more is refused by closing its connection
  Milliseconds scan{1};                 // the program's cycle
  bool start_when_ready = true;         // the line starts by itself once the station is Ready with a living heartbeat
  PlcProgramConfig program{};
};

struct SimulatorState {
  bool line_started = false;
  bool finished = false;  // all parts passed the gate
  bool station_alive = false;
  PlcCounts counts;
  PlcOutputs station;  // its last word
};

// One thread of its own serves the clients and runs the program, so a request is answered from one scan. A request for
// registers outside the two blocks, a write into the PLC's block or a malformed request gets a Modbus exception; what
// is no Modbus at all closes its connection. All functions are thread-safe.
class PlcSimulator {
 public:
  // Called on the simulator's thread for each part that passed the gate; must not block for long nor throw.
  using OnRecord = std::function<void(const GateRecord&)>;

  // Listens when this returns. Errors: invalid_argument, unavailable (the address is in use or not ours).
  static Result<std::unique_ptr<PlcSimulator>> start(const PlcSimulatorConfig& config, OnRecord on_record = {});
  ~PlcSimulator();  // stop()
  PlcSimulator(const PlcSimulator&) = delete;
  PlcSimulator& operator=(const PlcSimulator&) = delete;

  std::string address() const;  // HOST:PORT with the real port
  SimulatorState state() const;
  void start_line();
  void stop_line();
  void restart_program();
  void freeze_heartbeat(bool frozen);
  // Closes every client's connection once, as a network failure does.
  void disconnect_clients();
  // Closes all connections and ends the thread. No record is reported after it returned.
  void stop();

 private:
  struct Server;
  explicit PlcSimulator(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace lineguard::plc
