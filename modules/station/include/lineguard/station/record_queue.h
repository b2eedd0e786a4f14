// RecordQueue: events on their way to the record, in order, one batch at a time; what could not be written waits.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/record/event.h>

namespace lineguard::station {

// Names one accepted trigger. Part numbers come again, tickets never.
using Ticket = std::uint64_t;
inline constexpr Ticket kNoTicket = 0;

// Pure bookkeeping, no I/O. Not thread-safe.
class RecordQueue {
 public:
  struct Settings {
    std::size_t max_waiting = 20000;  // events beyond it are lost, and counted
    std::size_t max_batch = 256;      // events in one transaction
    Milliseconds retry_pause{1000};   // after a failure, unless a pass waits
  };
  explicit RecordQueue(const Settings& settings) : settings_(settings) {}

  // `waiting_pass`: the ticket of the part whose OK waits for this event to be durable, else kNoTicket. False: the
  // queue is full, the event is lost.
  bool add(record::Entry entry, Ticket waiting_pass = kNoTicket);

  // Takes the pass out again; false where it is being written already.
  bool withdraw(Ticket waiting_pass);

  // The events to write now; empty while a batch is being written, nothing waits, or it is too early to try again.
  std::vector<record::Entry> take_batch(SteadyTime now);

  // How the batch ended. Gives the tickets of its passes: durable now, or (not ok) failed and out of the queue, while
  // the batch's other events wait for the next try.
  std::vector<Ticket> finish_batch(bool ok, SteadyTime now);

  std::size_t waiting() const { return waiting_.size(); }  // including the batch being written
  std::uint64_t lost() const { return lost_; }
  bool failing() const { return failing_; }  // the last batch could not be written, or set_failing
  void set_failing(bool failing) { failing_ = failing; }

 private:
  struct Item {
    record::Entry entry;
    Ticket waiting_pass = kNoTicket;
  };
  Settings settings_;
  std::deque<Item> waiting_;
  std::size_t in_batch_ = 0;  // the first ones of waiting_
  bool failing_ = false;
  SteadyTime retry_at_{};
  std::uint64_t lost_ = 0;
};

}  // namespace lineguard::station
