// Events and verifications as text, CSV and JSON.
#pragma once

#include <string>

#include <lineguard/core/types.h>
#include <lineguard/record/event.h>
#include <lineguard/record/verification.h>

namespace lineguard::app {

std::string event_text(const record::Event& event);   // one line for people
std::string decision_text(const Decision& decision);  // "divert: defective, score 31.2 / 27.5, 41.3 ms"
std::string csv_header();
// RFC 4180, with the decision's fields where it is one. `settings`: the sequence of the `station_started` in force; 0:
// none.
std::string csv_line(const record::Event& event, std::int64_t settings);
std::string verification_text(const record::RecordVerification& verification);
std::string verification_json(const record::RecordVerification& verification);  // lineguard.record_verification/1

}  // namespace lineguard::app
