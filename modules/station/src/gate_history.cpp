#include <algorithm>

#include <nlohmann/json.hpp>

#include <lineguard/record/decision_json.h>
#include <lineguard/station/gate_history.h>

namespace lineguard::station {
namespace {

using nlohmann::json;

constexpr std::int64_t kNewestEvents = 20'000;  // far more than there are parts between camera and gate

std::optional<std::uint32_t> count_in(const json& counts, const char* key) {
  const auto found = counts.find(key);
  if (found == counts.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  if (value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

void read_counts(const record::Event& event, GateHistory& history) {
  const json payload = json::parse(event.payload, nullptr, false);
  if (!payload.is_object() || !payload.contains("plc_counts")) return;
  const json& counts = payload["plc_counts"];
  if (!counts.is_object()) return;
  const auto number = count_in(counts, "number"), triggers = count_in(counts, "triggers"),
             gate = count_in(counts, "gate_number"), passed = count_in(counts, "gate_passed"),
             diverted = count_in(counts, "gate_diverted");
  if (!number || !triggers || !gate || !passed || !diverted) return;
  history.gate = GatePoint{*gate, *passed, *diverted};
  history.position = PlcPosition{*number, static_cast<std::uint16_t>(*triggers), *passed + *diverted, *passed};
  if (history.gate->parts() > 0) {
    std::erase_if(history.passes, [&](PartNumber part) { return static_cast<std::int32_t>(*gate - part) >= 0; });
  }
}

// What a `gate_differs` tells is compared, or given up, and not waited for any more.
void forget_what_is_told(const record::Event& event, GateHistory& history) {
  const json payload = json::parse(event.payload, nullptr, false);
  if (!payload.is_object() || !payload.contains("within") || !payload["within"].is_object()) return;
  const auto first = count_in(payload["within"], "first"), last = count_in(payload["within"], "last");
  if (!first || !last) return;
  std::erase_if(history.passes, [&](PartNumber part) { return record::holds({*first, *last}, part); });
}

void read_epoch(const record::Event& event, GateHistory& history) {
  const json payload = json::parse(event.payload, nullptr, false);
  if (payload.is_object()) history.epoch = count_in(payload, "epoch");
}

void follow_decision(const record::Event& event, GateHistory& history) {
  const auto decision = record::parse_decision(event);
  if (!decision) return;
  std::erase(history.passes, decision->part_number);
  if (decision->outcome == Outcome::pass) history.passes.push_back(decision->part_number);
}

}  // namespace

Result<GateHistory> read_gate_history(record::RecordReader& reader) {
  GateHistory history;
  LINEGUARD_TRY(reader.for_each({.last = kNewestEvents}, [&](const record::Event& event) {
    if (is(event, record::EventKind::decided) || is(event, record::EventKind::revised)) {
      follow_decision(event, history);
    } else if (is(event, record::EventKind::numbering_restarted)) {
      const auto epoch = history.epoch;
      history = {};
      history.epoch = epoch;
      read_counts(event, history);
    } else if (is(event, record::EventKind::gate_differs)) {
      forget_what_is_told(event, history);
    } else if (is(event, record::EventKind::actuated) || is(event, record::EventKind::station_started) ||
               is(event, record::EventKind::station_stopped)) {
      read_counts(event, history);
      if (is(event, record::EventKind::station_started)) read_epoch(event, history);
    }
    return true;
  }));
  return history;
}

std::string with_counts(const std::string& text, const GatePoint& gate, const PlcPosition& position) {
  json payload = json::parse(text, nullptr, false);
  if (!payload.is_object()) return text;
  payload["plc_counts"] = {{"number", position.number},
                           {"triggers", position.triggers},
                           {"gate_number", gate.number},
                           {"gate_passed", gate.passed},
                           {"gate_diverted", gate.diverted}};
  return payload.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace lineguard::station
