// Decisions, of one part or of a run of numbers, as payloads of events, and back. What is written is read back whole.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/record/event.h>
#include <lineguard/record/number_range.h>

namespace lineguard::record {

// The SHA-256 of one view's bytes, as they came from the camera.
struct PictureDigest {
  std::string view;    // View::name
  std::string sha256;  // 64 hexadecimal digits
  bool operator==(const PictureDigest&) const = default;
};

// Why the picture of a part was to be kept: all of diverted parts, of passed ones a sample.
enum class KeptBecause { diverted, sample };
inline constexpr auto kKeptBecauseNames =
    std::to_array<EnumName<KeptBecause>>({{KeptBecause::diverted, "diverted"}, {KeptBecause::sample, "sample"}});
static_assert(names_every_value(kKeptBecauseNames));
constexpr std::string_view to_string(KeptBecause because) {
  return name_of(kKeptBecauseNames, because);
}

// Where the station was about to keep a part's picture when it decided. The file may be absent: the disk was full, or
// its time was over.
struct KeptPicture {
  std::string file;  // relative to the station's folder of pictures
  KeptBecause because = KeptBecause::diverted;
  double probability = 1;  // with which a part that was decided like this one is kept: statistics weigh by 1 / it
  bool operator==(const KeptPicture&) const = default;
};

// What stands beside a decision in the record; empty fields are left out.
struct DecisionContext {
  std::string recipe = {};  // id
  std::string serial = {};
  std::string lot = {};
  std::string picture = {};                           // View::source of the first view
  std::vector<PictureDigest> picture_sha256 = {};     // may come later, with `actuated`
  std::optional<double> unknown_band = std::nullopt;  // Recipe::unknown_band
  std::optional<KeptPicture> kept = std::nullopt;     // of the first view; none: it was not to be kept
  bool operator==(const DecisionContext&) const = default;
};

struct RecordedDecision {
  Decision decision;
  DecisionContext context;
};

// `kind` is decided or revised. Maps, embeddings and faint regions are not recorded. Of more regions, points or text
// than one event may hold (limits::kRecordJson), the weakest regions are left out, and the payload says how many.
Entry decision_entry(EventKind kind, const Decision& decision, const DecisionContext& context);

// Reads back every field that decision_entry writes. A score that is no number is NaN.
// Errors: corrupt_data naming the field, too_large.
Result<Decision> parse_decision(const Event& event);
Result<RecordedDecision> parse_recorded_decision(const Event& event);

// One decision for every number of `range`. The event has no `part`; its payload has first, last, outcome, gate, reason
// and detail at the top.
struct RangeDecision {
  NumberRange range;
  Outcome outcome = Outcome::divert;
  Gate gate = Gate::reject;
  Reason reason = Reason::station_down;
  std::string detail = {};
  UtcTime decided_at{};
  DecisionContext context = {};
};
Entry decided_range_entry(const RangeDecision& decision);
// Errors: as parse_decision.
Result<RangeDecision> parse_decided_range(const Event& event);

// The output was written and acknowledged. `taken`: the part was still before the gate. The digests of its pictures may
// be known by now.
Entry actuated_entry(PartNumber part, Outcome outcome, Reason reason, bool taken,
                     const std::vector<PictureDigest>& picture_sha256 = {});

// The gate did something else than what was recorded. Either the parts are known by their numbers, or only that between
// `at_least` and `at_most` parts of `within` are concerned.
struct GateDifference {
  std::vector<PartNumber> parts = {};
  std::optional<NumberRange> within = std::nullopt;
  std::uint64_t at_least = 0, at_most = 0;
  std::optional<Outcome> recorded = std::nullopt, gate = std::nullopt;  // what the record says, what the gate did
  std::string detail = {};
};
Entry gate_differs_entry(const GateDifference& difference);

}  // namespace lineguard::record
