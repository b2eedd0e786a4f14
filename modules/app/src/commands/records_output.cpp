#include "commands/records_output.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/record/decision_json.h>

namespace lineguard::app {
namespace {

std::string part_text(const record::Event& event) {
  return event.part ? fmt::format("{}", *event.part) : "";
}

std::string number_text(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "";
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

bool is_decision(const record::Event& event) {
  return is(event, record::EventKind::decided) || is(event, record::EventKind::revised);
}

// The recipe's decides; records made before it was written hold the model's alone.
double threshold_of(const Decision& decision) {
  return decision.threshold.value_or(decision.prediction ? decision.prediction->threshold : 0);
}

std::string decision_text(const Decision& decision) {
  std::string text = fmt::format("{}: {}", to_string(decision.outcome), to_string(decision.reason));
  if (decision.gate == Gate::review) text += ", to review";
  if (decision.prediction) {
    const double decided = threshold_of(decision), of_model = decision.prediction->threshold;
    text += fmt::format(", score {:.6g} / {:.6g}", decision.prediction->score, decided);
    if (decided != of_model) text += fmt::format(" (the model's threshold is {:.6g})", of_model);
  }
  text += fmt::format(", {:.1f} ms", decision.trigger_to_decision_ms);
  if (!decision.detail.empty()) text += " (" + decision.detail + ")";
  return text;
}

std::string range_text(const record::RangeDecision& decision) {
  std::string text =
      fmt::format("{}: {}, parts {} to {} ({} numbers)", to_string(decision.outcome), to_string(decision.reason),
                  decision.range.first, decision.range.last, count_of(decision.range));
  if (!decision.detail.empty()) text += " (" + decision.detail + ")";
  return text;
}

// Of a decision, of a part or of a range; none: the event is no decision, or can't be read.
std::string decision_columns(const record::Event& event) {
  if (const auto decision = record::parse_decision(event); is_decision(event) && decision) {
    const Prediction none;
    const bool predicted = decision->prediction.has_value();
    const Prediction& prediction = predicted ? *decision->prediction : none;
    return fmt::format(
        "{},{},{},{},{},{},{},{}", to_string(decision->outcome), to_string(decision->gate), to_string(decision->reason),
        predicted ? number_text(prediction.score) : "", predicted ? number_text(threshold_of(*decision)) : "",
        number_text(decision->trigger_to_decision_ms), csv_field(prediction.model.digest), csv_field(decision->detail));
  }
  if (!is(event, record::EventKind::decided_range)) return ",,,,,,,";
  const auto decision = record::parse_decided_range(event);
  if (!decision) return ",,,,,,,";
  return fmt::format("{},{},{},,,,,{}", to_string(decision->outcome), to_string(decision->gate),
                     to_string(decision->reason), csv_field(decision->detail));
}

// The numbers that an event is about: "4711", of a range "17-1016".
std::string numbers_column(const record::Event& event) {
  if (!is(event, record::EventKind::decided_range)) return part_text(event);
  const auto decision = record::parse_decided_range(event);
  return decision ? fmt::format("{}-{}", decision->range.first, decision->range.last) : "";
}

}  // namespace

std::string event_text(const record::Event& event) {
  std::string what = event.payload == "{}" ? "" : event.payload;
  if (is_decision(event)) {
    const auto decision = record::parse_decision(event);
    what = decision ? decision_text(*decision) : decision.error().message;
  } else if (is(event, record::EventKind::decided_range)) {
    const auto decision = record::parse_decided_range(event);
    what = decision ? range_text(*decision) : decision.error().message;
  }
  return fmt::format("{:>8}  {}  {:<19} {:>10}  {}", event.sequence, event.utc, event.kind, part_text(event), what);
}

std::string csv_header() {
  return "sequence,utc,kind,part,outcome,gate,reason,score,threshold,trigger_to_decision_ms,model_digest,detail,hash";
}

std::string csv_line(const record::Event& event) {
  return fmt::format("{},{},{},{},{},{}", event.sequence, event.utc, csv_field(event.kind), numbers_column(event),
                     decision_columns(event), event.hash);
}

namespace {

std::string answer_text(const record::RecordVerification& found) {
  const record::Verification& chain = found.chain;
  if (chain.broken_sequence)
    return fmt::format("broken at event {}: {} ({} events before it are whole)", *chain.broken_sequence, chain.problem,
                       chain.events);
  if (!found.problems.empty()) return fmt::format("broken: {} events, but not as they were written", chain.events);
  return fmt::format("whole: {} events, head {}:{}", chain.events, chain.head.sequence, chain.head.hash);
}

std::string seal_text(const record::RecordVerification& found) {
  if (found.sealed_until == 0) return "not sealed: no anchor in it is signed by a key that counts";
  const std::string sealed =
      fmt::format("sealed up to event {} at {}, {} anchors", found.sealed_until, found.sealed_at, found.anchors);
  if (found.sealed_until == found.chain.head.sequence) return sealed;
  return sealed + fmt::format("; events {} to {} are behind it{}", found.sealed_until + 1, found.chain.head.sequence,
                              found.open_tail ? ", as allowed (--open-tail)" : " (--open-tail for a running station)");
}

}  // namespace

std::string verification_text(const record::RecordVerification& found) {
  std::string text = answer_text(found) + "\n" + seal_text(found);
  for (const std::string& problem : found.problems) text += "\nproblem: " + problem;
  for (const std::string& warning : found.warnings) text += "\nwarning: " + warning;
  for (const std::string& sentence : found.not_checked) text += "\nnot checked: " + sentence;
  return text;
}

std::string verification_json(const record::RecordVerification& found) {
  const record::Verification& chain = found.chain;
  nlohmann::json object = {{"schema", "lineguard.record_verification/1"},
                           {"whole", found.whole()},
                           {"sealed", found.sealed()},
                           {"format", found.format},
                           {"events", chain.events},
                           {"head", {{"sequence", chain.head.sequence}, {"hash", chain.head.hash}}},
                           {"anchors", found.anchors},
                           {"sealed_until", found.sealed_until},
                           {"broken_sequence", nullptr},
                           {"problems", found.problems},
                           {"warnings", found.warnings},
                           {"not_checked", found.not_checked}};
  if (chain.broken_sequence) {
    object["broken_sequence"] = *chain.broken_sequence;
    object["problem"] = chain.problem;
  }
  return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace lineguard::app
