// Requests as the station sends them, into the folder named by the first argument.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>
#include <lineguard/plc/registers.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  using namespace lineguard::plc;
  LINEGUARD_CHECK(count == 2, "usage: modbus_server_fuzz_seeds FOLDER");
  const auto request = [](std::vector<int> pdu) {
    std::string frame{0, 1, 0, 0, 0, static_cast<char>(pdu.size() + 1), 1};
    for (const int byte : pdu) frame += static_cast<char>(byte);
    return frame;
  };
  const RegisterBlock inputs = input_block(), outputs = output_block();
  const std::string read = request({3, 0, inputs.address, 0, inputs.words});
  PlcOutputs result;
  result.results_ready = result.ok = true;
  result.result_number = 4711;
  result.recipe_active = "cells";
  std::vector<int> write{16, 0, outputs.address, 0, outputs.words, outputs.words * 2};
  for (const std::uint16_t word : encode_outputs(result)) {
    write.push_back(word >> 8);
    write.push_back(word & 0xff);
  }
  const std::string one = request({6, 0, outputs.address, 0, 7});
  int number = 0;
  for (const std::string& frames : {read, request(write), one, read + request(write) + one, request({1, 0, 0, 0, 1})}) {
    const auto file = std::filesystem::path(arguments[1]) / std::to_string(number++);
    LINEGUARD_CHECK(write_file_atomically(file, frames), "the seed was written");
  }
  return 0;
}
