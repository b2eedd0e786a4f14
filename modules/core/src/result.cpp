#include <lineguard/core/result.h>

namespace lineguard {

Error Error::in(std::string_view context) const {
  return Error{code, std::string(context) + ": " + message};
}

}  // namespace lineguard
