// A first line as Content-Type, the rest as body: what parses comes back whole when it is put together again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <lineguard/core/check.h>
#include <lineguard/http/multipart.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lineguard;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(all.find('\n'), all.size());
  const auto body = all.substr(std::min(end + 1, all.size()));
  const auto fields = http::parse_multipart(all.substr(0, end), body);
  if (!fields) return 0;
  const auto lies_in_body = [&body](std::string_view text) {
    return text.empty() || (text.data() >= body.data() && text.data() + text.size() <= body.data() + body.size());
  };
  for (const auto& [name, field] : *fields)
    LINEGUARD_CHECK(lies_in_body(field.content) && lies_in_body(field.content_type), "a field lies in the body");
  return 0;
}
