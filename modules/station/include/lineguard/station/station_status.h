// What a running station says of itself: as JSON for pages and scripts, as Prometheus text for monitoring.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include <lineguard/core/types.h>
#include <lineguard/plc/plc.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/station/cycle_counters.h>

namespace lineguard::station {

// Times from trigger to decision. Memory does not grow: the newest kKept are kept for percentiles.
class DecisionTimes {
 public:
  static constexpr std::size_t kKept = 10000;
  static constexpr std::array<double, 12> kBounds_ms = {2, 5, 10, 20, 30, 40, 60, 80, 100, 200, 500, 1000};

  void add(double ms);
  double percentile(double share) const;  // 0 to 1, of the newest; 0 where there is none
  double max_ms() const { return max_ms_; }
  std::uint64_t count() const { return count_; }
  double sum_ms() const { return sum_ms_; }
  const std::array<std::uint64_t, 12>& up_to() const { return up_to_; }  // cumulative, by kBounds_ms

 private:
  std::deque<double> newest_;
  std::array<std::uint64_t, 12> up_to_{};
  std::uint64_t count_ = 0;
  double sum_ms_ = 0, max_ms_ = 0;
};

// The release that a station was started on, where its configuration requires one.
struct ReleaseState {
  bool required = false;
  std::int64_t number = 0;       // in the package's list
  std::string by, at, key_name;  // who allowed it, when (UTC), signed with which key
  std::string problem;           // why it does not hold any more, in words; empty: it does
};

// A snapshot. A copy is a value of its own.
struct StationStatus {
  std::string name, recipe, model_digest, operating_point, operating_point_digest;
  ReleaseState release;
  std::string state = "starting";  // starting, running, stopping, stopped
  bool plc_linked = false, ready = false, busy = false;
  plc::StationIdentity identity;  // in the PLC's registers; empty: not claimed, or the PLC has none
  std::string plc_problem;        // why it is not linked; empty: it is, or was not tried yet
  std::uint64_t late_writes_seen = 0;
  bool record_failing = false;
  std::string record_problem;  // the newest
  record::AnchorState anchors;
  std::uint64_t record_reserved_bytes = 0;
  bool record_disk_full = false;  // the reserve is in use: what follows may find no room
  std::size_t events_waiting = 0;
  std::uint64_t events_lost = 0;
  std::int64_t record_sequence = 0;
  CycleCounters counters;
  DecisionTimes times;          // of parts whose trigger was seen
  std::deque<Decision> newest;  // the last 20, the newest last
  std::string model_problem;    // of the model in this process: its files changed, or its self-test failed
  bool wrong_recipe = false;    // the PLC asks for another one
  std::string gate_alarm;       // what to do about a gate that did something else than decided; until the station's end
  std::uint64_t log_lines_dropped = 0;
};

// What a person should do now, in plain words; empty: nothing.
std::string instruction(const StationStatus& status);

std::string status_json(const StationStatus& status);   // lineguard.station_status/1, see docs/json.md
std::string metrics_text(const StationStatus& status);  // Prometheus text exposition 0.0.4

}  // namespace lineguard::station
