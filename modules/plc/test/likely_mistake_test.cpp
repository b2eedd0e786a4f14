// What a station says when the PLC's table is not where, or not as, it is read.
#include <thread>

#include <gtest/gtest.h>

#include <lineguard/plc/modbus_plc.h>
#include <lineguard/plc/simulator.h>

namespace lineguard::plc {
namespace {

PlcInputs some_inputs() {
  PlcInputs inputs;
  inputs.trigger_number = 0x0001ABCD;
  inputs.trigger_count = 0x1234;
  inputs.gate_pass_count = 7;
  inputs.lot = "L7";
  return inputs;
}

// What a station reads that looks `shift` registers beside the table.
Registers read_beside(const PlcInputs& inputs, WordOrder kept, int shift) {
  Registers table = encode_inputs(inputs);
  if (kept == WordOrder::low_first) swap_words(input_block(), table);
  table.insert(table.begin(), 1, 0);
  table.push_back(0);
  const auto first = table.begin() + 1 + shift;
  return {first, first + input_block().words};
}

TEST(LikelyMistake, NamesWhatToSet) {
  for (const WordOrder order : {WordOrder::high_first, WordOrder::low_first}) {
    const PlcInputs inputs = some_inputs();
    const auto mistake = [&](const Registers& registers) { return likely_mistake(registers, order, 100); };
    EXPECT_NE(mistake(read_beside(inputs, order, 1)).find("set plc.base_address = 99"), std::string::npos)
        << mistake(read_beside(inputs, order, 1));
    EXPECT_NE(mistake(read_beside(inputs, order, -1)).find("set plc.base_address = 101"), std::string::npos)
        << mistake(read_beside(inputs, order, -1));
    EXPECT_NE(mistake(Registers(input_block().words, 0)).find("registers 100 to 162 are all zero"), std::string::npos);
    const WordOrder other = order == WordOrder::high_first ? WordOrder::low_first : WordOrder::high_first;
    EXPECT_NE(mistake(read_beside(inputs, other, 0)).find("set plc.word_order = \"" + std::string(to_string(other))),
              std::string::npos);
    EXPECT_NE(mistake(read_beside({}, order, 1)).find("set plc.base_address = 99"), std::string::npos)
        << "before the first trigger";
    EXPECT_NE(mistake(read_beside({}, order, -1)).find("set plc.base_address = 101"), std::string::npos);
    Registers torn = read_beside(inputs, order, 0);
    torn[1] ^= 0x10;
    EXPECT_NE(mistake(torn).find("read while it changed"), std::string::npos) << mistake(torn);
  }
}

TEST(LikelyMistake, SwappingTwiceChangesNothingAndTextStays) {
  PlcOutputs outputs{.pass_count = 70000};
  outputs.recipe_active = "cell";
  outputs.station = {"station 1", 3, 0xABCD1234};
  const Registers registers = encode_station(outputs);
  Registers swapped = registers;
  swap_words(station_block(), swapped);
  EXPECT_NE(swapped, registers);
  EXPECT_EQ(swapped[11], registers[11]) << "RecipeActive is text";
  swap_words(station_block(), swapped);
  EXPECT_EQ(swapped, registers);
}

std::unique_ptr<PlcSimulator> start(const PlcTable& table) {
  PlcSimulatorConfig config;
  config.table = table;
  config.program.first_number = 0x20001;
  config.program.parts = 1;
  config.program.lot = "L7";
  auto started = PlcSimulator::start(config);
  EXPECT_TRUE(started) << started.error().message;
  return std::move(*started);
}

ModbusPlcConfig config_for(const PlcSimulator& simulator) {
  return {.address = simulator.address(), .connect_timeout_ms = 5000, .response_timeout_ms = 5000, .retry_min_ms = 1};
}

// After the first trigger: before it, swapped words cannot be told from others.
std::string mistake_found(const PlcTable& table, ModbusPlcConfig config) {
  const auto simulator = start(table);
  config.address = simulator->address();
  config.connect_timeout_ms = 5000;
  if (config.response_timeout_ms == ModbusPlcConfig{}.response_timeout_ms) config.response_timeout_ms = 5000;
  const auto right = [&] {
    ModbusPlcConfig same = config;
    same.base_address = table.base_address;
    same.word_order = table.word_order;
    same.unit = table.unit >= 0 ? table.unit : 1;
    return look_at_modbus_plc(same);
  };
  simulator->start_line();
  const auto triggered = [&] {
    const auto look = right();
    return look && look->mistake.empty() && look->values.front() == "TriggerNumber = 131073";
  };
  while (!table.all_zero && !triggered()) std::this_thread::yield();
  const auto look = look_at_modbus_plc(config);
  return look ? look->mistake : look.error().message;
}

TEST(ModbusLook, ReadsTheTableWhereItStands) {
  const PlcTable table{.base_address = 1000, .word_order = WordOrder::low_first, .unit = 7};
  const auto simulator = start(table);
  ModbusPlcConfig config = config_for(*simulator);
  config.base_address = 1000;
  config.word_order = WordOrder::low_first;
  config.unit = 7;
  auto plc = connect_modbus_plc(config);
  ASSERT_TRUE(plc);
  while (!(*plc)->read_inputs()) std::this_thread::yield();  // until its first scan
  EXPECT_EQ((*plc)->read_inputs()->lot, "L7");
  EXPECT_EQ((*plc)->read_inputs()->trigger_number, 0x20000u);
  PlcOutputs outputs{.busy = true, .pass_count = 70000, .heartbeat = 9};
  outputs.station = {"station 1", 1, 2};
  ASSERT_TRUE((*plc)->write_outputs(outputs));
  while (simulator->state().station != outputs) std::this_thread::yield();
  const auto look = look_at_modbus_plc(config);
  ASSERT_TRUE(look) << look.error().message;
  EXPECT_EQ(look->mistake, "");
  EXPECT_EQ(look->values.front(), "TriggerNumber = 131072");
}

TEST(ModbusLook, NamesTheLikelyMistake) {
  const PlcTable elsewhere{.base_address = 10};
  EXPECT_NE(mistake_found(elsewhere, {.base_address = 9}).find("set plc.base_address = 10"), std::string::npos);
  EXPECT_NE(mistake_found(elsewhere, {.base_address = 11}).find("set plc.base_address = 10"), std::string::npos);
  EXPECT_NE(mistake_found({.word_order = WordOrder::low_first}, {}).find("set plc.word_order = \"low first\""),
            std::string::npos);
  EXPECT_NE(mistake_found({.all_zero = true}, {}).find("are all zero"), std::string::npos);
  EXPECT_NE(mistake_found({}, {.base_address = 500}).find("exception 2"), std::string::npos);
}

// Read one register behind, such a table fits its check word.
TEST(ModbusLook, FindsAShiftBeforeTheFirstTrigger) {
  PlcSimulatorConfig simulated;
  simulated.table.base_address = 10;
  const auto simulator = PlcSimulator::start(simulated);
  ASSERT_TRUE(simulator);
  for (const int base : {9, 11}) {
    ModbusPlcConfig config = config_for(**simulator);
    config.base_address = base;
    auto look = look_at_modbus_plc(config);
    while (look && look->mistake.find("are all zero") != std::string::npos) look = look_at_modbus_plc(config);
    ASSERT_TRUE(look) << look.error().message;
    EXPECT_NE(look->mistake.find("set plc.base_address = 10"), std::string::npos) << look->mistake;
  }
}

TEST(ModbusLook, AsksWhichUnitAnswers) {
  const std::string found = mistake_found({.unit = 1}, {.unit = 9, .response_timeout_ms = 300});
  EXPECT_NE(found.find("unit 9 does not answer within 300 ms"), std::string::npos) << found;
  EXPECT_NE(found.find("set plc.unit = 1"), std::string::npos) << found;
}

TEST(ModbusPlc, SaysThatWritesAreRefused) {
  const auto simulator = start({.refuse_writes = true});
  auto plc = connect_modbus_plc(config_for(*simulator));
  ASSERT_TRUE(plc);
  const auto written = (*plc)->write_outputs({});
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("exception 1 (Illegal function): the PLC refuses writes"), std::string::npos)
      << written.error().message;
}

}  // namespace
}  // namespace lineguard::plc
