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

std::string range_text(const record::RangeDecision& decision) {
  std::string text =
      fmt::format("{}: {}, parts {} to {} ({} numbers)", to_string(decision.outcome), to_string(decision.reason),
                  decision.range.first, decision.range.last, count_of(decision.range));
  if (!decision.detail.empty()) text += " (" + decision.detail + ")";
  return text;
}

// "x y width height score" of each, strongest first.
std::string regions_column(const std::vector<Region>& regions) {
  std::string text;
  for (const Region& region : regions)
    text += fmt::format("{}{} {} {} {} {}", text.empty() ? "" : "; ", region.box.x, region.box.y, region.box.width,
                        region.box.height, region.score);
  return text;
}

std::string digests_column(const std::vector<record::PictureDigest>& digests) {
  std::string text;
  for (const record::PictureDigest& digest : digests) text += (text.empty() ? "" : " ") + digest.sha256;
  return text;
}

// The columns that a decision fills: by name, in the order of the file.
struct Column {
  const char* name;
  std::string (*of_part)(const record::RecordedDecision& recorded);
  std::string (*of_range)(const record::RangeDecision& decision);  // null: empty
};

template <typename Field>
std::string of_prediction(const record::RecordedDecision& recorded, const Field& field) {
  return recorded.decision.prediction ? field(*recorded.decision.prediction) : std::string();
}

using Part = const record::RecordedDecision&;
using Numbers = const record::RangeDecision&;
constexpr Column kDecisionColumns[] = {
    {"serial", [](Part part) { return part.context.serial; }, nullptr},
    {"lot", [](Part part) { return part.context.lot; }, nullptr},
    {"recipe", [](Part part) { return part.context.recipe; }, [](Numbers range) { return range.context.recipe; }},
    {"outcome", [](Part part) { return std::string(to_string(part.decision.outcome)); },
     [](Numbers range) { return std::string(to_string(range.outcome)); }},
    {"gate", [](Part part) { return std::string(to_string(part.decision.gate)); },
     [](Numbers range) { return std::string(to_string(range.gate)); }},
    {"reason", [](Part part) { return std::string(to_string(part.decision.reason)); },
     [](Numbers range) { return std::string(to_string(range.reason)); }},
    {"score", [](Part part) { return of_prediction(part, [](const auto& it) { return number_text(it.score); }); },
     nullptr},
    {"threshold",
     [](Part part) { return part.decision.prediction ? number_text(threshold_of(part.decision)) : std::string(); },
     nullptr},
    {"unknown_band",
     [](Part part) { return part.context.unknown_band ? number_text(*part.context.unknown_band) : std::string(); },
     nullptr},
    {"regions",
     [](Part part) { return of_prediction(part, [](const auto& it) { return regions_column(it.regions); }); }, nullptr},
    {"picture", [](Part part) { return part.context.picture; }, nullptr},
    {"picture_sha256", [](Part part) { return digests_column(part.context.picture_sha256); }, nullptr},
    {"kept", [](Part part) { return part.context.kept ? part.context.kept->file : std::string(); }, nullptr},
    {"kept_probability",
     [](Part part) { return part.context.kept ? number_text(part.context.kept->probability) : std::string(); },
     nullptr},
    {"model", [](Part part) { return of_prediction(part, [](const auto& it) { return it.model.name; }); }, nullptr},
    {"model_version",
     [](Part part) { return of_prediction(part, [](const auto& it) { return std::to_string(it.model.version); }); },
     nullptr},
    {"model_digest", [](Part part) { return of_prediction(part, [](const auto& it) { return it.model.digest; }); },
     nullptr},
    {"operating_point",
     [](Part part) { return of_prediction(part, [](const auto& it) { return it.operating_point; }); }, nullptr},
    {"trigger_to_decision_ms", [](Part part) { return number_text(part.decision.trigger_to_decision_ms); }, nullptr},
    {"detail", [](Part part) { return part.decision.detail; }, [](Numbers range) { return range.detail; }},
};

// Of a decision, of a part or of a range; empty ones: the event is no decision, or can't be read.
std::string decision_columns(const record::Event& event) {
  const auto part = is_decision(event) ? record::parse_recorded_decision(event)
                                       : Result<record::RecordedDecision>(make_error(ErrorCode::not_found, ""));
  const auto range = is(event, record::EventKind::decided_range)
                         ? record::parse_decided_range(event)
                         : Result<record::RangeDecision>(make_error(ErrorCode::not_found, ""));
  std::string line;
  for (const Column& column : kDecisionColumns) {
    std::string value;
    if (part) value = column.of_part(*part);
    if (range && column.of_range) value = column.of_range(*range);
    line += "," + csv_field(value);
  }
  return line;
}

// The numbers that an event is about: "4711", of a range "17-1016".
std::string numbers_column(const record::Event& event) {
  if (!is(event, record::EventKind::decided_range)) return part_text(event);
  const auto decision = record::parse_decided_range(event);
  return decision ? fmt::format("{}-{}", decision->range.first, decision->range.last) : "";
}

}  // namespace

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
  std::string header = "sequence,utc,kind,part";
  for (const Column& column : kDecisionColumns) header += std::string(",") + column.name;
  return header + ",settings,hash";
}

std::string csv_line(const record::Event& event, std::int64_t settings) {
  return fmt::format("{},{},{},{}{},{},{}", event.sequence, event.utc, csv_field(event.kind), numbers_column(event),
                     decision_columns(event), settings > 0 ? std::to_string(settings) : "", event.hash);
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
