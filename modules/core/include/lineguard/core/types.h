// The value types that flow through the line: Capture -> Prediction -> Decision, and the Recipe that says how.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/enum_names.h>
#include <lineguard/core/image.h>

namespace lineguard {

using Bytes = std::vector<std::byte>;
using PartNumber = std::uint32_t;  // given by the PLC

enum class Label { good, defective, unknown };
inline constexpr auto kLabelNames = std::to_array<EnumName<Label>>(
    {{Label::good, "good"}, {Label::defective, "defective"}, {Label::unknown, "unknown"}});
static_assert(names_every_value(kLabelNames));
constexpr std::string_view to_string(Label label) {
  return name_of(kLabelNames, label);
}

// A box in pixels of the original picture: x, y of the upper left corner, width, height; all >= 0.
struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Box&) const = default;
};
struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

struct Region {
  Box box;
  double score = 0;            // raw, the highest of the map inside
  std::string class_name;      // empty: none
  std::vector<Point> polygon;  // outline in pixels of the original picture; empty: none
  std::string view;            // View::name of the picture it lies in
};

// One picture of a capture. `content` is either the encoded file as it was (JPEG, PNG, …) or pixels; shared because
// the same picture is predicted, recorded and shown.
using ViewContent = std::variant<std::shared_ptr<const Bytes>, std::shared_ptr<const Image>>;
struct View {
  std::string name;  // "" where there is one view only; else "front", "left", …
  ViewContent content;
  std::string source;                               // file name or camera frame id, for people
  std::optional<ViewContent> defect_free_template;  // its defect-free twin, for models that compare
};

// The pictures taken for one trigger.
struct Capture {
  std::optional<PartNumber> part_number;  // none outside a line
  std::string serial;
  UtcTime captured_at{};
  std::vector<View> views;  // at least one
};

// What tells one picture from every other on its way from camera to prediction and back; see picture_sum.h.
struct PictureSum {
  std::string view;         // View::name
  std::uint64_t bytes = 0;  // length of the encoded file, or of the pixels
  std::uint64_t xxh3 = 0;   // XXH3-64 of those bytes (of size, channels and depth too, where they are pixels)
  bool operator==(const PictureSum&) const = default;
};

// Names one immutable model version. digest: 64 hexadecimal digits of SHA-256.
struct ModelIdentity {
  std::string name;
  std::int64_t version = 0;
  std::string digest;
  bool operator==(const ModelIdentity&) const = default;
};

struct Prediction {
  Label label = Label::unknown;  // unknown: a score within the parity band of the threshold, or no threshold
  double score = 0;              // raw, never clamped; higher is worse
  double threshold = 0;
  std::string operating_point;  // its id
  // Highest score first. None where the label is good, at least one where it is defective (if asked for).
  std::vector<Region> regions;
  // Only where asked for: boxes below the level from which they are reported, and what was found in good pictures.
  // Average precision is taken over all levels.
  std::vector<Region> faint_regions;
  ModelIdentity model;
  // The pictures that were judged, in the order of the capture's views. A station takes no prediction whose sums are
  // not those of its own capture.
  std::vector<PictureSum> pictures;
  Size image_size;  // of the (first) original picture
  double decode_ms = 0;
  double predict_ms = 0;
  std::optional<FloatMap> map;   // at original size, when asked for
  std::vector<float> embedding;  // when asked for
};

enum class Outcome { pass, divert };
enum class Gate { none, reject, review };  // where a diverted part goes
inline constexpr auto kOutcomeNames =
    std::to_array<EnumName<Outcome>>({{Outcome::pass, "pass"}, {Outcome::divert, "divert"}});
inline constexpr auto kGateNames =
    std::to_array<EnumName<Gate>>({{Gate::none, "none"}, {Gate::reject, "reject"}, {Gate::review, "review"}});
static_assert(names_every_value(kOutcomeNames) && names_every_value(kGateNames));
constexpr std::string_view to_string(Outcome outcome) {
  return name_of(kOutcomeNames, outcome);
}
constexpr std::string_view to_string(Gate gate) {
  return name_of(kGateNames, gate);
}

// Why a part was decided as it was. The numbers are what the PLC's Reason register carries: never renumber. A new one
// goes here and into kReasonNames; everything that counts or lists reasons follows.
enum class Reason : std::uint16_t {
  none = 0,
  good = 1,
  defective = 2,
  unknown = 3,            // the model's answer was neither
  late = 4,               // no prediction by the deadline
  prediction_failed = 5,  // server unreachable or answered with an error
  capture_failed = 6,     // the camera gave no picture for this trigger
  sequence_lost = 7,      // a trigger number was skipped
  duplicate_trigger = 8,  // the number was decided already
  busy = 9,               // triggered while the part before was still being inspected
  not_recorded = 10,      // the record could not be made durable
  model_mismatch = 11,    // digest or operating point differ from the recipe's
  station_down = 12,      // found missing at restart
  output_unknown = 13,    // decided, but whether the output was written is not known
  internal_error = 14,
  no_template = 15,
};
inline constexpr auto kReasonNames = std::to_array<EnumName<Reason>>({
    {Reason::none, "none"},
    {Reason::good, "good"},
    {Reason::defective, "defective"},
    {Reason::unknown, "unknown"},
    {Reason::late, "late"},
    {Reason::prediction_failed, "prediction failed"},
    {Reason::capture_failed, "capture failed"},
    {Reason::sequence_lost, "sequence lost"},
    {Reason::duplicate_trigger, "duplicate trigger"},
    {Reason::busy, "busy"},
    {Reason::not_recorded, "not recorded"},
    {Reason::model_mismatch, "model mismatch"},
    {Reason::station_down, "station down"},
    {Reason::output_unknown, "output unknown"},
    {Reason::internal_error, "internal error"},
    {Reason::no_template, "no template"},
});
static_assert(names_every_value(kReasonNames));
inline constexpr std::size_t kReasonCount = kReasonNames.size();
constexpr std::string_view to_string(Reason reason) {
  return name_of(kReasonNames, reason);
}
// Every reason in order of its number, for tables, metrics and reports.
constexpr std::array<Reason, kReasonCount> all_reasons() {
  return values_of(kReasonNames);
}

// What the station does with one part.
struct Decision {
  PartNumber part_number = 0;
  Outcome outcome = Outcome::divert;
  Gate gate = Gate::reject;
  Reason reason = Reason::internal_error;
  std::string detail;                    // the error message, for people
  std::optional<Prediction> prediction;  // when there was one
  std::optional<double> threshold;       // the recipe's, which its score was held against
  UtcTime decided_at{};
  double trigger_to_decision_ms = 0;
};

// What to inspect for one product.
struct Recipe {
  std::string id;
  std::string model;            // package name
  std::string package_digest;   // 64 hexadecimal digits
  std::string operating_point;  // id
  double threshold = 0;         // of that operating point
  double unknown_band = 0;      // |score - threshold| below this is `unknown`
  Milliseconds deadline{80};    // from trigger to decision
  // The encoded picture of a part without defects, for models that compare; null: none.
  std::shared_ptr<const Bytes> defect_free_template;
};

}  // namespace lineguard
