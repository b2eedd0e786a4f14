#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <lineguard/core/enum_names.h>
#include <lineguard/plc/plc_program.h>

namespace lineguard::plc {
namespace {

constexpr Milliseconds kBeat{50};

bool contains(const std::vector<PartNumber>& numbers, PartNumber number) {
  return std::ranges::find(numbers, number) != numbers.end();
}

SteadyTime::duration period_of(const PlcProgramConfig& config) {
  return std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(1 / config.rate));
}

std::string fault_of(const PlcProgramConfig& config, PartNumber number) {
  if (contains(config.lost, number)) return "lost";
  if (contains(config.doubled, number)) return "doubled";
  return contains(config.rushed, number) ? "rushed" : "";
}

Result<void> check_text(std::string_view field, std::string_view text) {
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (text.size() <= kTextChars && printable) return {};
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{} \"{}\": expected at most {} printable ASCII characters", field, text, kTextChars));
}

Result<void> check_duration(std::string_view field, Milliseconds value, int min_ms) {
  if (value.count() >= min_ms && value <= std::chrono::hours(1)) return {};
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{} = {} ms is out of range, allowed: {} to 3600000", field, value.count(), min_ms));
}

}  // namespace

Result<void> validate(const PlcProgramConfig& config) {
  if (!(config.rate >= 0.01 && config.rate <= 1000))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("rate = {} parts a second is out of range, allowed: 0.01 to 1000", config.rate));
  LINEGUARD_TRY(check_duration("travel", config.travel, 1));
  if (config.rate * std::chrono::duration<double>(config.travel).count() > kMaxPartsBeforeGate)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("rate {} and travel {} ms are more than {} parts before the gate", config.rate,
                                  config.travel.count(), kMaxPartsBeforeGate));
  LINEGUARD_TRY(check_duration("heartbeat timeout", config.heartbeat_timeout, 10));
  LINEGUARD_TRY(check_duration("trigger pulse", config.trigger_pulse, 1));
  LINEGUARD_TRY(check_duration("double gap", config.double_gap, 1));
  LINEGUARD_TRY(check_duration("rush gap", config.rush_gap, 1));
  LINEGUARD_TRY(check_duration("freeze", config.freeze, 1));
  LINEGUARD_TRY(check_text("lot", config.lot));
  LINEGUARD_TRY(check_text("recipe", config.recipe));
  for (const auto& serial : config.serials) LINEGUARD_TRY(check_text("serial", serial));
  return {};
}

void read_config(ConfigReader& table, PlcProgramConfig& config) {
  constexpr std::int64_t kMost = std::numeric_limits<PartNumber>::max();
  std::int64_t first = config.first_number, parts = config.parts;
  int travel_ms = static_cast<int>(config.travel.count());
  table.read("first_number", first, {0, kMost})
      .read("parts", parts, {0, kMost})
      .read("rate", config.rate, {0.01, 1000})
      .read("travel_ms", travel_ms, {1, 3'600'000})
      .read("lot", config.lot)
      .read("recipe", config.recipe);
  config.first_number = static_cast<PartNumber>(first);
  config.parts = static_cast<std::uint32_t>(parts);
  config.travel = Milliseconds(travel_ms);
  if (const auto valid = validate(config); !valid) table.add_problem("rate", valid.error().message);
}

std::string_view to_string(GateAction action) {
  static constexpr auto kNames =
      std::to_array<EnumName<GateAction>>({{GateAction::pass, "pass"}, {GateAction::divert, "divert"}});
  static_assert(names_every_value(kNames));
  return name_of(kNames, action);
}

std::string_view to_string(GateCause cause) {
  static constexpr auto kNames = std::to_array<EnumName<GateCause>>({{GateCause::ok, "ok"},
                                                                     {GateCause::ng, "ng"},
                                                                     {GateCause::no_result, "no result"},
                                                                     {GateCause::stale_heartbeat, "stale heartbeat"},
                                                                     {GateCause::station_error, "station error"},
                                                                     {GateCause::wrong_recipe, "wrong recipe"},
                                                                     {GateCause::plc_restarted, "plc restarted"}});
  static_assert(names_every_value(kNames));
  return name_of(kNames, cause);
}

PlcProgram::PlcProgram(PlcProgramConfig config)
    : config_(std::move(config)), station_heartbeat_(config_.heartbeat_timeout), next_number_(config_.first_number) {
  LINEGUARD_CHECK(validate(config_).ok(), "a valid PlcProgramConfig");
  // So that a station that reads it before the first part does not take the numbers below for lost ones.
  shown_.trigger_number = next_number_ - 1;
  shown_.lot = config_.lot;
  shown_.recipe = config_.recipe;
}

void PlcProgram::start_line() {
  running_ = true;
  next_trigger_.reset();
}

void PlcProgram::stop_line() {
  running_ = false;
}

PlcInputs PlcProgram::step(SteadyTime now, const PlcOutputs& outputs) {
  if (accept(now, outputs)) {
    accepted_ = safe_outputs(outputs);
    station_alive_ = station_heartbeat_.fresh(now, accepted_.heartbeat);
  } else {
    ++ignored_scans_;
    station_alive_ = station_heartbeat_.fresh(now);
  }
  const PlcOutputs& station = accepted_;
  take_result(now, station);
  run_gate(now, station);
  run_triggers(now, station);
  beat(now);
  const bool more = running_ && (config_.parts == 0 || counts_.triggered < config_.parts);
  shown_.line_running = more || !belt_.empty();
  return shown_;
}

bool PlcProgram::finished() const {
  return config_.parts > 0 && counts_.triggered >= config_.parts && belt_.empty();
}

std::vector<GateRecord> PlcProgram::take_records() {
  return std::exchange(records_, {});
}

// One station a PLC. A process that took over has a later epoch; one that woke up late, or lost against another that
// started at the same time, is not heard while the owner lives. Results of another station are not used.
bool PlcProgram::accept(SteadyTime now, const PlcOutputs& outputs) {
  const StationIdentity& owner = accepted_.station;
  const StationIdentity& found = outputs.station;
  if (found == owner) return true;
  const bool takes_over = owner.empty() || (!found.empty() && is_later_epoch(found.epoch, owner.epoch));
  if (!takes_over && station_heartbeat_.fresh(now)) return false;
  if (!owner.empty() && found.id != owner.id) forget_results();
  station_heartbeat_ = HeartbeatWatch(config_.heartbeat_timeout);
  return true;
}

// The handshake: ResultsReady up -> read once, Ack up; ResultsReady down -> Ack down.
void PlcProgram::take_result(SteadyTime now, const PlcOutputs& station) {
  if (!station.results_ready) {
    shown_.ack = shown_.result_taken = false;
    return;
  }
  if (shown_.ack) return;  // read already; another number without a fall between is not a new result
  shown_.ack = true;
  shown_.ack_number = station.result_number;
  shown_.result_taken = bind_result(now, station);
  if (!shown_.result_taken) ++counts_.results_refused;
}

// Gives the result to its part on the belt; true where the part has it now. An OK never replaces an NG, an NG always
// replaces an OK.
bool PlcProgram::bind_result(SteadyTime now, const PlcOutputs& station) {
  const auto part =
      std::ranges::find_if(belt_, [&](const Part& p) { return p.record.part_number == station.result_number; });
  if (part == belt_.end() || part->forgotten || station.ok == station.ng) return false;
  if (station.ok ? part->ok : part->ng) return true;  // said again, e.g. because its Ack was not seen
  if (station.ok && part->ng) return false;
  if (station.ok && !config_.recipe.empty() && station.recipe_active != config_.recipe) {
    part->wrong_recipe = true;
    return false;
  }
  part->ok = station.ok;
  part->ng = station.ng;
  part->record.ok_seen |= station.ok;
  part->record.ng_seen |= station.ng;
  part->record.reason = station.reason;
  part->record.result_at = now;
  ++counts_.results_taken;
  return true;
}

void PlcProgram::run_gate(SteadyTime now, const PlcOutputs& station) {
  while (!belt_.empty() && belt_.front().gate_due <= now) {
    const Part part = std::move(belt_.front());
    belt_.pop_front();  // its result is used once
    GateRecord record = part.record;
    record.gated_at = now;
    record.cause = judge(part, station);
    record.action = record.cause == GateCause::ok ? GateAction::pass : GateAction::divert;
    const bool passed = record.action == GateAction::pass;
    ++(passed ? counts_.passed : counts_.diverted);
    ++(passed ? shown_.gate_pass_count : shown_.gate_divert_count);
    shown_.gate_number = record.part_number;
    records_.push_back(std::move(record));
  }
}

GateCause PlcProgram::judge(const Part& part, const PlcOutputs& station) const {
  if (part.forgotten) return GateCause::plc_restarted;
  if (part.ng) return GateCause::ng;
  if (part.wrong_recipe) return GateCause::wrong_recipe;
  if (!station_alive_) return GateCause::stale_heartbeat;
  if (station.error) return GateCause::station_error;
  return part.ok ? GateCause::ok : GateCause::no_result;
}

void PlcProgram::run_triggers(SteadyTime now, const PlcOutputs& station) {
  if (pulse_end_ && now >= *pulse_end_) shown_.trigger = false;
  if (double_ && now >= double_->first) {
    show_trigger(now, double_->second);
    double_.reset();
  }
  const bool all = config_.parts > 0 && counts_.triggered >= config_.parts;
  if (!running_ || all || station.stop_request) {
    next_trigger_.reset();
    return;
  }
  if (!next_trigger_) next_trigger_ = now;
  if (now >= *next_trigger_) trigger_part(now);
}

void PlcProgram::trigger_part(SteadyTime now) {
  Part part;
  part.record.part_number = next_number_++;
  if (counts_.triggered < config_.serials.size()) part.record.serial = config_.serials[counts_.triggered];
  ++counts_.triggered;
  const PartNumber number = part.record.part_number;
  part.record.triggered_at = now;
  part.record.fault = fault_of(config_, number);
  part.gate_due = now + config_.travel;
  if (!contains(config_.lost, number)) show_trigger(now, part.record);
  const auto period = period_of(config_);
  if (contains(config_.doubled, number))
    double_.emplace(now + std::min<SteadyTime::duration>(config_.double_gap, period / 2), part.record);
  belt_.push_back(std::move(part));

  // On the grid of the rate, unless this scan came so late that parts would bunch.
  const auto gap = contains(config_.rushed, next_number_) ? SteadyTime::duration(config_.rush_gap) : period;
  next_trigger_ = (now - *next_trigger_ > period / 10 ? now : *next_trigger_) + gap;
  if (contains(config_.restart_after, number)) restart();
  if (contains(config_.freeze_after, number)) frozen_until_ = now + config_.freeze;
}

void PlcProgram::show_trigger(SteadyTime now, const GateRecord& part) {
  shown_.trigger = true;
  shown_.trigger_number = part.part_number;
  shown_.serial = part.serial;
  ++shown_.trigger_count;
  pulse_end_ = now + config_.trigger_pulse;
}

void PlcProgram::beat(SteadyTime now) {
  if (next_beat_ && now < *next_beat_) return;
  next_beat_ = now + kBeat;
  if (!frozen_ && !(frozen_until_ && now < *frozen_until_)) ++shown_.heartbeat;
}

void PlcProgram::restart() {
  forget_results();
  accepted_ = {};
  station_heartbeat_ = HeartbeatWatch(config_.heartbeat_timeout);
}

void PlcProgram::forget_results() {
  for (auto& part : belt_) {
    part.ok = part.ng = part.wrong_recipe = false;
    part.forgotten = true;
  }
  shown_.ack = shown_.result_taken = false;
}

}  // namespace lineguard::plc
