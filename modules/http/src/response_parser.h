// Bytes to an answer, by RFC 9112 read strictly: no sockets, no time, no threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <lineguard/core/result.h>
#include <lineguard/http/message.h>

namespace lineguard::http {

class ResponseParser {
 public:
  // `to_head`: the request was HEAD, whose answer has no body.
  ResponseParser(std::uint64_t max_body_bytes, bool to_head);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) = delete;

  // How many of the bytes were used; the caller gives the rest again, with what has come behind it. Answers of 1xx are
  // passed over.
  std::size_t put(std::string_view bytes);

  bool begun() const;  // a byte of an answer was seen
  bool done() const;
  // too_large (a body over the limit, by its length before it is read) or bad_answer: no HTTP, a length that is
  // missing, said twice or malformed, an unknown encoding, a head that is too large.
  const std::optional<Error>& error() const;
  Response& response();
  bool keep_alive() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t max_body_bytes_;
  bool to_head_, begun_ = false;
  int interim_ = 0;  // answers of 1xx so far
};

}  // namespace lineguard::http
