// libFuzzer: whatever bytes come, payloads, anchor lines and key files are read or refused; what is read is written the
// same again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <lineguard/core/signature.h>
#include <lineguard/record/anchor.h>
#include <lineguard/record/decision_json.h>

namespace {

using namespace lineguard;

void read_payload(std::string_view text) {
  const auto canonical = record::canonical_json(text);
  if (!canonical) return;
  if (*record::canonical_json(*canonical) != *canonical) std::abort();
  const record::Event event{2, "2026-11-23T15:00:00.000Z", "decided", 1, *canonical, std::string(64, '0'), ""};
  if (const auto read = record::parse_recorded_decision(event)) {
    const auto again = record::decision_entry(record::EventKind::decided, read->decision, read->context);
    if (!record::canonical_json(again.payload)) std::abort();
  }
  static_cast<void>(record::parse_decided_range(event));
  static_cast<void>(record::parse_anchor(event));
  static_cast<void>(record::to_json(event));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'a') {
    if (const auto anchor = record::parse_anchor_line(text)) {
      if (*record::parse_anchor_line(record::anchor_line(*anchor)) != *anchor) std::abort();
    }
  } else if (data[0] == 'k') {
    if (const auto key = PublicKey::parse(text)) {
      if (PublicKey::parse(key->text())->id() != key->id()) std::abort();
    }
  } else {
    read_payload(text);
  }
  return 0;
}
