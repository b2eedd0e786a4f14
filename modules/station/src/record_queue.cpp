#include <algorithm>
#include <utility>

#include <lineguard/station/record_queue.h>

namespace lineguard::station {

bool RecordQueue::add(record::Entry entry, Ticket waiting_pass) {
  if (waiting_.size() >= settings_.max_waiting) {
    ++lost_;
    return false;
  }
  waiting_.push_back({std::move(entry), waiting_pass});
  return true;
}

bool RecordQueue::withdraw(Ticket waiting_pass) {
  const auto not_in_batch = waiting_.begin() + static_cast<std::ptrdiff_t>(in_batch_);
  const auto found =
      std::find_if(not_in_batch, waiting_.end(), [&](const Item& item) { return item.waiting_pass == waiting_pass; });
  if (found == waiting_.end()) return false;
  waiting_.erase(found);
  return true;
}

std::vector<record::Entry> RecordQueue::take_batch(SteadyTime now) {
  std::vector<record::Entry> batch;
  if (in_batch_ > 0 || waiting_.empty()) return batch;
  const bool pass_waits =
      std::any_of(waiting_.begin(), waiting_.end(), [](const Item& item) { return item.waiting_pass != kNoTicket; });
  if (failing_ && !pass_waits && now < retry_at_) return batch;
  in_batch_ = std::min(waiting_.size(), settings_.max_batch);
  for (std::size_t i = 0; i < in_batch_; ++i) batch.push_back(waiting_[i].entry);
  return batch;
}

std::vector<Ticket> RecordQueue::finish_batch(bool ok, SteadyTime now) {
  std::vector<Ticket> passes;
  std::deque<Item> kept;
  for (std::size_t i = 0; i < in_batch_; ++i) {
    Item& item = waiting_[i];
    if (item.waiting_pass != kNoTicket) {
      passes.push_back(item.waiting_pass);
    } else if (!ok) {
      kept.push_back(std::move(item));
    }
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(in_batch_));
  waiting_.insert(waiting_.begin(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
  in_batch_ = 0;
  failing_ = !ok;
  if (!ok) retry_at_ = now + settings_.retry_pause;
  return passes;
}

}  // namespace lineguard::station
