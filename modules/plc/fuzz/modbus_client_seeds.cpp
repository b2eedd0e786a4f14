// Answers as a PLC gives them, into the folder named by the first argument.
#include <cstdint>
#include <filesystem>
#include <string>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>
#include <lineguard/plc/registers.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  using namespace lineguard::plc;
  LINEGUARD_CHECK(count == 2, "usage: modbus_client_fuzz_seeds FOLDER");
  PlcInputs inputs;
  inputs.trigger_number = 4711;
  inputs.serial = "S4711";
  inputs.ack = true;
  std::string read{
      0, 1, 0, 0, 0, static_cast<char>(3 + input_block().words * 2), 1, 3, static_cast<char>(input_block().words * 2)};
  for (const std::uint16_t word : encode_inputs(inputs)) {
    read += static_cast<char>(word >> 8);
    read += static_cast<char>(word & 0xff);
  }
  const std::string written{0, 2,
                            0, 0,
                            0, 6,
                            1, 16,
                            0, static_cast<char>(output_block().address),
                            0, static_cast<char>(output_block().words)};
  const std::string refused{0, 1, 0, 0, 0, 3, 1, static_cast<char>(0x83), 2};
  const auto length = static_cast<char>(0x80 | (read.size() / 2));  // see modbus_client_fuzz.cpp
  int number = 0;
  for (const std::string& answers : {length + read, length + read + written, std::string(1, '\x84') + refused}) {
    const auto file = std::filesystem::path(arguments[1]) / std::to_string(number++);
    LINEGUARD_CHECK(write_file_atomically(file, answers), "the seed was written");
  }
  return 0;
}
