// GateWatch: what the gate did against what was decided, all the time. The PLC counts what it passed and diverted; the
// station knows what it decided for each number. Between two readings of the counts the difference names the parts, or
// bounds how many of them it concerns.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/types.h>
#include <lineguard/record/number_range.h>

namespace lineguard::station {

// The gate as the PLC says it.
struct GatePoint {
  PartNumber number = 0;  // the last part that came to it; means nothing while both counts are 0
  std::uint32_t passed = 0, diverted = 0;
  bool operator==(const GatePoint&) const = default;
  std::uint32_t parts() const { return passed + diverted; }
};

struct GateFinding {
  record::NumberRange within;      // the parts that came to the gate
  std::vector<PartNumber> passes;  // those of them that were decided `pass`
  std::uint32_t gate_passed = 0, gate_diverted = 0;
  std::uint64_t at_least = 0, at_most = 0;  // so many parts were handled otherwise than decided
  bool dangerous = false;                   // the gate passed what was not decided `pass`
  bool exact = false;                       // not dangerous: all of `passes` were diverted
  std::string detail;
};

// Pure. Not thread-safe. Numbers wrap; memory is bounded by the parts between camera and gate (kMaxPasses at most).
class GateWatch {
 public:
  // What is known of the time before: the gate then, and the parts that were decided `pass` since.
  void begin_at(const GatePoint& point) { last_ = point; }
  // Numbers up to this one were decided by nobody knows whom.
  void set_unknown_until(PartNumber number) { unknown_until_ = number; }

  // The effective decision for a part is `pass`. A part that has been at the gate already was diverted there.
  std::optional<GateFinding> on_pass(PartNumber part);
  // A reading of the PLC. At most one finding a reading; parts are compared once.
  std::optional<GateFinding> on_gate(SteadyTime now, const GatePoint& point);
  // What waits will not be compared: another station's parts are among what the gate counts from here on.
  std::optional<GateFinding> give_up(const std::string& detail);
  // The PLC numbers its parts anew; those of the old count may still come to the gate.
  void on_new_count();

  const std::optional<GatePoint>& last() const { return last_; }
  std::size_t waiting() const { return passes_.size() + old_passes_.size(); }

 private:
  GateFinding compare(const GatePoint& point);
  GateFinding compare_across_counts(const GatePoint& point);
  static std::optional<GateFinding> unsettled(std::vector<PartNumber> passes, const std::string& detail);
  std::vector<PartNumber> take_passes(const record::NumberRange& range);
  std::vector<PartNumber> take_of_both_counts(const record::NumberRange& range);
  static std::vector<PartNumber> take_range(std::deque<PartNumber>& from, const record::NumberRange& range,
                                            bool drop_behind);
  static void judge(GateFinding& finding, std::uint32_t numbers, std::uint32_t unknown);

  static constexpr std::size_t kMaxPasses = 100'000;
  std::optional<GatePoint> last_;      // compared up to here
  std::deque<PartNumber> passes_;      // decided, not at the gate yet; in order of decision
  std::deque<PartNumber> old_passes_;  // of the count before; they come to the gate first
  bool renumbered_ = false;            // the gate has not seen a number of the new count yet
  std::optional<GateFinding> next_;    // told with the next reading
  std::optional<PartNumber> unknown_until_;
  std::optional<SteadyTime> uneven_since_;
};

}  // namespace lineguard::station
