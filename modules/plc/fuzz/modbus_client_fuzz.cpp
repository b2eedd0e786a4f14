// Answers of a broken or hostile PLC, byte for byte, to the station's reads and writes: each call ends with values or
// with an error, in bounded time, and values are of a block whose check word fits.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <lineguard/core/check.h>
#include <lineguard/plc/modbus_plc.h>

namespace {
using namespace lineguard;
using namespace lineguard::plc;

struct Listener {
  Listener() : fd(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof to;
    LINEGUARD_CHECK(bind(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 && listen(fd, 4) == 0, "a free port");
    getsockname(fd, reinterpret_cast<sockaddr*>(&to), &length);
    port = ntohs(to.sin_port);
  }
  int fd, port = 0;
};

// The first byte says how many bytes answer each request; with its highest bit set an answer begins with the request's
// transaction and unit, as a PLC that means well would have it.
void answer_all(int fd, const std::uint8_t* data, std::size_t size) {
  const bool right_transaction = (data[0] & 0x80) != 0;
  std::size_t at = 1, length = (data[0] & 0x7f) * 2 + 1;
  std::uint8_t request[512];
  while (recv(fd, request, sizeof request, 0) > 0 && at < size) {
    length = std::min(length, size - at);
    std::string answer(reinterpret_cast<const char*>(data + at), length);
    if (right_transaction && answer.size() >= 7) {
      answer[0] = static_cast<char>(request[0]);
      answer[1] = static_cast<char>(request[1]);
      answer[2] = answer[3] = 0;
      answer[6] = static_cast<char>(request[6]);
    }
    send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    at += length;
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static const Listener listener;
  ModbusPlcConfig config;
  config.address = "127.0.0.1:" + std::to_string(listener.port);
  config.response_timeout_ms = 2;
  config.retry_min_ms = 60000;
  auto plc = connect_modbus_plc(config);
  LINEGUARD_CHECK(plc, "an address");
  std::thread other_side([&] {
    const int fd = accept(listener.fd, nullptr, nullptr);
    answer_all(fd, data, size);
    const linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
  });
  for (int turn = 0; turn < 2; ++turn) {
    const auto inputs = (*plc)->read_inputs();
    if (inputs) LINEGUARD_CHECK(inputs->serial.size() <= kTextChars && inputs->recipe.size() <= kTextChars, "texts");
    (void)(*plc)->write_outputs({});
  }
  plc->reset();
  other_side.join();
  return 0;
}
