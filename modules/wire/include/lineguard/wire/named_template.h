// A template is sent once and then named by its digest (docs/api.md, docs/adr/0047).
#pragma once

#include <string>
#include <string_view>

#include <lineguard/http/message.h>

namespace lineguard::wire {

// Of a request with a field `template`: keep it under this digest. Of one without: use the template of this digest. Of
// an answer: the server has it.
inline constexpr const char* kTemplateHeader = "X-Lineguard-Template";
// The answer's status where a request names a template that the server does not have (any more): send it again.
inline constexpr int kUnknownTemplateStatus = 412;

// SHA-256 of an encoded picture's bytes; of pixels: of their Content-Type, a line break and their bytes.
std::string template_digest(std::string_view content_type, std::string_view bytes);

}  // namespace lineguard::wire
