// The one JSON object of a prediction: a line of `inspect --jsonl`, and (with `id`) the answer of POST
// /v1/inspect/{model}. Documented in docs/json.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/wire/question.h>

namespace lineguard::wire {

struct InspectLine {
  std::string id;     // request id; empty: left out
  std::string image;  // the input's name as the caller gave it
  std::optional<Prediction> prediction;
  std::optional<Error> error;            // set where prediction is not: "label" is "unknown" then
  std::string overlay, map;              // files written for this picture; empty: none
  std::optional<Question> question{};    // that a server's answer repeats
  std::string operating_point_digest{};  // of the operating point's file; empty: not said
  std::string rule{};  // the region rules by which it is good although its score is above the threshold; else empty
};

// What so many bytes take in base64.
constexpr std::size_t base64_bytes(std::size_t bytes) {
  return 4 * ((bytes + 2) / 3);
}

// One line without the line break, with the map and embedding where the prediction has them. Floats are written so that
// reading gives the same value. A prediction without a finite score, or a line with neither prediction nor error,
// becomes an error line.
std::string to_json(const InspectLine& line);
// Fields that it does not know are passed over; a key twice is refused, as it could be read either way. Errors:
// corrupt_data naming the field, too_large (limits.h).
Result<InspectLine> parse_inspect_line(std::string_view json);

// A failing answer: {"error": message, "code": code} and the question where there is one, with a line break.
std::string to_error_json(const Error& error, const std::optional<Question>& question);
// What such an answer says; no error where it is none of ours.
struct ErrorAnswer {
  std::optional<Error> error;
  std::optional<Question> question;
};
ErrorAnswer parse_error_answer(std::string_view json);

}  // namespace lineguard::wire
