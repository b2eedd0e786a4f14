#include "test_line.h"

#include <gtest/gtest.h>

#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/simulator.h>

namespace lineguard::plc {
namespace {

std::unique_ptr<PlcSimulator> simulator(const PlcSimulatorConfig& config = {}) {
  auto started = PlcSimulator::start(config);
  EXPECT_TRUE(started) << started.error().message;
  return std::move(started).value();
}

// Patient: the test machine may be slow, and no test here is about speed.
ModbusPlcConfig config_for(const std::string& address) {
  return {.address = address, .connect_timeout_ms = 5000, .response_timeout_ms = 5000, .retry_min_ms = 1};
}

std::unique_ptr<Plc> client(const std::string& address, Clock& clock = system_clock()) {
  auto plc = connect_modbus_plc(config_for(address), clock);
  EXPECT_TRUE(plc) << plc.error().message;
  return std::move(plc).value();
}

TEST(ModbusPlc, ReadsAndWritesOverLoopback) {
  PlcSimulatorConfig config;
  config.program.lot = "L7";
  config.program.first_number = 0x10000;
  const auto server = simulator(config);
  const auto plc = client(server->address());
  const auto inputs = plc->read_inputs();
  ASSERT_TRUE(inputs) << inputs.error().message;

  const PlcOutputs outputs{.busy = true, .recipe_active = "cell", .pass_count = 70000, .heartbeat = 9};
  ASSERT_TRUE(plc->write_outputs(outputs));
  while (server->state().station != outputs) std::this_thread::yield();
  EXPECT_EQ(plc->read_inputs()->lot, "L7");
  EXPECT_EQ(plc->read_inputs()->trigger_number, 0xFFFFu);
  EXPECT_EQ(plc->name(), "modbus " + server->address());
}

TEST(ModbusPlc, ReconnectsWhenTheConnectionWasCut) {
  const auto server = simulator();
  const auto plc = client(server->address());
  ASSERT_TRUE(plc->read_inputs());
  server->disconnect_clients();
  Result<PlcInputs> read = plc->read_inputs();
  while (read) read = plc->read_inputs();  // until the cut is noticed
  EXPECT_EQ(read.error().code, ErrorCode::device_error);
  while (!read) read = plc->read_inputs();
  EXPECT_TRUE(plc->write_outputs({}));
}

TEST(ModbusPlc, ReconnectsWhenThePlcCameBackAtTheSameAddress) {
  auto server = simulator();
  const std::string address = server->address();
  const auto plc = client(address);
  ASSERT_TRUE(plc->read_inputs());
  server.reset();
  EXPECT_FALSE(plc->read_inputs());
  server = simulator({.address = address});
  Result<void> written = plc->write_outputs({});
  while (!written) written = plc->write_outputs({});
  EXPECT_TRUE(plc->read_inputs());
}

TEST(ModbusPlc, BacksOffBetweenTriesAndSaysWhy) {
  std::string address;
  {
    const auto server = simulator();
    address = server->address();
  }
  ManualClock clock;
  auto config = config_for(address);
  config.retry_min_ms = 100;
  config.retry_max_ms = 150;
  const auto made = connect_modbus_plc(config, clock);
  ASSERT_TRUE(made);
  Plc& plc = **made;
  const auto message = [&] { return plc.read_inputs().error().message; };
  EXPECT_NE(message().find("connecting: Connection refused"), std::string::npos);
  clock.advance(Milliseconds(99));
  EXPECT_NE(message().find("next try in 1 ms (connecting: Connection refused)"), std::string::npos) << message();
  clock.advance(Milliseconds(1));
  EXPECT_EQ(message().find("next try"), std::string::npos);
  clock.advance(Milliseconds(149));
  EXPECT_NE(message().find("next try in 1 ms"), std::string::npos) << "doubled, but not above retry_max_ms";
}

TEST(ModbusPlc, RefusesWhatIsNoAddress) {
  for (const auto* text : {"", "plc", "plc:", ":502", "plc:99999", "plc:-1", "plc:5o2", "::1:502", "[]:502"}) {
    const auto plc = connect_modbus_plc({.address = text});
    ASSERT_FALSE(plc) << text;
    EXPECT_EQ(plc.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(plc.error().message.find("HOST:PORT"), std::string::npos);
  }
  EXPECT_EQ(parse_host_port("[::1]:502")->host, "::1");
  EXPECT_EQ(parse_host_port("plc.local:502")->port, 502);
}

TEST(ModbusPlc, ReadsItsConfiguration) {
  auto reader = ConfigReader::from_text("[plc]\naddress = '10.0.0.7:502'\nunit = 3\nretry_min_ms = 20", "station.toml");
  ASSERT_TRUE(reader);
  ModbusPlcConfig config;
  auto table = reader->section("plc");
  read_config(table, config);
  EXPECT_TRUE(reader->finish());
  EXPECT_EQ(config.address, "10.0.0.7:502");
  EXPECT_EQ(config.unit, 3);
  EXPECT_EQ(config.retry_min_ms, 20);
}

TEST(ModbusPlc, BadConfigurationNamesFileAndLine) {
  auto reader = ConfigReader::from_text("[plc]\naddress = '10.0.0.7'\nresponse_timeout_ms = -1", "station.toml");
  ModbusPlcConfig config;
  auto table = reader->section("plc");
  read_config(table, config);
  const auto finished = reader->finish();
  ASSERT_FALSE(finished);
  EXPECT_NE(finished.error().message.find("station.toml:2"), std::string::npos) << finished.error().message;
  EXPECT_NE(finished.error().message.find("station.toml:3"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::plc
