#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/check.h>
#include <lineguard/http/router.h>

namespace lineguard::http {
namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_name(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::ranges::equal(pattern, path, [](const std::string& expected, const std::string& found) {
    return is_name(expected) ? !found.empty() : expected == found;
  });
}

// None: no percent-encoding (RFC 3986, section 2.1), or of a control character.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned char value = 0;
    const char* first = text.data() + i + 1;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(first, first + 2, value, 16);
    if (error != std::errc{} || end != first + 2 || value < 0x20 || value == 0x7f) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

bool takes(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

// RFC 9110, section 9.1, and PATCH.
bool is_known_method(std::string_view method) {
  constexpr std::array<std::string_view, 8> kMethods = {"GET",    "HEAD",    "POST",  "PUT",
                                                        "DELETE", "OPTIONS", "TRACE", "PATCH"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

Response wrong_method(const std::vector<std::string>& allowed) {
  std::string list;
  for (const std::string& method : allowed) {
    if (list.find(method) == std::string::npos) list += (list.empty() ? "" : ", ") + method;
  }
  Response response = error_response(405, "unsupported", "this address takes " + list);
  response.headers["Allow"] = std::move(list);
  return response;
}

}  // namespace

Response busy_response(std::string_view why) {
  Response response = error_response(503, "unavailable", why);
  response.headers["Retry-After"] = "1";
  return response;
}

std::optional<Response> refuse_what_never_fits(std::uint64_t bytes, std::uint64_t memory_bytes) {
  const std::uint64_t most = MemoryBudget::largest_request_bytes(memory_bytes);
  if (bytes <= most) return std::nullopt;
  return error_response(
      413, "too_large",
      fmt::format("this request would take {} MB of memory, one request may take {} MB", bytes >> 20, most >> 20));
}

std::optional<Response> Work::hold(std::uint64_t bytes) {
  const std::uint64_t all = body_bytes_ + bytes;
  if (auto never = refuse_what_never_fits(all, memory_.budget().limit_bytes())) return never;
  if (memory_.resize(all)) return std::nullopt;
  return busy_response("too much memory is in use by other requests; try again");
}

void Router::add(Route route) {
  LINEGUARD_CHECK(route.path.starts_with('/') && route.handler, "a route has a path and a handler");
  auto parts = parts_of(route.path);
  entries_.push_back({std::move(route), std::move(parts)});
}

void Router::get(std::string path, std::function<Response(const Request&)> handler) {
  Route route;
  route.method = "GET";
  route.path = std::move(path);
  route.handler = [handler = std::move(handler)](const Request& request, Work&) { return handler(request); };
  add(std::move(route));
}

void Router::get_always(std::string path, std::function<Response(const Request&)> handler) {
  get(std::move(path), std::move(handler));
  entries_.back().route.always = true;
}

void Router::set_authorizer(std::function<std::optional<Response>(const Request&, const Route&)> authorizer) {
  authorizer_ = std::move(authorizer);
}

std::variant<const Route*, Response> Router::find(Request& request) const {
  if (!is_known_method(request.method))
    return error_response(501, "unsupported", fmt::format("the method {} is not known here", request.method));
  const auto path = parts_of(request.path());
  std::vector<std::string> allowed;
  for (const Entry& entry : entries_) {
    if (!fits(entry.parts, path)) continue;
    if (!takes(entry.route, request.method)) {
      allowed.push_back(entry.route.method);
      continue;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (!is_name(entry.parts[i])) continue;
      auto value = percent_decoded(path[i]);
      if (!value) return error_response(400, "invalid_argument", fmt::format("\"{}\" is no part of a path", path[i]));
      request.path_values.emplace_back(entry.parts[i].substr(1, entry.parts[i].size() - 2), *std::move(value));
    }
    if (authorizer_) {
      if (auto refused = authorizer_(request, entry.route)) return *std::move(refused);
    }
    return &entry.route;
  }
  if (!allowed.empty()) return wrong_method(allowed);
  return error_response(404, "not_found",
                        fmt::format("there is nothing at {}{}", request.path(), hint_.empty() ? "" : "; " + hint_));
}

}  // namespace lineguard::http
