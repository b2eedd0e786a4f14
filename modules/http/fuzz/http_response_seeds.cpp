// Answers of each kind, into the folder named by the first argument.
#include <filesystem>
#include <string>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  LINEGUARD_CHECK(count == 2, "usage: http_response_fuzz_seeds FOLDER");
  const std::string seeds[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 Busy\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
      "HTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nT: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n",
  };
  int number = 0;
  for (const std::string& seed : seeds) {
    const auto file = std::filesystem::path(arguments[1]) / std::to_string(number++);
    LINEGUARD_CHECK(write_file_atomically(file, seed), "the seed was written");
  }
  return 0;
}
