// Events and verifications as text, CSV and JSON.
#pragma once

#include <string>

#include <lineguard/record/event.h>
#include <lineguard/record/verification.h>

namespace lineguard::app {

std::string event_text(const record::Event& event);  // one line for people
std::string csv_header();
std::string csv_line(const record::Event& event);  // RFC 4180, with the decision's fields where it is one
std::string verification_text(const record::RecordVerification& verification);
std::string verification_json(const record::RecordVerification& verification);  // lineguard.record_verification/1

}  // namespace lineguard::app
