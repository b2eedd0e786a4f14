// PlcOwnership: one station a PLC. Modbus has no "write if nobody else did", so the registers hold who wrote last, and
// every station reads that back in each cycle, before it takes a trigger or writes a result.
//
// The rules (simulated with any interleaving of two stations in test/ownership_test.cpp):
// - A PLC whose holder still lives (its heartbeat changes) is not touched: the station ends, with words.
// - A silent holder of the same id is followed, with the next epoch. Another id only with `take_over`, once.
// - A claim counts after it was read back for `settle`: of two that claim at once the one that wrote last remains.
// - Who reads another identity than its own ends. Only what an earlier process of the same station, or the one that was
//   taken over, writes late is written over.
// - A write that ended so late that another process may have taken over meanwhile makes its own state doubtful: nothing
//   is written or decided until the registers were its own for `settle` again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/plc/plc.h>

namespace lineguard::station {

// Pure: no I/O, no threads. Not thread-safe.
class PlcOwnership {
 public:
  struct Settings {
    std::string id;  // of the station
    std::uint32_t instance = 0;
    bool take_over = false;    // also from another id; used up by the first claim
    Milliseconds silent{600};  // a heartbeat that stands still for as long is nobody's; > the PLC's 500 ms
    Milliseconds settle{250};  // > read_is_fresh and the time of a write
    Milliseconds read_is_fresh{100};
    Milliseconds late_write{300};  // < silent
  };
  enum class State { observing, claiming, owner, doubtful, lost };

  explicit PlcOwnership(Settings settings);

  // What the PLC holds as the station's word; the read began at `begun`.
  void on_read(SteadyTime begun, SteadyTime now, const plc::PlcOutputs& held);
  // The PLC has no registers for it, by setting: everybody is the owner.
  void on_read_without_identity();
  // A write of ours ended, well or not.
  void on_written(SteadyTime now);

  State state() const { return state_; }
  bool owns() const { return state_ == State::owner; }
  // A claim is to be written, or the owner's outputs; not while the last read is too old to know.
  bool may_write(SteadyTime now) const;
  // The registers hold something else than what we wrote last: write all again.
  bool must_rewrite() const { return overwritten_; }
  // Ours; empty until claimed.
  const plc::StationIdentity& identity() const { return mine_; }
  // Whose it was when we claimed it; empty: nobody's.
  const plc::StationIdentity& predecessor() const { return predecessor_; }
  bool took_over_another() const { return !predecessor_.empty() && predecessor_.id != settings_.id; }
  // Why it is lost, in words.
  const std::string& problem() const { return problem_; }
  std::uint64_t late_writes_seen() const { return late_writes_seen_; }

 private:
  void observe(SteadyTime now, const plc::PlcOutputs& held);
  void claim();
  void on_own(SteadyTime now);
  void on_foreign(const plc::StationIdentity& found);
  void lose(std::string problem);

  Settings settings_;
  State state_ = State::observing;
  plc::StationIdentity mine_, predecessor_;
  std::optional<plc::PlcOutputs> seen_;  // observing: what stands still
  SteadyTime still_since_{};
  std::optional<SteadyTime> own_since_;  // claiming, doubtful: read back without a break
  std::optional<SteadyTime> last_read_;  // begun then
  bool overwritten_ = false;
  std::uint64_t late_writes_seen_ = 0;
  std::string problem_;
};

}  // namespace lineguard::station
