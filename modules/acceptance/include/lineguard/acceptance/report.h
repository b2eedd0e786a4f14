// The acceptance report: what was judged, how, on which pictures, with what result. Pure.
#pragma once

#include <string>
#include <vector>

#include <lineguard/acceptance/accept.h>
#include <lineguard/acceptance/independence.h>
#include <lineguard/core/result.h>
#include <lineguard/package/ruled_point.h>

namespace lineguard::acceptance {

struct AcceptanceReport {
  Acceptance acceptance;
  Independence independence;
  ModelIdentity model;
  package::RuledPoint
      point;  // the one that was judged, or the chosen one; its digest empty where it is not in the package
  std::string dataset, layout, split, dataset_fingerprint;
  std::string pictures_digest;  // SHA-256 over the sorted digests of the pictures that were counted
  std::size_t pictures = 0;     // counted
  bool counts_parts = false;    // some part shows several pictures
  std::vector<std::string> notes;
  std::string made_at, made_by, lineguard_version;  // by: empty where nobody signs
};

std::string to_text(const AcceptanceReport& report);
// "lineguard.acceptance/1", docs/json.md; what package::sign_document() signs.
std::string to_json(const AcceptanceReport& report);
// One page that prints well, with lines for signatures.
std::string to_html(const AcceptanceReport& report);

inline constexpr const char* kAcceptanceSchema = "lineguard.acceptance/1";

// What a release needs to know of a report. Errors: corrupt_data where it is none.
struct AcceptedPoint {
  bool accepted = false;
  std::string model_digest, operating_point, operating_point_digest, made_at;
};
Result<AcceptedPoint> read_accepted_point(const std::string& json);

}  // namespace lineguard::acceptance
