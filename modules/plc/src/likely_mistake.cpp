#include <algorithm>

#include <fmt/format.h>

#include <lineguard/plc/registers.h>

namespace lineguard::plc {
namespace {

// TriggerNumber stands at 0, TriggerCount and TriggerCheck at the block's end: that they fit is no accident.
constexpr std::size_t kCount = 60, kCheck = 61;

std::uint16_t inverted(int word) {
  return static_cast<std::uint16_t>(~word);
}

// What was read at address n is what the PLC keeps at n + 1: the first word of the number is missing. A torn block in
// the right place looks so, too, unless there is a count, or nothing behind the table.
bool begins_before(std::span<const std::uint16_t> words, WordOrder order) {
  const int guarded = order == WordOrder::high_first ? words[0] ^ words[kCount - 1] : words[0];
  return words[kCheck] == inverted(guarded) && (words[kCount - 1] != 0 || words[kCheck + 1] == 0);
}

// What was read at address n is what the PLC keeps at n - 1: the last word of the check is missing. In the right place
// the check's first word would be the inverted first word of the number.
bool begins_behind(std::span<const std::uint16_t> words, WordOrder order) {
  const int guarded = order == WordOrder::high_first ? words[1] : words[1] ^ words[kCheck];
  return words[kCheck + 1] == inverted(guarded) && words[kCheck] != inverted(words[0]);
}

bool fits(std::span<const std::uint16_t> words, WordOrder order) {
  Registers registers(words.begin(), words.end());
  if (order == WordOrder::low_first) swap_words(input_block(), registers);
  const auto inputs = decode_inputs(registers);
  // A table of zeros that is shifted fits, too: as if 65535 triggers had been for part 0.
  return inputs && !(inputs->trigger_number == 0 && inputs->trigger_count == 0xFFFF);
}

std::string set_base(int base, int by) {
  return base + by < 0 ? "the PLC's table must move up by one register"
                       : fmt::format("set plc.base_address = {}", base + by);
}

}  // namespace

std::string likely_mistake(std::span<const std::uint16_t> registers, WordOrder order, int base) {
  LINEGUARD_CHECK(registers.size() == input_block().words, "a whole block of the PLC's");
  if (std::ranges::all_of(registers, [](std::uint16_t word) { return word == 0; }))
    return fmt::format(
        "registers {} to {} are all zero: the PLC's program does not run or does not fill this table, or its table "
        "stands elsewhere (plc.base_address) or belongs to another unit (plc.unit)",
        base, base + input_block().words - 1);
  const WordOrder other = order == WordOrder::high_first ? WordOrder::low_first : WordOrder::high_first;
  if (fits(registers, other))
    return fmt::format("the two words of each 32-bit value are swapped: set plc.word_order = \"{}\"", to_string(other));
  if (begins_before(registers, order))
    return "the table is shifted by one register, the PLC's begins one before: " + set_base(base, -1);
  if (begins_behind(registers, order))
    return "the table is shifted by one register, the PLC's begins one behind: " + set_base(base, 1);
  return "the block was read while it changed, or it is not this table (modules/plc/README.md)";
}

}  // namespace lineguard::plc
