// The wire side of the simulator: clients, framing and what a request may touch. One thread uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/registers.h>
#include <lineguard/plc/simulator.h>

struct _modbus;            // NOLINT(bugprone-reserved-identifier): libmodbus names it so
struct _modbus_mapping_t;  // NOLINT(bugprone-reserved-identifier)

namespace lineguard::plc {

// The length of the Modbus TCP frame that `bytes` begin with: 0 while that isn't known yet, none where it is no Modbus.
std::optional<std::size_t> frame_length(const std::vector<std::uint8_t>& bytes);

// The exception code that a whole frame deserves, 0 for a request that may be answered: reads of holding registers
// inside one of the blocks and writes inside the station's.
int exception_for(const std::vector<std::uint8_t>& frame, const PlcTable& table = {});

class ModbusServer {
 public:
  static Result<std::unique_ptr<ModbusServer>> listen(const HostPort& address, int max_clients,
                                                      const PlcTable& table = {});
  ~ModbusServer();
  ModbusServer(const ModbusServer&) = delete;
  ModbusServer& operator=(const ModbusServer&) = delete;

  int port() const { return port_; }
  // Waits for requests until `timeout_ms` passed or `wake_fd` is readable, and answers those that came.
  void serve(int timeout_ms, int wake_fd);
  void disconnect_clients();

  void set_inputs(const PlcInputs& inputs);
  PlcOutputs outputs() const;

 private:
  struct Client {
    int fd = -1;
    std::vector<std::uint8_t> received;
  };
  ModbusServer(_modbus* context, int listening, int port, int max_clients, const PlcTable& table);
  void accept_client();
  bool receive(Client& client);  // false: the connection is over
  bool answer(const Client& client, const std::vector<std::uint8_t>& frame);

  _modbus* context_;
  PlcTable table_;
  _modbus_mapping_t* mapping_;  // from register 0 to behind the table
  int listening_, port_, max_clients_;
  std::vector<Client> clients_;
};

}  // namespace lineguard::plc
