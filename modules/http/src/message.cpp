#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

#include <lineguard/http/message.h>

namespace lineguard::http {
namespace {

template <typename Message>
std::string_view find_header(const Message& message, std::string_view name) {
  const auto found = message.headers.find(name);
  return found == message.headers.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace

bool NameLess::operator()(std::string_view a, std::string_view b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) < std::tolower(y);
  });
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}
std::string_view Request::header(std::string_view name) const {
  return find_header(*this, name);
}
std::string_view Response::header(std::string_view name) const {
  return find_header(*this, name);
}

std::string_view Request::path_value(std::string_view name) const {
  const auto found =
      std::ranges::find(path_values, name, [](const auto& pair) { return std::string_view(pair.first); });
  return found == path_values.end() ? std::string_view{} : std::string_view(found->second);
}

std::vector<std::pair<std::string_view, std::string_view>> Request::parameters() const {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  const std::size_t start = target.find('?');
  std::string_view rest = start == std::string::npos ? std::string_view{} : std::string_view(target).substr(start + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    if (!pair.empty())
      found.emplace_back(pair.substr(0, equals), equals == std::string_view::npos ? "1" : pair.substr(equals + 1));
  }
  return found;
}

Response json_response(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

Response error_response(int status, std::string_view code, std::string_view message) {
  const nlohmann::ordered_json body = {{"error", message}, {"code", code}};
  // A message may quote bytes that a client sent: invalid UTF-8 is replaced, never thrown over.
  return json_response(status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace lineguard::http
