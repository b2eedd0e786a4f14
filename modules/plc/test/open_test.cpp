#include <gtest/gtest.h>

#include <lineguard/plc/open.h>

namespace lineguard::plc {
namespace {

Result<PlcConfig> read(const std::string& text) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_text(text, "station.toml"));
  ConfigReader table = reader.section("plc");
  PlcConfig config;
  read_config(table, config);
  LINEGUARD_TRY(reader.finish());
  return config;
}

TEST(OpenPlc, TheDriverIsModbusWhereNoneIsNamed) {
  const auto config = read("[plc]\nmodbus = \"127.0.0.1:1502\"\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->driver, "modbus");
  EXPECT_EQ(config->modbus.address, "127.0.0.1:1502");
  EXPECT_EQ(read("[plc]\naddress = \"127.0.0.1:1503\"\n").value().modbus.address, "127.0.0.1:1503");
}

TEST(OpenPlc, ProblemsNameFileLineAndKey) {
  const auto message = [](const std::string& text) {
    const auto config = read(text);
    return config ? std::string() : config.error().message;
  };
  EXPECT_NE(message("[plc]\n").find("plc.modbus is missing"), std::string::npos) << message("[plc]\n");
  const std::string unknown = message("[plc]\ndriver = \"opc\"\n");
  EXPECT_NE(unknown.find("station.toml:2: plc.driver = \"opc\" is not known, this build has: modbus"),
            std::string::npos)
      << unknown;
  const std::string foreign = message("[plc]\nmodbus = \"127.0.0.1:1\"\nrate = 5\n");
  EXPECT_NE(foreign.find("unknown key plc.rate"), std::string::npos) << foreign;
  EXPECT_EQ(open({.driver = "opc"}).error().code, ErrorCode::invalid_argument);
}

#ifdef LINEGUARD_PLC_SIMULATED
TEST(OpenPlc, TheSimulatedOneRunsALineOnTheStationsClock) {
  const auto config = read("[plc]\ndriver = \"simulated\"\nparts = 2\nrate = 10\ntravel_ms = 50\nlot = \"L\"\n");
  ASSERT_TRUE(config) << config.error().message;
  ManualClock clock;
  auto plc = open(*config, clock);
  ASSERT_TRUE(plc) << plc.error().message;
  PlcOutputs outputs{.ready = true};
  PlcInputs inputs;
  for (int ms = 0; ms < 600; ms += 2) {
    clock.advance(Milliseconds(2));
    ++outputs.heartbeat;
    ASSERT_TRUE((*plc)->write_outputs(outputs));
    inputs = (*plc)->read_inputs().value();
  }
  EXPECT_EQ(inputs.trigger_count, 2);
  EXPECT_EQ(inputs.trigger_number, 2u);
  EXPECT_EQ(inputs.lot, "L");
  EXPECT_EQ(inputs.gate_divert_count, 2u) << "without a result a part is diverted";
  EXPECT_FALSE(read("[plc]\ndriver = \"simulated\"\nrate = 0\n"));
}
#else
TEST(OpenPlc, ADriverThatIsNotBuiltNamesItsOption) {
  const auto config = read("[plc]\ndriver = \"simulated\"\n");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("-DLINEGUARD_PLC_SIMULATED=ON"), std::string::npos) << config.error().message;
  EXPECT_EQ(open({.driver = "simulated"}).error().code, ErrorCode::unsupported);
}
#endif

}  // namespace
}  // namespace lineguard::plc
