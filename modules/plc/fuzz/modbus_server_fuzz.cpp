// Bytes that a stranger sends to the Modbus server, on a connection of its own: it answers or drops the connection, the
// PLC's block stays as it was, and what stands in the station's block reads as an OK only where its check word fits.
#include "../src/modbus_server.h"

#include <cstddef>
#include <cstdint>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <lineguard/core/check.h>
#include <lineguard/plc/registers.h>

namespace {
using namespace lineguard;
using namespace lineguard::plc;

int connect_to(int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to);
  return fd;
}

// A block of registers as the bytes give them: reading it never fails in another way than by its check word.
void decode_blocks(const std::uint8_t* data, std::size_t size) {
  Registers inputs(input_block().words), outputs(output_block().words);
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    const auto word = static_cast<std::uint16_t>(data[i] << 8 | data[i + 1]);
    if (i / 2 < inputs.size()) inputs[i / 2] = word;
    if (i / 2 < outputs.size()) outputs[i / 2] = word;
  }
  const auto read = decode_inputs(inputs);
  if (read) LINEGUARD_CHECK(read->serial.size() <= kTextChars, "a text has at most 32 characters");
  const PlcOutputs result = decode_outputs(outputs);
  LINEGUARD_CHECK(!(result.ok && result.ng) && (result.results_ready || !result.ok), "a safe result");
  LINEGUARD_CHECK(decode_outputs(encode_outputs(result)) == result, "what is read is written the same");
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto server = std::move(ModbusServer::listen({"127.0.0.1", 0}, 4).value());
  static int wake[2];
  static const bool piped = pipe(wake) == 0;
  LINEGUARD_CHECK(piped, "a pipe");
  decode_blocks(data, size);
  const int fd = connect_to(server->port());
  if (fd < 0) return 0;
  server->serve(1, wake[0]);
  send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  for (int turn = 0; turn < 8; ++turn) server->serve(0, wake[0]);
  std::uint8_t answer[4096];
  while (recv(fd, answer, sizeof answer, MSG_DONTWAIT) > 0) {
  }
  const linger at_once{1, 0};  // thousands of connections a second would leave no free port
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
  server->disconnect_clients();
  const PlcOutputs outputs = server->outputs();
  LINEGUARD_CHECK(!(outputs.ok && outputs.ng), "never both");
  return 0;
}
