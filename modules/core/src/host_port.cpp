#include <charconv>

#include <fmt/format.h>

#include <lineguard/core/host_port.h>

namespace lineguard {

Result<HostPort> parse_host_port(std::string_view text) {
  const auto wrong = [&] {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("\"{}\" is no address: expected HOST:PORT with a port of 0 to 65535, "
                                  "e.g. 127.0.0.1:8080 or [::1]:8080",
                                  text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong();
  std::string_view host = text.substr(0, colon), port_text = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return wrong();
  int port = -1;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  const bool whole = error == std::errc() && end == port_text.data() + port_text.size();
  if (!whole || host.empty() || port < 0 || port > 65535) return wrong();
  return HostPort{std::string(host), static_cast<std::uint16_t>(port)};
}

std::string text_of(const HostPort& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace lineguard
