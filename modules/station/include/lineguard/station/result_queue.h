// ResultQueue: decided parts on their way to the PLC, one at a time and in order, each until its Ack.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/types.h>

namespace lineguard::station {

// What the PLC is told of one part.
struct PartResult {
  PartNumber part = 0;
  Outcome outcome = Outcome::divert;
  Gate gate = Gate::reject;
  Reason reason = Reason::internal_error;
  bool operator==(const PartResult&) const = default;
};

// Pure. Not thread-safe.
class ResultQueue {
 public:
  // `ack_timeout` > 0: how long a result waits and stands, from push() on; an OK that comes much later is none.
  // `max_results` >= 1.
  ResultQueue(Milliseconds ack_timeout, std::size_t max_results)
      : ack_timeout_(ack_timeout), max_results_(max_results) {}

  // False where the queue is full: the PLC will not hear of this part, which is a divert.
  bool push(const PartResult& result, SteadyTime now);
  // What stands in the outputs now.
  std::optional<PartResult> shown() const;
  // The PLC's Ack for the number; false where that one does not stand in the outputs.
  bool acknowledge(PartNumber part);
  // Takes a result whose time is over away, and gives it.
  std::optional<PartResult> take_expired(SteadyTime now);
  // Takes all away: the link is gone.
  std::vector<PartResult> take_all();
  bool empty() const { return results_.empty(); }

 private:
  struct Waiting {
    PartResult result;
    SteadyTime until;
  };
  Milliseconds ack_timeout_;
  std::size_t max_results_;
  std::deque<Waiting> results_;  // the first one is shown
};

}  // namespace lineguard::station
