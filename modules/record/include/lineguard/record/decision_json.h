// Decisions as payloads of `decided` and `revised` events, and back.
#pragma once

#include <string>
#include <string_view>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/record/event.h>

namespace lineguard::record {

// What stands beside a decision in the record; empty fields are left out.
struct DecisionContext {
  std::string recipe = {};  // id
  std::string serial = {};
  std::string lot = {};
  std::string picture = {};  // View::source of the first view
};

// `kind` is decided or revised. Maps and embeddings are not recorded; a score that is not a number is null.
Entry decision_entry(EventKind kind, const Decision& decision, const DecisionContext& context);

// Reads back outcome, gate, reason, detail, time and, where there was one, label, score, threshold and model.
// Errors: corrupt_data naming the field.
Result<Decision> parse_decision(const Event& event);

}  // namespace lineguard::record
