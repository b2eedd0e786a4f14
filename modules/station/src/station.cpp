#include "release_json.h"
#include "station_workers.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/digest.h>
#include <lineguard/core/line_writer.h>
#include <lineguard/core/log.h>
#include <lineguard/core/supervisor.h>
#include <lineguard/package/region_rules.h>
#include <lineguard/station/plc_dialogue.h>
#include <lineguard/station/station.h>

namespace lineguard::station {
namespace {

constexpr std::size_t kNewestDecisions = 20;
constexpr Milliseconds kSnapshotPause{10};
constexpr Milliseconds kStopReserve{5000};  // a stop ends this long after stop_timeout, whatever is left

std::string payload_text(const nlohmann::json& payload) {
  return payload.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// What was configured, so that a decision leads to it: the digest always, the text unless it is enormous.
nlohmann::json settings_json(const StationSettings& settings) {
  constexpr std::size_t kMostText = 128 << 10;
  nlohmann::json object = {{"file", settings.settings_file}, {"sha256", sha256_hex(settings.settings_text)}};
  if (settings.settings_text.size() <= kMostText) object["text"] = settings.settings_text;
  return object;
}

// A sample that is the same at every start would follow the PLC's numbers.
CycleSettings& with_seed(CycleSettings& settings) {
  std::random_device random;
  while (settings.pictures.seed == 0) settings.pictures.seed = random();
  return settings;
}

nlohmann::json deleted_json(const DeletedPictures& deleted) {
  return {{"because", to_string(deleted.because)}, {"count", deleted.files.size()}, {"files", deleted.files}};
}

bool was_triggered_here(Reason reason) {
  return reason != Reason::sequence_lost && reason != Reason::station_down;
}

}  // namespace

Station::Station(StationSettings settings, StationDevices devices, Clock& clock)
    : settings_(std::move(settings)),
      devices_(std::move(devices)),
      clock_(clock),
      cycle_(with_seed(settings_.cycle), clock),
      dialogue_(std::make_unique<PlcDialogue>(cycle_)),
      ownership_({.id = settings_.id, .instance = std::random_device{}(), .take_over = settings_.take_over}) {
  LINEGUARD_CHECK(devices_.plc && devices_.camera && devices_.predictor && devices_.record,
                  "a station has its devices");
  status_.name = settings_.name;
  status_.recipe = settings_.cycle.recipe.id;
  status_.model_digest = settings_.cycle.recipe.package_digest;
  status_.operating_point = settings_.cycle.recipe.operating_point;
  status_.operating_point_digest = settings_.cycle.point.digest;
  status_.release = devices_.release;
  status_.record_reserved_bytes = devices_.record->reserved_bytes();
  status_.record_disk_full = settings_.record_reserve && status_.record_reserved_bytes == 0;
  status_.record_sequence = devices_.record->head().sequence;
  publish_snapshot(true);
}

Station::~Station() = default;

Result<void> Station::run() {
  workers_ = std::make_unique<StationWorkers>(devices_, settings_.match_window, settings_.cycle.max_in_flight,
                                              settings_.cycle.pictures, clock_);
  const auto patience = std::chrono::microseconds(settings_.poll_interval_us);
  std::optional<SteadyTime> stopping_since;
  supervisor::Watchdog watchdog(clock_);  // this loop is what must live: it talks to the PLC and decides
  while (!stopping_since || !stopped_in_order(*stopping_since)) {
    watchdog.report_alive();
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
      supervisor::report_stopping();
    }
    take_answers(workers_->take_answers(patience));
    take_deleted_pictures();
  }
  workers_.reset();
  publish_status("stopped");
  publish_snapshot(true);
  settled_ = true;
  if (ownership_.state() != PlcOwnership::State::lost) return {};
  return make_error(ErrorCode::unavailable, devices_.plc->name() + ": " + ownership_.problem());
}

// ---- the PLC

void Station::poll_plc() {
  const SteadyTime begun = clock_.now();
  if (ownership_.state() == PlcOwnership::State::lost) return;
  auto inputs = devices_.plc->read_inputs();
  if (!inputs) return on_plc_error(inputs.error());
  if (!plc_refuses_writes_) plc_answers();
  if (!check_ownership(begun, *inputs)) return;
  if (!cycle_.begun()) begin_cycle(*inputs);
  dialogue_->on_inputs(*inputs);
}

// Before anything is made of what was read: is the PLC still ours?
bool Station::check_ownership(SteadyTime begun, const plc::PlcInputs& inputs) {
  if (inputs.held) {
    ownership_.on_read(begun, clock_.now(), *inputs.held);
  } else {
    ownership_.on_read_without_identity();
  }
  if (ownership_.must_rewrite()) written_.reset();
  if (ownership_.owns()) {
    if (!std::exchange(owned_before_, true) && inputs.held)
      log_info("station",
               fmt::format("{}: this station's, epoch {}", devices_.plc->name(), ownership_.identity().epoch));
    settled_ = true;
    return true;
  }
  if (!first_inputs_) first_inputs_ = inputs;
  if (ownership_.state() == PlcOwnership::State::lost) {
    log_error("station", devices_.plc->name() + ": " + ownership_.problem());
    stop_requested_ = true;
    if (cycle_.begun()) cycle_.abandon(ownership_.problem());
  }
  if (dialogue_->linked())
    dialogue_->on_error(make_error(ErrorCode::device_error, "another process may have taken the PLC"));
  return false;
}

// Numbers that came while it was not sure whose the PLC is belong to the time before.
void Station::begin_cycle(const plc::PlcInputs& inputs) {
  const std::uint32_t epoch = ownership_.identity().epoch;
  const bool another_since = ownership_.took_over_another() ||
                             (devices_.history.epoch && plc::is_later_epoch(epoch, *devices_.history.epoch + 1));
  if (ownership_.took_over_another()) devices_.history.position.reset();
  cycle_.remember(devices_.history, another_since);
  const bool acknowledged = inputs.ack && inputs.result_taken;
  const bool new_record = !devices_.facts.last_part;
  if (new_record && first_inputs_) devices_.facts.last_part = first_inputs_->trigger_number;
  cycle_.begin(devices_.facts, position_of(inputs),
               acknowledged ? std::optional<PartNumber>(inputs.ack_number) : std::nullopt, started_payload(inputs));
  if (ownership_.took_over_another()) cycle_.note_taken_over(taken_over_payload());
}

void Station::write_plc() {
  const bool claiming = ownership_.state() == PlcOwnership::State::claiming;
  if (!claiming && !dialogue_->linked()) return;
  const bool with_identity = !ownership_.identity().empty();
  if (with_identity && !ownership_.may_write(clock_.now())) return;  // after the next read
  dialogue_->advance(clock_.now());
  plc::PlcOutputs outputs = dialogue_->outputs();
  outputs.station = ownership_.identity();
  if (written_ == outputs) return;
  auto done = devices_.plc->write_outputs(outputs);
  ownership_.on_written(clock_.now());
  plc_refuses_writes_ = !done;
  if (!done) return on_plc_error(done.error());
  plc_answers();
  written_ = std::move(outputs);
}

// Said once: where only writes are refused, each read between them is no news.
void Station::plc_answers() {
  if (plc_away_) log_info("station", devices_.plc->name() + " answers");
  plc_away_ = false;
}

void Station::on_plc_error(const Error& error) {
  if (!plc_away_) log_error("station", error.message);
  plc_away_ = true;
  settled_ = true;  // who waits for the PLC may go on
  plc_problem_ = error.message;
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
    } else if (auto* digests = std::get_if<DigestsDone>(&answer)) {
      cycle_.on_digests(digests->ticket, std::move(digests->digests));
    } else if (auto* record = std::get_if<RecordDone>(&answer)) {
      on_record_answer(*record);
    }
  }
  if (!answers.empty()) {
    dispatch();
    write_plc();
  }
}

void Station::take_deleted_pictures() {
  for (const DeletedPictures& deleted : workers_->take_deleted_pictures())
    cycle_.on_pictures_deleted(payload_text(deleted_json(deleted)));
}

void Station::on_record_answer(const RecordDone& done) {
  if (!done.written && !record_away_) log_error("station", "the record: " + done.written.error().message);
  if (done.written && record_away_) log_info("station", "the record can be written again");
  record_away_ = !done.written.ok();
  if (done.checked_only) {
    cycle_.on_record_checked(done.written);
  } else {
    cycle_.on_recorded(done.written);
  }
  if (!done.written) status_.record_problem = done.written.error().message;
  if (done.written) status_.record_sequence = done.sequence;
  status_.record_reserved_bytes = done.reserved_bytes;
  status_.record_disk_full = settings_.record_reserve && done.reserved_bytes == 0;
  status_.anchors = done.anchors;
}

// ---- start and stop

// Parts with an OK that are not at the gate yet need the station's heartbeat to pass there.
bool Station::stopped_in_order(SteadyTime stopping_since) {
  const SteadyTime now = clock_.now();
  if (now >= stopping_since + settings_.stop_timeout + kStopReserve) {
    log_error("station", "stopped with parts or events outstanding");
    return true;
  }
  if (ownership_.state() == PlcOwnership::State::lost) return !cycle_.begun() || cycle_.finish(stopped_payload());
  const bool gate_clear = !last_part_ || !dialogue_->is_before_gate(*last_part_);
  if (!gate_clear && now < stopping_since + settings_.stop_timeout) return false;
  return !cycle_.begun() || cycle_.finish(stopped_payload());
}

std::string Station::started_payload(const plc::PlcInputs& inputs) const {
  const Recipe& recipe = settings_.cycle.recipe;
  nlohmann::json payload = {{"station", settings_.name},
                            {"recipe", recipe.id},
                            {"model", recipe.model},
                            {"package_digest", recipe.package_digest},
                            {"operating_point", recipe.operating_point},
                            {"operating_point_digest", settings_.cycle.point.digest},
                            {"region_rules", package::to_toml(settings_.cycle.point.rules)},
                            {"threshold", recipe.threshold},
                            {"unknown_band", recipe.unknown_band},
                            {"deadline_ms", recipe.deadline.count()},
                            {"gate_pass_count", inputs.gate_pass_count},
                            {"station_id", ownership_.identity().id},
                            {"epoch", ownership_.identity().epoch},
                            {"stopped_in_order_before", devices_.facts.stopped_in_order}};
  if (devices_.release.required) payload["release"] = release_json(devices_.release);
  if (!settings_.settings_text.empty()) payload["settings"] = settings_json(settings_);
  if (const PictureSettings& pictures = settings_.cycle.pictures; pictures.keeps()) {
    payload["pictures"] = std::filesystem::absolute(pictures.folder).lexically_normal().string();
    payload["pictures_seed"] = pictures.seed;
  }
  return with_counts(payload_text(payload), gate_of(inputs), position_of(inputs));
}

std::string Station::taken_over_payload() const {
  const auto json_of = [](const plc::StationIdentity& identity) {
    return nlohmann::json{{"id", identity.id}, {"epoch", identity.epoch}, {"instance", identity.instance}};
  };
  const nlohmann::json payload = {{"plc", devices_.plc->name()},
                                  {"before", json_of(ownership_.predecessor())},
                                  {"now", json_of(ownership_.identity())}};
  return payload_text(payload);
}

std::string Station::stopped_payload() const {
  const CycleCounters& counters = cycle_.counters();
  const nlohmann::json payload = {
      {"parts", counters.parts()}, {"passed", counters.passed}, {"diverted", counters.diverted}};
  return payload.dump();
}

// ---- status

void Station::publish_status(const char* state) {
  status_.state = cycle_.begun() || stop_requested_.load() ? state : "waiting for the PLC";
  status_.plc_linked = dialogue_->linked();
  status_.plc_problem = plc_away_ ? plc_problem_ : ownership_.problem();
  status_.identity = ownership_.identity();
  status_.late_writes_seen = ownership_.late_writes_seen();
  status_.ready = status_.plc_linked && cycle_.ready();
  status_.busy = cycle_.busy();
  status_.record_failing = cycle_.record_failing();
  status_.events_waiting = cycle_.events_waiting();
  status_.events_lost = cycle_.events_lost();
  status_.counters = cycle_.counters();
  status_.gate_alarm = cycle_.gate_alarm();
  status_.wrong_recipe = dialogue_->wrong_recipe();
  if (std::unique_lock lock(snapshot_mutex_, std::try_to_lock); lock.owns_lock())
    status_.release.problem = release_problem_;
  status_.pictures = workers_ ? workers_->picture_counts() : status_.pictures;
  status_.log_lines_dropped = standard_error_lines().dropped();
  for (Decision& decision : cycle_.take_decisions()) {
    if (was_triggered_here(decision.reason)) status_.times.add(decision.trigger_to_decision_ms);
    if (decision.prediction) decision.prediction->regions.clear();
    status_.newest.push_back(std::move(decision));
    if (status_.newest.size() > kNewestDecisions) status_.newest.pop_front();
  }
  publish_snapshot(false);
}

// A reader that is held up with the pointer in its hands delays the next snapshot, not the cycle.
void Station::publish_snapshot(bool now) {
  if (!now && next_snapshot_ && clock_.now() < *next_snapshot_) return;
  if (devices_.model_problem) status_.model_problem = devices_.model_problem();
  auto snapshot = std::make_shared<const StationStatus>(status_);
  std::unique_lock lock(snapshot_mutex_, std::defer_lock);
  if (now) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return;
  }
  snapshot_.swap(snapshot);
  lock.unlock();
  next_snapshot_ = clock_.now() + kSnapshotPause;
}

void Station::set_release_problem(const std::string& problem) {
  std::lock_guard lock(snapshot_mutex_);
  release_problem_ = problem;
}

std::shared_ptr<const StationStatus> Station::status() const {
  std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

}  // namespace lineguard::station
