#include <lineguard/station/result_queue.h>

namespace lineguard::station {

bool ResultQueue::push(const PartResult& result, SteadyTime now) {
  if (results_.size() >= max_results_) return false;
  results_.push_back({result, now + ack_timeout_});
  return true;
}

std::optional<PartResult> ResultQueue::shown() const {
  if (results_.empty()) return std::nullopt;
  return results_.front().result;
}

bool ResultQueue::acknowledge(PartNumber part) {
  if (results_.empty() || results_.front().result.part != part) return false;
  results_.pop_front();
  return true;
}

std::optional<PartResult> ResultQueue::take_expired(SteadyTime now) {
  if (results_.empty() || now < results_.front().until) return std::nullopt;
  const PartResult expired = results_.front().result;
  results_.pop_front();
  return expired;
}

std::vector<PartResult> ResultQueue::take_all() {
  std::vector<PartResult> all;
  for (const Waiting& waiting : results_) all.push_back(waiting.result);
  results_.clear();
  return all;
}

}  // namespace lineguard::station
