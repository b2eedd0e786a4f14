// A host's name as an address in numbers, looked up in a thread of its own: a silent name server stops nobody.
#pragma once

#include <memory>
#include <string>

#include <lineguard/core/result.h>

namespace lineguard::plc {

// Not thread-safe. At most one lookup is under way; its thread ends by itself.
class NameLookup {
 public:
  NameLookup();
  // Numbers are given back as they are. For a name: unavailable until its lookup has ended, then what it found, until
  // forget(); not_found where it found nothing (and the next call looks again).
  Result<std::string> find(const std::string& host);
  void forget();

 private:
  struct Lookup;
  std::shared_ptr<Lookup> lookup_;  // the thread's too
};

}  // namespace lineguard::plc
