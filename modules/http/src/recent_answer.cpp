#include <utility>

#include <lineguard/http/recent_answer.h>

namespace lineguard::http {

RecentAnswer::RecentAnswer(std::function<Response()> compute, Milliseconds oldest, Clock& clock)
    : compute_(std::move(compute)), oldest_(oldest), clock_(clock) {}

Response RecentAnswer::get() {
  std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.now();
  if (!newest_ || now - computed_ > oldest_) {
    newest_ = compute_();
    computed_ = now;
  }
  return *newest_;
}

}  // namespace lineguard::http
