// The station's own verdict on a prediction: the recipe's threshold on the raw score and its region rules, whatever the
// server says.
#pragma once

#include <span>
#include <string>

#include <lineguard/core/types.h>
#include <lineguard/package/region_rules.h>

namespace lineguard::station {

struct Verdict {
  Outcome outcome = Outcome::divert;
  Gate gate = Gate::reject;
  Reason reason = Reason::internal_error;
  std::string detail;               // why, where the reason alone does not say it
  bool label_disagreement = false;  // the server's label is another one than the station's
};

// Pure. In this order: another model, digest or operating point than the recipe's is `model mismatch`; a score that is
// not finite, or closer to the threshold than unknown_band, is `unknown` and goes to review; above the threshold is
// `defective`, unless the region rules make it good (`detail` names them); else `good`, the only pass.
Verdict judge(const Prediction& prediction, const Recipe& recipe, const package::RegionRules& rules = {});

// Empty where the prediction is of these pictures and no others; else what does not fit. `sums`: of the capture.
std::string find_foreign(const Prediction& prediction, const Capture& capture, std::span<const PictureSum> sums);

}  // namespace lineguard::station
