// Bytes to a request, by RFC 9112 read strictly: no sockets, no time, no threads.
#pragma once

#include "head_scan.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <lineguard/http/message.h>

namespace lineguard::http {

struct RequestLimits {
  std::uint64_t body_bytes = 64u << 20;
  // Told what the body will hold before it grows; false: there is no room.
  std::function<bool(std::uint64_t bytes)> may_hold = [](std::uint64_t) { return true; };
};

class RequestParser {
 public:
  explicit RequestParser(RequestLimits limits);
  ~RequestParser();
  RequestParser(RequestParser&&) = delete;

  // How many of the bytes were used; the caller gives the rest again, with what has come behind it. Stops behind the
  // head, so that it can be looked at before the body is read.
  std::size_t put(std::string_view bytes);

  bool begun() const;  // a byte of the request was seen
  bool head_done() const;
  bool done() const;
  // The answer to a request that cannot be read; nothing can be read behind it either.
  const std::optional<Response>& refusal() const;

  Request& request();
  // More than this, read at once, would belong to a next request.
  std::size_t wanted_bytes() const;
  unsigned version() const;  // 10 or 11
  bool keep_alive() const;
  bool expects_continue() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::http
