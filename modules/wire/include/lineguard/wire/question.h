// Question: what binds an answer to the request that it answers. The asker sends it in the request's header, the server
// repeats it in the answer's JSON with the sums of what it received, and the asker compares (docs/api.md,
// docs/json.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/http/message.h>

namespace lineguard::wire {

struct Question {
  std::string nonce;  // 1 to 64 letters, digits and '-', never used twice
  std::optional<PartNumber> part;
  std::vector<PictureSum> pictures;   // of the bytes as they are sent, in the order of the views
  std::vector<PictureSum> templates;  // likewise, of those views that have one
  bool operator==(const Question&) const = default;
};

// X-Lineguard-Nonce, X-Lineguard-Part, X-Lineguard-Pictures and X-Lineguard-Templates: sums as
// "LENGTH-XXH3", XXH3 as 16 hexadecimal digits, separated by commas.
http::Headers to_headers(const Question& question);
// None where the asker sent no nonce. Names of views are not part of a header. Errors: invalid_argument, with the
// header and what was expected.
Result<std::optional<Question>> read_question(const http::Request& request);

// What a server received: the sums of the capture's contents, under the nonce and part of what was asked.
Question received_question(const Question& asked, const Capture& capture);

// In words, with both values: the first thing in which an answer differs from what was asked; empty: nothing. Names of
// views are not compared.
std::string first_difference(const Question& asked, const Question& answered);

// Puts the sum of the body into the header X-Lineguard-Body ("LENGTH-XXH3"), so that the asker sees one that was
// damaged on its way: TCP's own checksum lets some damage through, and nothing else would notice another digit of a
// score.
void seal_body(http::Response& response);
enum class BodySeal { right, missing, broken };
BodySeal check_body(const http::Response& response);

}  // namespace lineguard::wire
