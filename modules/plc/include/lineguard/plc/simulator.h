// PlcSimulator: PlcProgram as a Modbus TCP server with the real clock, as a PLC on the station's network would be.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <lineguard/plc/plc_program.h>
#include <lineguard/plc/registers.h>

namespace lineguard::plc {

// How this PLC's table differs from the one that a station expects: what people set wrongly at one of the two ends.
struct PlcTable {
  int base_address = 0;  // of its first register, 0 to 65000; with another than 0 all registers around can be read, too
  WordOrder word_order = WordOrder::high_first;
  int unit = -1;               // answers this one only, 0 to 255; -1: any
  bool refuse_writes = false;  // with exception 1, as a PLC whose writes were not allowed
  bool all_zero = false;       // its program does not fill the table
};

struct PlcSimulatorConfig {
  std::string address = "127.0.0.1:0";  // HOST:PORT to listen on; port 0: any free one
  int max_clients = 8;                  // 1 to 64; one more is refused by closing its connection
  Milliseconds scan{1};                 // the program's cycle
  bool start_when_ready = true;         // the line starts by itself once the station is Ready with a living heartbeat
  PlcTable table{};
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
