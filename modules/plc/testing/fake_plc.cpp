#include <lineguard/plc/registers.h>
#include <lineguard/plc/testing/fake_plc.h>

namespace lineguard::plc {
namespace {

Error injected(std::string_view what) {
  return make_error(ErrorCode::device_error, "fake plc: injected failure of a " + std::string(what));
}

}  // namespace

FakePlc::FakePlc(PlcProgramConfig config, Clock& clock) : clock_(clock), program_(std::move(config)) {}

// What was underway arrives first; a write that arrives in this scan counts in this scan, as on the wire.
PlcInputs FakePlc::scan() {
  const SteadyTime now = clock_.now();
  while (!underway_.empty() && underway_.front().first <= now) {
    outputs_ = std::move(underway_.front().second);
    underway_.pop_front();
  }
  inputs_ = program_.step(now, outputs_);
  if (drop_acks_) inputs_.ack = inputs_.result_taken = false;
  return inputs_;
}

Result<PlcInputs> FakePlc::read_inputs() {
  std::lock_guard lock(mutex_);
  scan();
  if (failing_reads_ > 0) {
    --failing_reads_;
    return injected("read");
  }
  auto inputs = decode_inputs(encode_inputs(inputs_));
  if (inputs && identities_) inputs->held = outputs_;
  return inputs;
}

Result<void> FakePlc::write_outputs(const PlcOutputs& outputs) {
  std::lock_guard lock(mutex_);
  scan();  // with the outputs before these: a part whose time has come does not get a result that came after it
  const bool fails = failing_writes_ > 0;
  if (fails) --failing_writes_;
  if (!fails || lose_answers_) {
    PlcOutputs arriving = *decode_station(encode_station(outputs));
    if (!identities_) arriving.station = {};
    underway_.emplace_back(clock_.now() + delay_, std::move(arriving));
    scan();
  }
  if (fails) return injected("write");
  return {};
}

void FakePlc::step() {
  std::lock_guard lock(mutex_);
  scan();
}

void FakePlc::start_line() {
  std::lock_guard lock(mutex_);
  program_.start_line();
}

bool FakePlc::finished() const {
  std::lock_guard lock(mutex_);
  return program_.finished();
}

PlcCounts FakePlc::counts() const {
  std::lock_guard lock(mutex_);
  return program_.counts();
}

PlcOutputs FakePlc::outputs() const {
  std::lock_guard lock(mutex_);
  return outputs_;
}

std::vector<GateRecord> FakePlc::take_records() {
  std::lock_guard lock(mutex_);
  return program_.take_records();
}

void FakePlc::fail_reads(int n) {
  std::lock_guard lock(mutex_);
  failing_reads_ = n;
}

void FakePlc::fail_writes(int n, bool lose_answers) {
  std::lock_guard lock(mutex_);
  failing_writes_ = n;
  lose_answers_ = lose_answers;
}

void FakePlc::drop_acks(bool drop) {
  std::lock_guard lock(mutex_);
  drop_acks_ = drop;
}

void FakePlc::delay_writes(Milliseconds delay) {
  std::lock_guard lock(mutex_);
  delay_ = delay;
}

void FakePlc::freeze_heartbeat(bool frozen) {
  std::lock_guard lock(mutex_);
  program_.freeze_heartbeat(frozen);
}

void FakePlc::have_identities(bool have) {
  std::lock_guard lock(mutex_);
  identities_ = have;
}

void FakePlc::restart() {
  std::lock_guard lock(mutex_);
  program_.restart();
}

}  // namespace lineguard::plc
