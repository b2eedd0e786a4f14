// NameLookup: addresses of names. The operating system's look-up may hang for half a minute and cannot be called off:
// it runs on a thread of its own, one a name at a time, and nobody waits for it longer than wanted.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>

namespace lineguard::http {

// Addresses in numbers; blocks as long as it likes. Errors: unavailable.
using AskForName = std::function<Result<std::vector<std::string>>(const std::string& host)>;

// Thread-safe. May be destroyed while a look-up hangs.
class NameLookup {
 public:
  explicit NameLookup(AskForName ask);

  // An address in numbers is its own answer, and localhost is 127.0.0.1 (RFC 6761, section 6.3). Where a look-up of the
  // name is on its way already, waits for that one. Errors: timeout, unavailable.
  Result<std::vector<std::string>> find(const std::string& host, SteadyTime deadline);

  // What was found last; empty: nothing yet. What is known is looked up anew in the background.
  std::vector<std::string> known(const std::string& host);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The operating system's, shared by all clients of this process.
NameLookup& system_names();

}  // namespace lineguard::http
