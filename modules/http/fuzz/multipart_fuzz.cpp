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
  for (const auto& [name, content] : *fields)
    LINEGUARD_CHECK(content.empty() ||
                        (content.data() >= body.data() && content.data() + content.size() <= body.data() + body.size()),
                    "a field lies in the body");
  return 0;
}
