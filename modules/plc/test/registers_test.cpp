#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/plc/registers.h>

namespace lineguard::plc {
namespace {

std::filesystem::path module_folder() {
  return std::filesystem::path(LINEGUARD_SOURCE_DIR) / "modules" / "plc";
}

PlcInputs some_inputs() {
  return {.trigger = true,
          .trigger_count = 65535,
          .trigger_number = 0x80010002,
          .serial = "C-0001",
          .lot = std::string(kTextChars, 'L'),
          .recipe = "odd",
          .ack = true,
          .result_taken = true,
          .ack_number = 0xFFFFFFFF,
          .line_running = true,
          .heartbeat = 7,
          .gate_number = 65536,
          .gate_pass_count = 70000,
          .gate_divert_count = 3};
}

PlcOutputs some_outputs(PartNumber number, bool ok) {
  return {.ready = true,
          .busy = true,
          .results_ready = true,
          .result_number = number,
          .ok = ok,
          .ng = !ok,
          .reason = ok ? Reason::good : Reason::defective,
          .stop_request = true,
          .recipe_active = "cell",
          .pass_count = 70000,
          .divert_count = 5,
          .missed_count = 6,
          .heartbeat = 65535};
}

TEST(Registers, InputsComeBackAsTheyWere) {
  const auto inputs = decode_inputs(encode_inputs(some_inputs()));
  ASSERT_TRUE(inputs) << inputs.error().message;
  EXPECT_EQ(*inputs, some_inputs());
  EXPECT_EQ(*decode_inputs(encode_inputs(PlcInputs{})), PlcInputs{});
}

TEST(Registers, OutputsComeBackAsTheyWere) {
  EXPECT_EQ(decode_outputs(encode_outputs(some_outputs(0x80010002, true))), some_outputs(0x80010002, true));
  EXPECT_EQ(decode_outputs(encode_outputs(PlcOutputs{})), PlcOutputs{});
}

TEST(Registers, TheIdentityComesBackBesideTheOutputs) {
  PlcOutputs outputs = some_outputs(4, true);
  outputs.station = {"press 3", 0x80010002, 0xFFFF0001};
  const auto back = decode_station(encode_station(outputs));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, outputs);
  EXPECT_TRUE(decode_station(Registers(station_block().words, 0))->station.empty()) << "a PLC that nobody wrote to";
  EXPECT_LE(station_block().words, 123);
}

TEST(Registers, HalfOfAnIdentityIsNobodys) {
  PlcOutputs one = some_outputs(4, true), other = one;
  one.station = {"one", 5, 0x11112222};
  other.station = {"other", 6, 0x33334444};
  const auto old_words = encode_station(one), new_words = encode_station(other);
  for (std::size_t cut = output_block().words + 1u; cut < old_words.size(); ++cut) {
    Registers torn = new_words;
    std::copy(old_words.begin() + static_cast<std::ptrdiff_t>(cut), old_words.end(),
              torn.begin() + static_cast<std::ptrdiff_t>(cut));
    const auto seen = decode_station(torn);
    EXPECT_TRUE(!seen || seen->station == one.station) << "cut at " << cut;  // what was cut off is the same in both
  }
}

TEST(Registers, BlocksFitIntoOneRequestAndDoNotOverlap) {
  EXPECT_LE(input_block().words, 125);
  EXPECT_LE(output_block().words, 123);
  int next = 0;
  const RegisterInfo* before = nullptr;
  for (const auto& info : all_registers()) {
    if (info.address == output_block().address && info.bit < 0) next = info.address;
    const bool same_word = before && before->bit >= 0 && info.bit > before->bit && info.address == before->address;
    EXPECT_TRUE(same_word || info.address == next) << info.name;
    const int words = info.type == "text" ? 16 : info.type == "u32" ? 2 : 1;
    if (!same_word) next = info.address + words;
    before = &info;
  }
}

TEST(Registers, AnyTornReadIsAnErrorOrAWholeTrigger) {
  auto before = some_inputs(), after = some_inputs();
  before.trigger_number = 0xFFFF;
  after.trigger_number = 0x10000;
  after.trigger_count = 0;
  after.serial = "C-0002";
  const auto old_words = encode_inputs(before), new_words = encode_inputs(after);
  for (std::size_t cut = 1; cut < old_words.size(); ++cut) {
    for (const bool front_is_new : {true, false}) {
      Registers torn = front_is_new ? new_words : old_words;
      const Registers& rest = front_is_new ? old_words : new_words;
      std::copy(rest.begin() + static_cast<std::ptrdiff_t>(cut), rest.end(),
                torn.begin() + static_cast<std::ptrdiff_t>(cut));
      const bool whole = torn == old_words || torn == new_words;  // what was cut off is the same in both
      EXPECT_EQ(decode_inputs(torn).ok(), whole) << "cut at " << cut;
    }
  }
}

// Through the handshake's cleared state and also straight from result to result. What the check can't tell apart are
// numbers that differ in their high word only: never both before one gate (kMaxPartsBeforeGate).
TEST(Registers, AnyTornWriteGivesNoOkForAnotherPartBeforeTheGate) {
  PlcOutputs cleared = some_outputs(0, false);
  cleared.results_ready = false;
  const std::vector<PlcOutputs> states = {cleared, some_outputs(4, true), some_outputs(5, false),
                                          some_outputs(0x40005, true)};
  // The words that carry a result: number (2), bits, check (2). Every mixture of two writes, word by word.
  const std::size_t at[] = {0, 1, 2, 27, 28};
  for (const auto& from : states) {
    for (const auto& to : states) {
      const auto old_words = encode_outputs(from), new_words = encode_outputs(to);
      for (unsigned mask = 0; mask < 32; ++mask) {
        Registers torn = old_words;
        for (unsigned i = 0; i < 5; ++i)
          if (mask >> i & 1) torn[at[i]] = new_words[at[i]];
        const auto seen = decode_outputs(torn);
        if (!seen.ok) continue;
        const auto low = [](PartNumber number) { return number & 0xFFFF; };
        EXPECT_TRUE((from.ok && low(seen.result_number) == low(from.result_number)) ||
                    (to.ok && low(seen.result_number) == low(to.result_number)))
            << "number " << seen.result_number << ", mask " << mask;
      }
    }
  }
}

TEST(Registers, AllZerosAreNoResultAndAllOnesNoPass) {
  const auto words = output_block().words;
  EXPECT_FALSE(decode_outputs(Registers(words, 0)).results_ready);
  EXPECT_FALSE(decode_outputs(Registers(words, 0xFFFF)).ok);
}

TEST(Registers, OutputsAreMadeSafeBeforeTheyLeave) {
  auto outputs = some_outputs(4, true);
  outputs.error = true;
  EXPECT_FALSE(decode_outputs(encode_outputs(outputs)).ok);
  EXPECT_TRUE(decode_outputs(encode_outputs(outputs)).ng);
  outputs = some_outputs(4, true);
  outputs.ng = true;
  EXPECT_FALSE(safe_outputs(outputs).ok);
  outputs = some_outputs(4, true);
  outputs.results_ready = false;
  EXPECT_FALSE(safe_outputs(outputs).ok);
  EXPECT_EQ(safe_outputs(outputs).result_number, 0u);
  outputs.recipe_active = std::string(40, 'x') + "\n";
  EXPECT_EQ(safe_outputs(outputs).recipe_active, std::string(kTextChars, 'x'));
}

TEST(Registers, ReadmeHoldsTheTableAsItIs) {
  const auto readme = read_text_file(module_folder() / "README.md");
  ASSERT_TRUE(readme) << readme.error().message;
  EXPECT_NE(readme->find(register_table_markdown()), std::string::npos)
      << "the register table in modules/plc/README.md is stale: run\n"
         "  build/bin/plc_table --update modules/plc/README.md";
}

// "  AckNumber       : UDINT;   // 4, a remark": the name and, after the comment's mark, the place.
std::map<std::string, std::string> places_in(const std::string& structured_text) {
  std::map<std::string, std::string> places;
  std::istringstream lines(structured_text);
  for (std::string line; std::getline(lines, line);) {
    const auto mark = line.find("// ");
    std::string name, colon;
    std::istringstream(line) >> name >> colon;
    if (mark == std::string::npos || colon != ":") continue;
    const auto place = line.substr(mark + 3);
    places.emplace(name, place.substr(0, place.find_first_not_of("0123456789.")));
  }
  return places;
}

TEST(Registers, StructuredTextPlacesEveryRegisterAsTheTableDoes) {
  const auto text = read_text_file(module_folder() / "st" / "lineguard_gate.st");
  ASSERT_TRUE(text) << text.error().message;
  const auto places = places_in(*text);
  for (const auto& info : all_registers()) {
    const std::string bit = info.bit < 0 ? "" : "." + std::to_string(info.bit);
    const auto found = places.find(std::string(info.name));
    ASSERT_NE(found, places.end()) << info.name << " is not declared";
    EXPECT_EQ(found->second, std::to_string(info.address) + bit) << info.name;
  }
}

TEST(HeartbeatWatch, IsStaleUntilTheFirstChangeAndAfterTheTimeout) {
  HeartbeatWatch watch(Milliseconds(500));
  SteadyTime now{};
  EXPECT_FALSE(watch.fresh(now));
  EXPECT_FALSE(watch.fresh(now, 3));
  EXPECT_FALSE(watch.fresh(now += Milliseconds(1), 3));
  EXPECT_TRUE(watch.fresh(now += Milliseconds(1), 4));
  EXPECT_TRUE(watch.fresh(now += Milliseconds(500), 4));
  EXPECT_FALSE(watch.fresh(now += Milliseconds(1), 4));
  EXPECT_TRUE(watch.fresh(now, 0)) << "any change is a beat, a wrap too";
}

}  // namespace
}  // namespace lineguard::plc
