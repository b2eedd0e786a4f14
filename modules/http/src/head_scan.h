// The text of a message's head, read strictly (RFC 9112, section 2.2): lines end with CR LF and nothing else, none is
// folded, none holds a control character. What two readers could understand differently is refused.
#pragma once

#include <cstddef>
#include <string_view>

namespace lineguard::http {

class HeadScan {
 public:
  static constexpr std::size_t kMostBytes = 16 * 1024, kMostLines = 128;
  enum class State { incomplete, complete, malformed, too_large };

  // `bytes`: those of the last call and what has come behind them.
  State look(std::string_view bytes);
  std::size_t size() const { return size_; }        // of a complete head, with its empty line
  const char* problem() const { return problem_; }  // of one that is malformed

 private:
  State step(std::string_view bytes);
  State malformed(const char* problem);

  std::size_t at_ = 0, line_start_ = 0, lines_ = 0, size_ = 0;
  const char* problem_ = "";
};

}  // namespace lineguard::http
