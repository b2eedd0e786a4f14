// Several named contents in one body: multipart/form-data (RFC 7578), as browsers and curl -F send it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>

namespace lineguard::http {

// Both point into the body, or into what it is made of.
struct Field {
  std::string_view content;
  std::string_view content_type = {};  // empty: none was said, application/octet-stream
};
using Fields = std::map<std::string, Field, std::less<>>;  // by their names

bool is_multipart(std::string_view content_type);

// REQUIRES a body that outlives the answer. Errors: invalid_argument (no boundary in the header, a part without a name,
// a name twice, a missing end, more than 16 parts).
Result<Fields> parse_multipart(std::string_view content_type, std::string_view body);

struct Multipart {
  std::string content_type;  // with its boundary, which none of the contents holds
  std::string body;
};
Multipart make_multipart(const Fields& fields);

}  // namespace lineguard::http
