#include "station_workers.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include <lineguard/core/log.h>
#include <lineguard/station/plc_dialogue.h>
#include <lineguard/station/station.h>

namespace lineguard::station {
namespace {

constexpr std::size_t kNewestDecisions = 20;
constexpr Milliseconds kStopReserve{5000};  // a stop ends this long after stop_timeout, whatever is left

bool was_triggered_here(Reason reason) {
  return reason != Reason::sequence_lost && reason != Reason::station_down;
}

}  // namespace

Station::Station(StationSettings settings, StationDevices devices, Clock& clock)
    : settings_(std::move(settings)),
      devices_(std::move(devices)),
      clock_(clock),
      cycle_(settings_.cycle, clock),
      dialogue_(std::make_unique<PlcDialogue>(cycle_)) {
  LINEGUARD_CHECK(devices_.plc && devices_.camera && devices_.predictor && devices_.record,
                  "a station has its devices");
  status_.name = settings_.name;
  status_.recipe = settings_.cycle.recipe.id;
  status_.model_digest = settings_.cycle.recipe.package_digest;
  status_.record_reserved_bytes = devices_.record->reserved_bytes();
  status_.record_sequence = devices_.record->head().sequence;
}

Station::~Station() = default;

void Station::run() {
  workers_ = std::make_unique<StationWorkers>(devices_, settings_.match_window, settings_.cycle.max_in_flight, clock_);
  const auto patience = std::chrono::microseconds(settings_.poll_interval_us);
  std::optional<SteadyTime> stopping_since;
  while (!stopping_since || !stopped_in_order(*stopping_since)) {
    poll_plc();
    cycle_.on_tick();
    dispatch();
    write_plc();
    publish_status(stopping_since ? "stopping" : "running");
    if (stop_requested_.load() && !stopping_since) {
      stopping_since = clock_.now();
      last_part_ = cycle_.newest_number();
      cycle_.stop();
      log_info("station", "stopping: finishing the parts on their way");
    }
    take_answers(workers_->take_answers(patience));
  }
  workers_.reset();
  publish_status("stopped");
}

// ---- the PLC

void Station::poll_plc() {
  auto inputs = devices_.plc->read_inputs();
  if (!inputs) return on_plc_error(inputs.error());
  if (plc_away_) log_info("station", devices_.plc->name() + " answers");
  plc_away_ = false;
  if (!cycle_.begun()) {
    const bool acknowledged = inputs->ack && inputs->result_taken;
    cycle_.begin(devices_.facts, inputs->trigger_number,
                 acknowledged ? std::optional<PartNumber>(inputs->ack_number) : std::nullopt, started_payload(*inputs));
  }
  dialogue_->on_inputs(*inputs);
}

void Station::write_plc() {
  if (!dialogue_->linked()) return;
  const plc::PlcOutputs outputs = dialogue_->outputs(clock_.now());
  if (written_ == outputs) return;
  if (auto done = devices_.plc->write_outputs(outputs); !done) return on_plc_error(done.error());
  written_ = outputs;
}

void Station::on_plc_error(const Error& error) {
  if (!plc_away_) log_error("station", error.message);
  plc_away_ = true;
  written_.reset();  // nobody knows what the PLC has
  dialogue_->on_error(error);
}

// ---- the threads

void Station::dispatch() {
  for (Action& action : cycle_.take_actions()) {
    std::visit([this](auto& one) { workers_->submit(std::move(one)); }, action);
  }
}

void Station::take_answers(std::deque<Answer>&& answers) {
  for (Answer& answer : answers) {
    if (auto* frame = std::get_if<FrameDone>(&answer)) {
      cycle_.on_frame(frame->ticket, std::move(frame->frame));
    } else if (auto* prediction = std::get_if<PredictionDone>(&answer)) {
      cycle_.on_prediction(prediction->ticket, std::move(prediction->prediction));
    } else if (auto* record = std::get_if<RecordDone>(&answer)) {
      on_record_answer(*record);
    }
  }
  if (!answers.empty()) {
    dispatch();
    write_plc();
  }
}

void Station::on_record_answer(const RecordDone& done) {
  if (!done.written && !record_away_) log_error("station", "the record: " + done.written.error().message);
  if (done.written && record_away_) log_info("station", "the record can be written again");
  record_away_ = !done.written.ok();
  cycle_.on_recorded(done.written);
  std::lock_guard lock(status_mutex_);
  if (done.written) status_.record_sequence = done.sequence;
  status_.record_reserved_bytes = done.reserved_bytes;
}

// ---- start and stop

// Parts with an OK that are not at the gate yet need the station's heartbeat to pass there.
bool Station::stopped_in_order(SteadyTime stopping_since) {
  const SteadyTime now = clock_.now();
  if (now >= stopping_since + settings_.stop_timeout + kStopReserve) {
    log_error("station", "stopped with parts or events outstanding");
    return true;
  }
  const bool gate_clear = !last_part_ || !dialogue_->is_before_gate(*last_part_);
  if (!gate_clear && now < stopping_since + settings_.stop_timeout) return false;
  return !cycle_.begun() || cycle_.finish(stopped_payload());
}

std::string Station::started_payload(const plc::PlcInputs& inputs) const {
  const Recipe& recipe = settings_.cycle.recipe;
  const nlohmann::json payload = {{"station", settings_.name},
                                  {"recipe", recipe.id},
                                  {"model", recipe.model},
                                  {"package_digest", recipe.package_digest},
                                  {"operating_point", recipe.operating_point},
                                  {"threshold", recipe.threshold},
                                  {"unknown_band", recipe.unknown_band},
                                  {"deadline_ms", recipe.deadline.count()},
                                  {"gate_pass_count", inputs.gate_pass_count},
                                  {"stopped_in_order_before", devices_.facts.stopped_in_order}};
  return payload.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Station::stopped_payload() const {
  const CycleCounters& counters = cycle_.counters();
  const nlohmann::json payload = {
      {"parts", counters.parts()}, {"passed", counters.passed}, {"diverted", counters.diverted}};
  return payload.dump();
}

// ---- status

void Station::publish_status(const char* state) {
  // Whoever reads the status must not hold the cycle up: what is new is told the next time round.
  std::unique_lock lock(status_mutex_, std::try_to_lock);
  if (!lock && workers_) return;
  if (!lock) lock.lock();
  status_.state = cycle_.begun() ? state : "waiting for the PLC";
  status_.plc_linked = dialogue_->linked();
  status_.ready = status_.plc_linked && cycle_.ready();
  status_.busy = cycle_.busy();
  status_.record_failing = cycle_.record_failing();
  status_.events_waiting = cycle_.events_waiting();
  status_.events_lost = cycle_.events_lost();
  status_.counters = cycle_.counters();
  status_.wrong_recipe = dialogue_->wrong_recipe();
  for (Decision& decision : cycle_.take_decisions()) {
    if (was_triggered_here(decision.reason)) status_.times.add(decision.trigger_to_decision_ms);
    if (decision.prediction) decision.prediction->regions.clear();
    status_.newest.push_back(std::move(decision));
    if (status_.newest.size() > kNewestDecisions) status_.newest.pop_front();
  }
}

StationStatus Station::status() const {
  std::lock_guard lock(status_mutex_);
  return status_;
}

}  // namespace lineguard::station
