#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/station/inspection_cycle.h>
#include <lineguard/station/judge.h>

namespace lineguard::station {
namespace {

constexpr std::size_t kMaxKeptDecisions = 1024;

std::string detail_payload(const std::string& detail) {
  nlohmann::json payload = nlohmann::json::object();
  if (!detail.empty()) payload["detail"] = detail;
  return payload.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

InspectionCycle::InspectionCycle(CycleSettings settings, Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      numbers_(settings_.max_gap, settings_.repeat_window),
      records_(settings_.record_queue),
      results_(settings_.ack_timeout, settings_.max_results) {
  LINEGUARD_CHECK(settings_.max_in_flight >= 1 && settings_.max_results >= 1, "the cycle can hold a part");
}

// ---- start and stop

void InspectionCycle::begin(const record::RestartFacts& facts, PartNumber plc_number,
                            std::optional<PartNumber> acknowledged, const std::string& started_payload) {
  LINEGUARD_CHECK(!begun_, "the cycle begins once");
  begun_ = true;
  Unresolved unresolved;
  for (const record::UnconfirmedOutput& output : facts.unconfirmed) {
    if (acknowledged == output.part) {
      confirm_output(output.part, detail_payload("the PLC still showed its Ack when the station started"));
    } else {
      lose_output(output.part, "the station ended before the PLC's Ack");
      if (output.outcome == Outcome::pass) unresolved.passes.push_back(output.part);
    }
  }
  if (!unresolved.passes.empty() && facts.gate_passes_at_start && facts.last_part) {
    unresolved.last_part = *facts.last_part;
    unresolved.passes_at_start = *facts.gate_passes_at_start;
    unresolved.confirmed = facts.confirmed_passes;
    unresolved_ = unresolved;
  }
  const std::string down = "triggered while the station was down";
  for (const record::NumberRange& missing : facts.missing) {
    for (PartNumber part = missing.first; part != missing.last + 1; ++part)
      decide_skipped(part, Reason::station_down, down);
  }
  numbers_.set_last(facts.last_part.value_or(plc_number));
  catch_up(plc_number, Reason::station_down, down);
  records_.add({record::EventKind::station_started, plc_number, started_payload});
}

// Parts pass the gate in order: when it has reached the last part of the time before, the count is complete. Once this
// station's own passes may be in it, it tells nothing any more. A confirmed pass may have been diverted at the gate by
// the dead station's stale heartbeat, so that the count gives bounds, not always a number.
void InspectionCycle::on_gate(PartNumber gate_number, std::uint32_t gate_pass_count) {
  if (!unresolved_ || static_cast<std::int32_t>(gate_number - unresolved_->last_part) < 0) return;
  const Unresolved before = *std::exchange(unresolved_, std::nullopt);
  if (gate_number != before.last_part && counters_.passed > 0) return;
  const std::uint32_t passed = gate_pass_count - before.passes_at_start;
  const auto unknown = static_cast<std::uint32_t>(before.passes.size());
  const std::uint32_t at_least = passed > before.confirmed ? passed - before.confirmed : 0;
  const nlohmann::json payload = {{"parts", before.passes},
                                  {"gate_passed", passed},
                                  {"confirmed", before.confirmed},
                                  {"passed_at_least", std::min(at_least, unknown)},
                                  {"passed_at_most", std::min(passed, unknown)}};
  records_.add({record::EventKind::output_resolved, std::nullopt, payload.dump()});
}

void InspectionCycle::on_plc_restored(PartNumber plc_number) {
  linked_ = true;
  if (begun_) catch_up(plc_number, Reason::sequence_lost, "triggered while the PLC was not reachable");
}

// The PLC's newest number without a trigger that was seen: the parts up to it, itself included, came and went.
void InspectionCycle::catch_up(PartNumber plc_number, Reason reason, const std::string& detail) {
  const PartNumber last = *numbers_.last();
  if (plc_number - last <= settings_.max_gap) {
    for (PartNumber missing = last + 1; missing != plc_number + 1; ++missing) decide_skipped(missing, reason, detail);
  } else {
    restart_numbering(plc_number, fmt::format("the last part was {}, the PLC is at {}", last, plc_number));
  }
  numbers_.set_last(plc_number);
}

void InspectionCycle::restart_numbering(PartNumber newest, const std::string& detail) {
  ++counters_.numbering_restarts;
  note(record::EventKind::numbering_restarted, newest, detail);
}

void InspectionCycle::stop() {
  stopping_ = true;
}

bool InspectionCycle::finish(const std::string& stopped_payload) {
  on_tick();
  if (!parts_.empty() || !results_.empty()) return false;
  if (!stop_noted_) {
    stop_noted_ = true;
    records_.add({record::EventKind::station_stopped, std::nullopt, stopped_payload});
    return false;
  }
  return records_.waiting() == 0 || records_.failing();
}

// ---- events

void InspectionCycle::on_trigger(const Trigger& trigger) {
  on_tick();
  const NumberedTrigger numbered = numbers_.take(trigger.part);
  if (numbered.arrival == Arrival::repeated) {
    ++counters_.repeated_triggers;
    note(record::EventKind::trigger_repeated, trigger.part, "the first decision stands");
    return;
  }
  if (numbered.arrival == Arrival::restarted) {
    restart_numbering(trigger.part - 1, "the number is too far from the one before");
  }
  for (const PartNumber skipped : numbered.skipped) {
    decide_skipped(skipped, Reason::sequence_lost, fmt::format("the PLC went on to part {}", trigger.part));
  }
  const bool full = undecided_ >= static_cast<std::size_t>(settings_.max_in_flight);
  Part& part = accept(trigger);
  if (stopping_ || !begun_) {
    divert(part, Reason::station_down, stopping_ ? "the station is stopping" : "the station is starting");
  } else if (!trigger.recipe.empty() && trigger.recipe != settings_.recipe.id) {
    divert(part, Reason::model_mismatch,
           fmt::format("the PLC asks for recipe \"{}\", active is \"{}\"", trigger.recipe, settings_.recipe.id));
  } else if (full) {
    divert(part, Reason::busy, fmt::format("{} parts are being inspected", settings_.max_in_flight));
  } else {
    actions_.push_back(GrabAction{part.ticket, trigger, part.triggered_at, part.deadline});
  }
  publish();
}

void InspectionCycle::on_frame(Ticket ticket, Result<Capture> frame) {
  on_tick();
  Part* part = find_undecided(ticket);
  if (!part || part->stage != Stage::grabbing) {
    ++counters_.late_answers;
    return;
  }
  if (!frame) {
    divert(*part, Reason::capture_failed, frame.error().message);
  } else if (frame->part_number && *frame->part_number != part->trigger.part) {
    divert(*part, Reason::capture_failed, fmt::format("the camera gave the picture of part {}", *frame->part_number));
  } else if (frame->views.empty()) {
    divert(*part, Reason::capture_failed, "the camera gave no picture");
  } else {
    for (View& view : frame->views) {
      if (settings_.recipe.defect_free_template) view.defect_free_template = settings_.recipe.defect_free_template;
    }
    part->capture = std::make_shared<const Capture>(std::move(*frame));
    start_prediction(*part);
  }
  publish();
}

void InspectionCycle::on_prediction(Ticket ticket, Result<Prediction> prediction) {
  on_tick();
  Part* part = find_undecided(ticket);
  if (!part || part->stage != Stage::predicting) {
    ++counters_.late_answers;
    return;
  }
  if (!prediction) {
    retry_or_fail(*part, prediction.error());
    publish();
    return;
  }
  const Verdict verdict = judge(*prediction, settings_.recipe);
  if (verdict.label_disagreement) ++counters_.label_disagreements;
  prediction->map.reset();
  prediction->embedding.clear();
  part->decision.prediction = std::move(*prediction);
  part->decision.threshold = settings_.recipe.threshold;
  if (verdict.outcome == Outcome::pass) {
    propose_pass(*part);
  } else {
    divert(*part, verdict.reason, verdict.detail, verdict.gate);
  }
  publish();
}

void InspectionCycle::on_recorded(const Result<void>& written) {
  on_tick();  // first: a pass whose deadline has passed while it was written is overruled
  if (!written) ++counters_.record_failures;
  for (const Ticket ticket : records_.finish_batch(written.ok(), clock_.now())) {
    if (const auto overruled = overruled_.find(ticket); overruled != overruled_.end()) {
      if (written) ++counters_.revised;
      note_decision(written ? record::EventKind::revised : record::EventKind::decided, overruled->second);
      overruled_.erase(overruled);
      continue;
    }
    Part* part = find_undecided(ticket);
    LINEGUARD_CHECK(part, "a pass that was written is undecided or overruled");
    if (written) {
      settle(*part);
    } else {
      divert(*part, Reason::not_recorded, written.error().message);
    }
  }
  publish();
}

void InspectionCycle::on_ack(PartNumber part, bool taken) {
  const auto shown = results_.shown();
  if (!results_.acknowledge(part)) return;
  const nlohmann::json payload = {
      {"outcome", to_string(shown->outcome)}, {"reason", to_string(shown->reason)}, {"taken", taken}};
  confirm_output(part, payload.dump());
}

void InspectionCycle::on_plc_failed(const Error& error) {
  ++counters_.plc_failures;
  linked_ = false;
  for (const PartResult& result : results_.take_all()) lose_output(result.part, error.message);
}

void InspectionCycle::on_tick() {
  const SteadyTime now = clock_.now();
  for (Part& part : parts_) {
    if (part.stage == Stage::decided) continue;
    if (now >= part.deadline) {
      pass_deadline(part);
    } else if (part.stage == Stage::waiting_to_retry && now >= part.retry_at) {
      ++counters_.prediction_retries;
      start_prediction(part);
    }
  }
  while (const auto expired = results_.take_expired(now)) lose_output(expired->part, "no Ack in time");
  publish();
}

// ---- one part

InspectionCycle::Part& InspectionCycle::accept(const Trigger& trigger) {
  Part part;
  part.ticket = next_ticket_++;
  part.trigger = trigger;
  part.triggered_at = clock_.now();
  part.deadline = part.triggered_at + settings_.recipe.deadline;
  part.decision.part_number = trigger.part;
  ++undecided_;
  return parts_.emplace_back(std::move(part));
}

InspectionCycle::Part* InspectionCycle::find_undecided(Ticket ticket) {
  for (Part& part : parts_) {
    if (part.ticket == ticket && part.stage != Stage::decided) return &part;
  }
  return nullptr;
}

// A part that this station never saw. Behind a gap its result still goes to the PLC; after a restart it is long gone.
void InspectionCycle::decide_skipped(PartNumber number, Reason reason, const std::string& detail) {
  Trigger trigger;
  trigger.part = number;
  Part& part = accept(trigger);
  part.in_outputs = reason != Reason::station_down;
  divert(part, reason, detail);
  publish();
}

static Reason reason_of(ErrorCode code) {
  if (code == ErrorCode::no_template) return Reason::no_template;
  return code == ErrorCode::timeout ? Reason::late : Reason::prediction_failed;
}

void InspectionCycle::start_prediction(Part& part) {
  part.stage = Stage::predicting;
  actions_.push_back(PredictAction{part.ticket, part.capture, part.deadline});
}

void InspectionCycle::retry_or_fail(Part& part, const Error& error) {
  part.last_error = error;
  part.retry_at = clock_.now() + settings_.retry_pause;
  const bool may_help = error.code == ErrorCode::unavailable || error.code == ErrorCode::io_error;
  if (may_help && part.retry_at < part.deadline) {
    part.stage = Stage::waiting_to_retry;
  } else {
    divert(part, reason_of(error.code), error.message);
  }
}

void InspectionCycle::pass_deadline(Part& part) {
  const std::string limit = fmt::format("the deadline is {} ms after the trigger", settings_.recipe.deadline.count());
  switch (part.stage) {
    case Stage::grabbing:
      return divert(part, Reason::late, "no picture by then: " + limit);
    case Stage::predicting:
    case Stage::waiting_to_retry:
      if (part.last_error) return divert(part, Reason::prediction_failed, part.last_error->message);
      return divert(part, Reason::late, "no prediction by then: " + limit);
    case Stage::recording:
      return overrule(part, Reason::not_recorded, "not durable by then: " + limit);
    case Stage::decided:
      return;
  }
}

void InspectionCycle::propose_pass(Part& part) {
  part.stage = Stage::recording;
  Decision& decision = part.decision;
  decision.outcome = Outcome::pass;
  decision.gate = Gate::none;
  decision.reason = Reason::good;
  decision.decided_at = clock_.utc_now();
  decision.trigger_to_decision_ms = milliseconds_between(part.triggered_at, clock_.now());
  const record::Entry entry = record::decision_entry(record::EventKind::decided, decision, context_of(part));
  if (!records_.add(entry, part.ticket)) divert(part, Reason::not_recorded, "too many events wait to be recorded");
}

void InspectionCycle::divert(Part& part, Reason reason, std::string detail, Gate gate) {
  part.decision.outcome = Outcome::divert;
  part.decision.gate = gate;
  part.decision.reason = reason;
  part.decision.detail = std::move(detail);
  settle(part);
  note_decision(record::EventKind::decided, part);
}

// A pass that is not durable at its deadline. Where it is being written just now, the record may say pass in the end:
// the part waits in overruled_ to set that right.
void InspectionCycle::overrule(Part& part, Reason reason, std::string detail) {
  if (records_.withdraw(part.ticket)) return divert(part, reason, std::move(detail));
  part.decision.outcome = Outcome::divert;
  part.decision.gate = Gate::reject;
  part.decision.reason = reason;
  part.decision.detail = std::move(detail);
  settle(part);
  overruled_.emplace(part.ticket, part);
}

// The decision is effective: it is counted, and may go to the PLC.
void InspectionCycle::settle(Part& part) {
  part.stage = Stage::decided;
  --undecided_;
  Decision& decision = part.decision;
  decision.decided_at = clock_.utc_now();
  decision.trigger_to_decision_ms = milliseconds_between(part.triggered_at, clock_.now());
  ++(decision.outcome == Outcome::pass ? counters_.passed : counters_.diverted);
  ++counters_.decided_because[static_cast<std::size_t>(decision.reason)];
  if (decisions_.size() < kMaxKeptDecisions) decisions_.push_back(decision);
}

void InspectionCycle::publish() {
  while (!parts_.empty() && parts_.front().stage == Stage::decided) {
    const Part& part = parts_.front();
    const Decision& decision = part.decision;
    const PartResult result{decision.part_number, decision.outcome, decision.gate, decision.reason};
    if (part.in_outputs && !linked_) {
      lose_output(result.part, "the PLC was not reachable");  // an OK that comes late is none
    } else if (part.in_outputs && !results_.push(result, clock_.now())) {
      lose_output(result.part, "too many results wait for the PLC");
    }
    parts_.pop_front();
  }
}

// ---- the record

void InspectionCycle::confirm_output(PartNumber part, const std::string& payload) {
  ++counters_.outputs_confirmed;
  records_.add({record::EventKind::actuated, part, payload});
}

void InspectionCycle::lose_output(PartNumber part, const std::string& why) {
  ++counters_.outputs_unknown;
  note(record::EventKind::output_unknown, part, why);
}

void InspectionCycle::note(record::EventKind kind, std::optional<PartNumber> part, const std::string& detail) {
  records_.add({kind, part, detail_payload(detail)});
}

void InspectionCycle::note_decision(record::EventKind kind, const Part& part, Ticket waiting_pass) {
  records_.add(record::decision_entry(kind, part.decision, context_of(part)), waiting_pass);
}

record::DecisionContext InspectionCycle::context_of(const Part& part) const {
  record::DecisionContext context;
  context.recipe = settings_.recipe.id;
  context.serial = part.trigger.serial;
  context.lot = part.trigger.lot;
  if (part.capture) context.picture = part.capture->views.front().source;
  return context;
}

// ---- what is to be done

std::vector<Action> InspectionCycle::take_actions() {
  std::vector<record::Entry> batch = records_.take_batch(clock_.now());
  if (!batch.empty()) actions_.push_back(RecordAction{std::move(batch)});
  return std::exchange(actions_, {});
}

std::vector<Decision> InspectionCycle::take_decisions() {
  return std::exchange(decisions_, {});
}

}  // namespace lineguard::station
