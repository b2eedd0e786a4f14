// FakePlc: a PLC in this process, for tests: PlcProgram behind the Plc interface, with faults of the wire on demand.
#pragma once

#include <deque>
#include <mutex>
#include <utility>

#include <lineguard/plc/plc_program.h>

namespace lineguard::plc {

// Each call reads the clock and runs one scan first, so that time only passes where the test's clock does. With a
// ManualClock call step() after every advance of a few ms, as a PLC scans on its own. All functions are thread-safe.
class FakePlc final : public Plc {
 public:
  FakePlc(PlcProgramConfig config, Clock& clock);

  Result<PlcInputs> read_inputs() override;
  Result<void> write_outputs(const PlcOutputs& outputs) override;
  std::string name() const override { return "fake plc"; }

  void step();
  void start_line();
  bool finished() const;
  PlcCounts counts() const;
  PlcOutputs outputs() const;  // what the PLC holds as the station's word
  std::vector<GateRecord> take_records();

  // Faults. The next `n` calls fail with device_error; of a failed write the PLC saw nothing, unless lose_answers.
  void fail_reads(int n);
  void fail_writes(int n, bool lose_answers = false);
  void drop_acks(bool drop);              // results are taken, but Ack is never shown
  void delay_writes(Milliseconds delay);  // what is written reaches the PLC this much later
  void freeze_heartbeat(bool frozen);
  void have_identities(bool have);  // false: a PLC without those registers
  void restart();

 private:
  PlcInputs scan();  // REQUIRES: mutex_ is held

  Clock& clock_;
  mutable std::mutex mutex_;
  PlcProgram program_;
  PlcOutputs outputs_;
  std::deque<std::pair<SteadyTime, PlcOutputs>> underway_;
  PlcInputs inputs_;
  int failing_reads_ = 0, failing_writes_ = 0;
  bool lose_answers_ = false, drop_acks_ = false, identities_ = true;
  Milliseconds delay_{0};
};

}  // namespace lineguard::plc
