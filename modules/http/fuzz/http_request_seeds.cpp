// Requests of each kind, into the folder named by the first argument.
#include "in_pieces.h"

int main(int count, char** arguments) {
  const std::string seeds[] = {
      "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http://a:80/b?c=d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "\r\nPOST /v1/inspect/cells HTTP/1.1\r\nHost: x:1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabcGET /",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nT: 1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n\r\n",
  };
  return lineguard::http::fuzz::write_seeds(std::span(arguments, static_cast<std::size_t>(count)), seeds);
}
