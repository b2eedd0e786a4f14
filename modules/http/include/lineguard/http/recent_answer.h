// RecentAnswer: an answer that is computed now and then, however often it is asked for. A flood of requests for a
// status or for metrics costs what they watch nothing more than a few computations a second.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include <lineguard/core/clock.h>
#include <lineguard/http/message.h>

namespace lineguard::http {

// Thread-safe.
class RecentAnswer {
 public:
  explicit RecentAnswer(std::function<Response()> compute, Milliseconds oldest = Milliseconds(50),
                        Clock& clock = system_clock());
  // Never older than `oldest`.
  Response get();

 private:
  const std::function<Response()> compute_;
  const Milliseconds oldest_;
  Clock& clock_;
  std::mutex mutex_;
  std::optional<Response> newest_;
  SteadyTime computed_{};
};

}  // namespace lineguard::http
