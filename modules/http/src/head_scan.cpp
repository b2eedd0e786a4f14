#include "head_scan.h"

namespace lineguard::http {

HeadScan::State HeadScan::malformed(const char* problem) {
  problem_ = problem;
  return State::malformed;
}

HeadScan::State HeadScan::step(std::string_view bytes) {
  const auto c = static_cast<unsigned char>(bytes[at_]);
  const bool after_cr = at_ > line_start_ && bytes[at_ - 1] == '\r';
  if (after_cr != (c == '\n')) return malformed("a line must end with CR LF, and neither may stand elsewhere");
  if (c == '\n') {
    if (at_ == line_start_ + 1 && lines_ > 0) {
      size_ = at_ + 1;
      return State::complete;
    }
    line_start_ = at_ + 1;
    return ++lines_ > kMostLines ? State::too_large : State::incomplete;
  }
  if ((c == ' ' || c == '\t') && at_ == line_start_) return malformed("a line begins with a space");
  if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) return malformed("a control character");
  return State::incomplete;
}

HeadScan::State HeadScan::look(std::string_view bytes) {
  for (; at_ < bytes.size(); ++at_) {
    if (at_ >= kMostBytes) return State::too_large;
    if (const State state = step(bytes); state != State::incomplete) return state;
  }
  return State::incomplete;
}

}  // namespace lineguard::http
