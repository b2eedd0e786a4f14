// The one JSON object of a prediction: a line of `inspect --jsonl`, and (with `id`) the answer of POST
// /v1/inspect/{model}. Documented in docs/json.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::wire {

struct InspectLine {
  std::string id;     // request id; empty: left out
  std::string image;  // the input's name as the caller gave it
  std::optional<Prediction> prediction;
  std::optional<Error> error;  // set where prediction is not: "label" is "unknown" then
  std::string overlay, map;    // files written for this picture; empty: none
};

// One line without the line break. Floats are written so that reading gives the same value. A prediction without a
// finite score, or a line with neither prediction nor error, becomes an error line.
std::string to_json(const InspectLine& line);
// Fields that it does not know are passed over. Errors: corrupt_data naming the field.
Result<InspectLine> parse_inspect_line(std::string_view json);

}  // namespace lineguard::wire
