// ChainCheck: finds the first event that does not follow from the one before it.
#pragma once

#include <optional>
#include <string>

#include <lineguard/record/record_reader.h>

namespace lineguard::record {

class ChainCheck {
 public:
  // `expected`: a head that was kept elsewhere.
  explicit ChainCheck(const std::optional<Head>& expected) : expected_(expected) {}
  bool accept(const Event& event);  // in order, from the first on; false: broken, and finished
  Verification finish();

 private:
  bool broken(std::int64_t sequence, std::string problem);
  std::optional<Head> expected_;
  Verification found_;
};

}  // namespace lineguard::record
