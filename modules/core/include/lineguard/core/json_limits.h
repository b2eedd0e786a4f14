// Refuses JSON that is too long, too deep or has too many values, without building anything: call it on text of
// somebody else's before the JSON library sees it, since libraries walk their trees recursively.
#pragma once

#include <string_view>

#include <lineguard/core/limits.h>
#include <lineguard/core/result.h>

namespace lineguard {

// One pass, constant memory. Not a validation: text that is no JSON passes, for the library to refuse.
// Errors: too_large, with what was found and what is allowed.
Result<void> check_json_limits(std::string_view text, const limits::Nesting& allowed);

}  // namespace lineguard
