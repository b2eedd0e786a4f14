#include "name_lookup.h"

#include <mutex>
#include <netdb.h>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace lineguard::plc {
namespace {

bool is_number(const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
}

// Blocks for as long as the name server takes.
Result<std::string> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0)
    return make_error(ErrorCode::not_found, fmt::format("no address for the host {}: {}", host, gai_strerror(code)));
  char text[NI_MAXHOST] = "";
  const int named = getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  freeaddrinfo(found);
  if (named != 0) return make_error(ErrorCode::not_found, "no address for the host " + host);
  return std::string(text);
}

}  // namespace

struct NameLookup::Lookup {
  std::mutex mutex;  // over what follows
  bool under_way = false;
  std::optional<Result<std::string>> found;
};

NameLookup::NameLookup() : lookup_(std::make_shared<Lookup>()) {}

Result<std::string> NameLookup::find(const std::string& host) {
  if (is_number(host)) return host;
  std::lock_guard lock(lookup_->mutex);
  if (lookup_->found) {
    auto found = *lookup_->found;
    if (!found) lookup_->found.reset();
    return found;
  }
  if (!lookup_->under_way) {
    lookup_->under_way = true;
    std::thread([shared = lookup_, host] {
      auto found = look_up(host);
      std::lock_guard locked(shared->mutex);
      shared->found = std::move(found);
      shared->under_way = false;
    }).detach();
  }
  return make_error(ErrorCode::unavailable, fmt::format("the address of the host {} is being looked up", host));
}

void NameLookup::forget() {
  std::lock_guard lock(lookup_->mutex);
  lookup_->found.reset();
}

}  // namespace lineguard::plc
