// Answers of each kind, into the folder named by the first argument.
#include "in_pieces.h"

int main(int count, char** arguments) {
  const std::string seeds[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 Busy\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
      "HTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nT: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n",
  };
  return lineguard::http::fuzz::write_seeds(std::span(arguments, static_cast<std::size_t>(count)), seeds);
}
