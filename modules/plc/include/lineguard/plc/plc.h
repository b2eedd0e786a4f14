// Plc: the station's side of the contract "Station <-> PLC". Values go in and out as whole blocks, so that a number and
// what belongs to it are never apart. The handshake, with its timing diagram, stands in modules/plc/README.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::plc {

// Which process of which station wrote the outputs. It travels in the same write as they do, so that the PLC can tell
// the word of its station from that of another one, or of an earlier process that woke up late.
struct StationIdentity {
  std::string id{};            // ASCII, at most kTextChars; empty: nobody, or a station that has no identity
  std::uint32_t epoch = 0;     // + 1 whenever a process takes the PLC over, wraps
  std::uint32_t instance = 0;  // random, tells two processes apart that took over at the same time
  bool operator==(const StationIdentity&) const = default;
  bool empty() const { return *this == StationIdentity{}; }
};
// True where `epoch` is a later one; right across the wrap.
constexpr bool is_later_epoch(std::uint32_t epoch, std::uint32_t than) {
  return static_cast<std::int32_t>(epoch - than) > 0;
}

// What the station says. write_outputs() makes it safe first: see safe_outputs().
struct PlcOutputs {
  bool ready = false;  // triggers will be inspected
  bool busy = false;   // a part is being inspected
  bool results_ready = false;
  PartNumber result_number = 0;  // this and ok, ng, reason mean something only with results_ready
  bool ok = false, ng = false;
  Reason reason = Reason::none;
  bool error = false;           // a failure of the station; implies NG for every part at the gate while it is set
  bool stop_request = false;    // asks PLC and operator to stop the line
  std::string recipe_active{};  // ASCII, at most kTextChars
  std::uint32_t pass_count = 0, divert_count = 0, missed_count = 0;  // decided by this station since its start
  std::uint16_t heartbeat = 0;  // the station changes it at least every 100 ms while its cycle lives
  StationIdentity station{};
  bool operator==(const PlcOutputs&) const = default;
};

// What the PLC says. One consistent snapshot: serial, lot and recipe are those of trigger_number.
struct PlcInputs {
  bool trigger = false;             // the pulse, for people; a poll may miss it. Use trigger_count
  std::uint16_t trigger_count = 0;  // + 1 with every trigger the PLC gave, wraps; a doubled one keeps its number
  PartNumber trigger_number = 0;    // of the last trigger; before the first one, the number before the first part's
  std::string serial{}, lot{}, recipe{};  // ASCII, at most kTextChars; empty: none
  bool ack = false;                       // the PLC has read result ack_number; low again once results_ready is low
  bool result_taken = false;              // with ack: that part is on its way to the gate and has this result
  PartNumber ack_number = 0;              // valid with ack
  bool line_running = false;              // the PLC gives triggers or still has parts before the gate
  std::uint16_t heartbeat = 0;            // changes while the PLC's program runs
  PartNumber gate_number = 0;             // the last part that passed the gate; valid once a count is above 0
  std::uint32_t gate_pass_count = 0, gate_divert_count = 0;  // what the gate did; kept over a PLC's restart
  // What the PLC holds as the station's word, read after all of the above. None: it has no registers for an identity.
  std::optional<PlcOutputs> held{};
  bool operator==(const PlcInputs&) const = default;
};

inline constexpr std::size_t kTextChars = 32;  // of serial, lot, recipe
inline constexpr Milliseconds kDefaultHeartbeatTimeout{500};

// The same outputs in their only safe reading: an error is NG; OK with NG or with error is NG; without results_ready
// there is no number, OK, NG or reason; texts are cut to kTextChars and anything but printable ASCII becomes '?'.
PlcOutputs safe_outputs(const PlcOutputs& outputs);
std::string register_text(std::string text);  // as a register holds it: cut, and with those '?'

// A PLC, real or simulated. Not thread-safe: one thread, the cycle's, reads and writes. Both calls block for one
// exchange at most (configured timeouts) and are to be called again after an error: the device reconnects by itself.
class Plc {
 public:
  virtual ~Plc() = default;

  // One snapshot; poll every 1 to 2 ms. Errors: device_error (no connection, no answer, or a torn block).
  virtual Result<PlcInputs> read_inputs() = 0;

  // Hands over all outputs in one exchange: the PLC sees all of them or none. After an error it is not known whether
  // the PLC saw them; writing the same values again is harmless. Errors: device_error.
  virtual Result<void> write_outputs(const PlcOutputs& outputs) = 0;

  virtual std::string name() const = 0;  // "modbus 127.0.0.1:1502", for messages
};

// Tells a living heartbeat from a stale one. Stale until the first change was seen. Not thread-safe.
class HeartbeatWatch {
 public:
  explicit HeartbeatWatch(Milliseconds timeout = kDefaultHeartbeatTimeout) : timeout_(timeout) {}
  // Call with every value read; true while the last change is at most `timeout` ago.
  bool fresh(SteadyTime now, std::uint16_t heartbeat);
  // The same without a new value: after a failed read.
  bool fresh(SteadyTime now) const;

 private:
  Milliseconds timeout_;
  std::optional<std::uint16_t> last_;
  std::optional<SteadyTime> changed_at_;
};

}  // namespace lineguard::plc
