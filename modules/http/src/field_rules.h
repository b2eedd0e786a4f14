// What the header fields of one message may say together (RFC 9110 and 9112), for requests and answers alike.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <lineguard/http/message.h>

namespace lineguard::http {

// host[:port] as in Host and in targets; an empty one is one too.
bool is_host(std::string_view text);

struct FieldProblem {
  int status = 400;
  std::string message;
};

class FieldRules {
 public:
  // Adds a field to `headers`; values of a name that comes again are joined by ", ". What is wrong: a name that may
  // come only once comes again.
  std::optional<std::string> add(std::string_view name, std::string_view value, Headers& headers);

  // Transfer-Encoding and Content-Length: together, unknown, repeated or malformed.
  std::optional<FieldProblem> framing_problem(bool http_1_1) const;
  // Host, Expect and Content-Encoding.
  std::optional<FieldProblem> request_problem(bool http_1_1) const;

  bool has_length() const { return content_length_.has_value() || transfer_encoding_.has_value(); }

 private:
  std::optional<std::string> host_, content_length_, transfer_encoding_, expect_, content_encoding_;
};

}  // namespace lineguard::http
