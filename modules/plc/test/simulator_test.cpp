#include "test_line.h"

#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/registers.h>
#include <lineguard/plc/simulator.h>

namespace lineguard::plc {
namespace {

using Frame = std::vector<std::uint8_t>;

std::unique_ptr<PlcSimulator> simulator(const PlcSimulatorConfig& config = {}, PlcSimulator::OnRecord on_record = {}) {
  auto started = PlcSimulator::start(config, std::move(on_record));
  EXPECT_TRUE(started) << started.error().message;
  return std::move(started).value();
}

// A client that sends bytes as they are.
class RawClient {
 public:
  explicit RawClient(const std::string& address) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(parse_host_port(address)->port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(fd_); }
  void send(const Frame& bytes) { ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // What came; empty when the connection was closed.
  Frame receive() {
    Frame bytes(512);
    const auto got = recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }

 private:
  int fd_;
};

Frame request(Frame pdu) {
  Frame frame{0, 1, 0, 0, 0, static_cast<std::uint8_t>(pdu.size() + 1), 1};
  frame.insert(frame.end(), pdu.begin(), pdu.end());
  return frame;
}

TEST(PlcSimulator, AnswersWhatItDoesNotAllowWithTheRightException) {
  const auto server = simulator();
  RawClient client(server->address());
  const struct {
    const char* what;
    Frame pdu;
    int exception;
  } cases[] = {
      {"read of a register that is in no block", {3, 0, 70, 0, 1}, 2},
      {"read across the end of a block", {3, 0, 60, 0, 10}, 2},
      {"read at the end of the address space", {3, 255, 255, 0, 1}, 2},
      {"write into the PLC's block", {6, 0, 0, 0, 1}, 2},
      {"write of many into the PLC's block", {16, 0, 0, 0, 1, 2, 0, 1}, 2},
      {"read of no register", {3, 0, 0, 0, 0}, 3},
      {"read of 126 registers", {3, 0, 0, 0, 126}, 3},
      {"read cut short", {3, 0, 0}, 3},
      {"write whose byte count is too small", {16, 0, 100, 0, 2, 2, 0, 0, 0, 0}, 3},
      {"write with less data than it says", {16, 0, 100, 0, 2, 4, 0, 0}, 3},
      {"write cut short", {16, 0, 100}, 3},
      {"a function that is not served", {1, 0, 0, 0, 1}, 1},
      {"an unknown function", {99}, 1},
  };
  for (const auto& each : cases) {
    client.send(request(each.pdu));
    const auto answer = client.receive();
    ASSERT_EQ(answer.size(), 9u) << each.what;
    EXPECT_EQ(answer[7], each.pdu[0] | 0x80) << each.what;
    EXPECT_EQ(answer[8], each.exception) << each.what;
  }
  client.send(request({3, 0, 0, 0, 2}));
  EXPECT_EQ(client.receive().size(), 13u) << "and goes on answering";
}

TEST(PlcSimulator, ClosesAConnectionThatIsNoModbusAndServesTheOthers) {
  const auto server = simulator();
  RawClient good(server->address());
  for (const Frame& bytes :
       {Frame{'G', 'E', 'T', ' ', '/', ' '}, Frame{0, 1, 0, 0, 0, 0}, Frame{0, 1, 0, 0, 255, 255}}) {
    RawClient bad(server->address());
    bad.send(bytes);
    EXPECT_TRUE(bad.receive().empty());
  }
  good.send(request({3, 0, 0, 0, 2}));
  EXPECT_EQ(good.receive().size(), 13u);
}

TEST(PlcSimulator, PutsAFrameTogetherFromPieces) {
  const auto server = simulator();
  RawClient client(server->address());
  for (const std::uint8_t byte : request({3, 0, 0, 0, 2})) client.send({byte});
  EXPECT_EQ(client.receive().size(), 13u);
}

TEST(PlcSimulator, RefusesOneClientTooMany) {
  const auto server = simulator({.max_clients = 1});
  RawClient first(server->address());
  first.send(request({3, 0, 0, 0, 2}));
  EXPECT_EQ(first.receive().size(), 13u);
  RawClient second(server->address());
  EXPECT_TRUE(second.receive().empty());
  first.send(request({3, 0, 0, 0, 2}));
  EXPECT_EQ(first.receive().size(), 13u);
}

TEST(PlcSimulator, SaysWhichAddressIsInUse) {
  const auto server = simulator();
  const auto second = PlcSimulator::start({.address = server->address()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_NE(second.error().message.find(server->address()), std::string::npos) << second.error().message;
}

TEST(PlcSimulator, RefusesAProgramOutOfRange) {
  PlcSimulatorConfig config;
  config.program.rate = -1;
  const auto server = PlcSimulator::start(config);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::invalid_argument);
}

// The whole handshake over the wire: a station that says OK to even parts, at once.
TEST(PlcSimulator, RunsALineThroughTheHandshake) {
  PlcSimulatorConfig config;
  config.program = test::fast_line(20);
  config.program.travel = Milliseconds(2000);  // far longer than the handshakes take on a slow machine
  config.program.heartbeat_timeout = Milliseconds(60000);
  config.program.doubled = {5};
  config.program.rushed = {9};
  std::mutex mutex;
  std::vector<GateRecord> records;
  const auto server = simulator(config, [&](const GateRecord& record) {
    std::lock_guard lock(mutex);
    records.push_back(record);
  });
  ModbusPlcConfig client_config{.address = server->address(), .connect_timeout_ms = 5000, .response_timeout_ms = 5000};
  const auto made = connect_modbus_plc(client_config);
  ASSERT_TRUE(made);
  Plc& plc = **made;

  PlcOutputs station{.ready = true};
  PartNumber answered = 0;
  while (!server->state().finished) {
    const auto inputs = plc.read_inputs();
    ASSERT_TRUE(inputs) << inputs.error().message;
    if (station.results_ready && inputs->ack && inputs->ack_number == station.result_number) {
      EXPECT_TRUE(inputs->result_taken);
      answered = station.result_number;
      station.results_ready = false;
    } else if (!station.results_ready && !inputs->ack && inputs->trigger_number > answered) {
      station.results_ready = true;
      station.result_number = answered + 1;
      station.ok = station.result_number % 2 == 0;
      station.ng = !station.ok;
    }
    ++station.heartbeat;
    ASSERT_TRUE(plc.write_outputs(station));
  }
  server->stop();
  ASSERT_EQ(records.size(), 20u);
  for (const auto& record : records)
    EXPECT_EQ(record.action, record.part_number % 2 == 0 ? GateAction::pass : GateAction::divert) << record.part_number;
  EXPECT_EQ(server->state().counts.passed, 10u);
  EXPECT_EQ(server->state().counts.results_taken, 20u);
}

TEST(PlcSimulator, DivertsEverythingWhenTheStationDies) {
  PlcSimulatorConfig config;
  config.program = test::fast_line(5);
  const auto server = simulator(config);
  {
    const auto plc = connect_modbus_plc({.address = server->address()});
    ASSERT_TRUE(plc);
    PlcOutputs station{.ready = true};
    while (!server->state().line_started) {
      ++station.heartbeat;
      (void)(*plc)->write_outputs(station);
    }
  }
  while (!server->state().finished) std::this_thread::yield();
  EXPECT_EQ(server->state().counts.diverted, 5u);
}

TEST(PlcSimulator, StopsWithClientsConnectedAndMayBeStoppedTwice) {
  const auto server = simulator();
  RawClient client(server->address());
  client.send({0, 1, 0});  // half a header
  server->stop();
  server->stop();
  EXPECT_TRUE(client.receive().empty());
}

}  // namespace
}  // namespace lineguard::plc
