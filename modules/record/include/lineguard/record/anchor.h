// Anchors: at the start, every hour and at the stop the record's head is signed with the station's key. The anchor is
// an event of the record, stands as a line beside it (`<record>.anchors`) and in a second file elsewhere. Who has the
// key's public half can tell a record that was rewritten or cut.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <lineguard/core/clock.h>
#include <lineguard/core/enum_names.h>
#include <lineguard/core/result.h>
#include <lineguard/core/signature.h>
#include <lineguard/record/event.h>

namespace lineguard::record {

enum class AnchorTime { start, interval, stop };
inline constexpr auto kAnchorTimeNames = std::to_array<EnumName<AnchorTime>>(
    {{AnchorTime::start, "start"}, {AnchorTime::interval, "interval"}, {AnchorTime::stop, "stop"}});
static_assert(names_every_value(kAnchorTimeNames));
constexpr std::string_view to_string(AnchorTime time) {
  return name_of(kAnchorTimeNames, time);
}

// Its event has the number sequence = head.sequence + 1, and head.hash as `previous`.
struct Anchor {
  std::int64_t format = 0;  // of the record
  std::string utc;          // of its event
  AnchorTime time = AnchorTime::start;
  Head head;                         // the event before it
  std::int64_t previous_anchor = 0;  // sequence of the anchor before; 0: none
  // Merkle root (RFC 9162, SHA-256) whose leaves are the hashes, 32 bytes each, of the events previous_anchor (or 1) to
  // head.sequence: the anchor before is a leaf, too, so that every event is a leaf of one tree.
  std::string root;
  std::string key;        // PublicKey::id
  std::string signature;  // over signed_text() in the domain kAnchorDomain
  std::int64_t sequence() const { return head.sequence + 1; }
  bool operator==(const Anchor&) const = default;
};
inline constexpr std::string_view kAnchorDomain = "lineguard.anchor/1";

// format, sequence, utc, time, head.sequence, head.hash, previous_anchor, root and key, each followed by a line break.
std::string signed_text(const Anchor& anchor);
// Fills key and signature.
void sign(Anchor& anchor, const SigningKey& key);
// Whether one of the keys is the anchor's and its signature holds.
enum class Signed { yes, no, key_not_known };
Signed check_signature(const Anchor& anchor, std::span<const PublicKey> keys);

Entry anchor_entry(const Anchor& anchor);
// Of an `anchored` event. Errors: corrupt_data (a field is missing, wrong, or not of an anchor, or the anchor is not of
// this place in the chain).
Result<Anchor> parse_anchor(const Event& event);

// One line of an anchors file, without a line break: lineguard.anchor/1 (docs/json.md), and back.
std::string anchor_line(const Anchor& anchor);
Result<Anchor> parse_anchor_line(std::string_view line);

// `<record>.anchors`
std::filesystem::path anchors_beside(const std::filesystem::path& record);
// Each line in order, with its number from 1; false stops. A last line without a line break was being written when the
// power went: it is left out. Errors: not_found, io_error, too_large (a line of over 4096 bytes).
Result<void> for_each_line(const std::filesystem::path& anchors,
                           const std::function<bool(std::string_view line, std::int64_t number)>& on_line);
// Appends lines; durable on return. A half line at the end is ended first. Errors: those of the operating system.
Result<void> append_lines(const std::filesystem::path& anchors, std::span<const std::string> lines);

// When to anchor. Pure; times are steady, so that a clock that is set does not matter.
class AnchorSchedule {
 public:
  explicit AnchorSchedule(std::chrono::seconds interval) : interval_(interval) {}
  // At the start at once, then every interval.
  bool due(SteadyTime now) const { return !anchored_ || now - *anchored_ >= interval_; }
  AnchorTime time() const { return anchored_ ? AnchorTime::interval : AnchorTime::start; }
  void anchored(SteadyTime now) { anchored_ = now; }

 private:
  std::chrono::seconds interval_;
  std::optional<SteadyTime> anchored_;
};

}  // namespace lineguard::record
