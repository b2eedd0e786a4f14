#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/station/inspection_cycle.h>
#include <lineguard/station/judge.h>

namespace lineguard::station {
namespace {

constexpr std::size_t kMaxKeptDecisions = 1024;
constexpr std::size_t kMaxUnknownOutputs = 10'000;

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

void InspectionCycle::stop() {
  stopping_ = true;
}

void InspectionCycle::abandon(const std::string& why) {
  stop();
  on_plc_failed(make_error(ErrorCode::unavailable, why));
  divert_undecided(Reason::station_down, why);
  if (const auto finding = gate_watch_.give_up(why)) report(*finding);
}

void InspectionCycle::divert_undecided(Reason reason, const std::string& why) {
  for (Part& part : parts_) {
    if (part.stage == Stage::recording) {
      overrule(part, reason, why);
    } else if (part.stage != Stage::decided) {
      divert(part, reason, why);
    }
  }
  publish();
}

bool InspectionCycle::finish(const std::string& stopped_payload) {
  on_tick();
  if (!parts_.empty() || !results_.empty()) return false;
  if (!stop_noted_) {
    stop_noted_ = true;
    records_.add({record::EventKind::station_stopped, std::nullopt, counts_beside(stopped_payload)});
    return false;
  }
  return records_.waiting() == 0 || records_.failing();
}

// ---- events

void InspectionCycle::on_trigger(const Trigger& trigger, const PlcPosition& position) {
  on_tick();
  const PartNumber last = numbers_.last().value_or(trigger.part - 1);
  const NumberedTrigger numbered = numbers_.take(position);
  position_ = position;
  if (numbered.arrival == Arrival::repeated) {
    ++counters_.repeated_triggers;
    note(record::EventKind::trigger_repeated, trigger.part, "the first decision stands");
    return;
  }
  if (numbered.arrival == Arrival::restarted) restart_numbering(position, numbered, last);
  if (numbered.skipped)
    decide_numbers(*numbered.skipped, Reason::sequence_lost, fmt::format("the PLC went on to part {}", trigger.part));
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

void InspectionCycle::on_frame(Ticket ticket, Result<GrabbedCapture> frame) {
  on_tick();
  Part* part = find_undecided(ticket);
  if (!part || part->stage != Stage::grabbing) {
    ++counters_.late_answers;
    return;
  }
  if (!frame) {
    divert(*part, Reason::capture_failed, frame.error().message);
  } else if (const auto number = frame->capture.part_number; number && *number != part->trigger.part) {
    divert(*part, Reason::capture_failed, fmt::format("the camera gave the picture of part {}", *number));
  } else if (frame->capture.views.empty()) {
    divert(*part, Reason::capture_failed, "the camera gave no picture");
  } else {
    for (View& view : frame->capture.views) {
      if (settings_.recipe.defect_free_template) view.defect_free_template = settings_.recipe.defect_free_template;
    }
    part->sums = std::move(frame->sums);
    part->capture = std::make_shared<const Capture>(std::move(frame->capture));
    start_prediction(*part);
    actions_.push_back(DigestAction{part->ticket, part->capture});
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
  if (const std::string foreign = find_foreign(*prediction, *part->capture, part->sums); !foreign.empty()) {
    ++counters_.foreign_answers;
    divert(*part, Reason::prediction_failed, foreign);
    publish();
    return;
  }
  const Verdict verdict = judge(*prediction, settings_.recipe, settings_.point.rules);
  if (verdict.label_disagreement) ++counters_.label_disagreements;
  prediction->map.reset();
  prediction->embedding.clear();
  part->decision.prediction = std::move(*prediction);
  part->decision.threshold = settings_.recipe.threshold;
  if (verdict.outcome == Outcome::pass) {
    part->decision.detail = verdict.detail;
    propose_pass(*part);
  } else {
    divert(*part, verdict.reason, verdict.detail, verdict.gate);
  }
  publish();
}

// Before the decision they are recorded with it, after it with the Ack.
void InspectionCycle::on_digests(Ticket ticket, std::vector<record::PictureDigest> digests) {
  if (Part* part = find_undecided(ticket)) {
    part->digests = std::move(digests);
    return;
  }
  const auto due = digests_due_.find(ticket);
  if (due == digests_due_.end()) return;
  if (late_digests_.size() >= settings_.max_results) late_digests_.clear();
  late_digests_[due->second] = std::move(digests);
  digests_due_.erase(due);
}

void InspectionCycle::on_record_checked(const Result<void>& writable) {
  records_.set_failing(!writable.ok());
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
  const auto digests = late_digests_.find(part);
  const bool known = digests != late_digests_.end();
  confirm_output(part, record::actuated_entry(part, shown->outcome, shown->reason, taken,
                                              known ? digests->second : std::vector<record::PictureDigest>{}));
  if (known) late_digests_.erase(digests);
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

// A picture that cannot be judged whole is the camera's fault, whoever found out.
static Reason reason_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::no_template:
      return Reason::no_template;
    case ErrorCode::timeout:
      return Reason::late;
    case ErrorCode::corrupt_data:
    case ErrorCode::unsupported:
    case ErrorCode::too_large:
      return Reason::capture_failed;
    default:
      return Reason::prediction_failed;
  }
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
      if (part.last_error) return divert(part, reason_of(part.last_error->code), part.last_error->message);
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
  if (part.capture && part.digests.empty()) {
    if (digests_due_.size() >= settings_.max_results) digests_due_.clear();
    digests_due_[part.ticket] = decision.part_number;
  }
  if (decision.outcome != Outcome::pass) return;
  if (const auto finding = gate_watch_.on_pass(decision.part_number)) report(*finding);
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

void InspectionCycle::confirm_output(PartNumber part, record::Entry entry) {
  ++counters_.outputs_confirmed;
  unknown_outputs_.erase(part);
  entry.payload = counts_beside(entry.payload);
  records_.add(std::move(entry));
}

void InspectionCycle::lose_output(PartNumber part, const std::string& why) {
  ++counters_.outputs_unknown;
  if (unknown_outputs_.size() < kMaxUnknownOutputs) unknown_outputs_.insert(part);
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
  context.picture_sha256 = part.digests;
  context.unknown_band = settings_.recipe.unknown_band;
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
