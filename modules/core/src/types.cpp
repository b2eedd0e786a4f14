#include <lineguard/core/types.h>

namespace lineguard {

std::string_view to_string(Label label) {
  switch (label) {
    case Label::good:
      return "good";
    case Label::defective:
      return "defective";
    case Label::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(Outcome outcome) {
  return outcome == Outcome::pass ? "pass" : "divert";
}

std::string_view to_string(Gate gate) {
  switch (gate) {
    case Gate::none:
      return "none";
    case Gate::reject:
      return "reject";
    case Gate::review:
      return "review";
  }
  return "reject";
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "none";
    case Reason::good:
      return "good";
    case Reason::defective:
      return "defective";
    case Reason::unknown:
      return "unknown";
    case Reason::late:
      return "late";
    case Reason::prediction_failed:
      return "prediction failed";
    case Reason::capture_failed:
      return "capture failed";
    case Reason::sequence_lost:
      return "sequence lost";
    case Reason::duplicate_trigger:
      return "duplicate trigger";
    case Reason::busy:
      return "busy";
    case Reason::not_recorded:
      return "not recorded";
    case Reason::model_mismatch:
      return "model mismatch";
    case Reason::station_down:
      return "station down";
    case Reason::output_unknown:
      return "output unknown";
    case Reason::internal_error:
      return "internal error";
    case Reason::no_template:
      return "no template";
  }
  return "internal error";
}

const std::vector<Reason>& all_reasons() {
  static const std::vector<Reason> reasons = [] {
    std::vector<Reason> list;
    for (std::uint16_t number = 0; number <= static_cast<std::uint16_t>(Reason::no_template); ++number) {
      list.push_back(static_cast<Reason>(number));
    }
    return list;
  }();
  return reasons;
}

}  // namespace lineguard
