// Requests and responses as plain values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lineguard/core/clock.h>

namespace lineguard::http {

// Names compare without regard to case (RFC 9110, section 5.1).
struct NameLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};
using Headers = std::map<std::string, std::string, NameLess>;

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query as sent
  Headers headers;
  std::string body;

  // The server's own, for its handlers; a client leaves them alone.
  SteadyTime received{};                    // when the header was there
  SteadyTime deadline = SteadyTime::max();  // by X-Lineguard-Deadline-Ms: a later answer is of no use
  std::string id;                           // the client's X-Request-Id, or a new one; every answer carries it
  std::vector<std::pair<std::string, std::string>> path_values;  // of the route's names, percent-decoded

  std::string_view path() const;  // target without the query
  // The query's parameters in their order, with "1" for one without a value. They look into `target`, which must
  // outlive them. Percent-encoding is not undone: our parameters need none.
  std::vector<std::pair<std::string_view, std::string_view>> parameters() const;
  std::string_view header(std::string_view name) const;      // empty where absent
  std::string_view path_value(std::string_view name) const;  // of "{name}" in the route's path; empty where absent
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::string_view header(std::string_view name) const;
};

Response json_response(int status, std::string body);
// {"error": message, "code": code}: what every failing answer of ours looks like.
Response error_response(int status, std::string_view code, std::string_view message);

}  // namespace lineguard::http
