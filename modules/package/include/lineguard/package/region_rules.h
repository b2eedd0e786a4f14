// Region rules of an operating point: which regions are no defect although the score is above the threshold. The same
// code decides in evaluate, accept, the detector and the station. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/config.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::package {

// A limit for the regions of one class in one zone. The first rule that a region falls under decides about it.
struct RegionRule {
  std::string name;                      // said where it decides: "small stains at the rim"
  std::string class_name;                // empty: whatever the class
  std::string view;                      // View::name; empty: whatever the view
  std::optional<Box> zone;               // in pixels; a region is in it where it lies in it whole. None: everywhere
  std::optional<double> smallest_size;   // longer side of its box: mm where the rules have a scale, else px
  std::optional<double> smallest_score;  // severity
  std::int64_t most_regions = 0;         // so many that are neither smaller nor weaker are still no defect

  bool operator==(const RegionRule&) const = default;
};

struct RegionRules {
  double mm_per_px = 0;  // 0: sizes are in pixels
  std::vector<RegionRule> rules;

  bool empty() const { return rules.empty(); }
  bool operator==(const RegionRules&) const = default;
};

// The label of a score alone: unknown where it is not finite or closer to the threshold than `unknown_band`, defective
// where it is above it, else good.
Label label_of_score(double score, double threshold, double unknown_band);

struct RuledLabel {
  Label label = Label::unknown;
  std::string rule;  // the rules by which it is good although the score is above the threshold, in words; else empty
};

// What is left of a label after the rules: `defective` becomes `good` where every region falls under a rule and no rule
// has more regions than it allows. A prediction without regions stays defective, and so does one with as many as are
// ever reported: there may be more. Regions must be those that the model reports at this threshold.
RuledLabel apply_rules(Label label, const std::vector<Region>& regions, const RegionRules& rules);

// As TOML: `mm_per_px` and `[[rule]]` tables with name, class, view, zone, smallest_size_px or smallest_size_mm,
// smallest_score, most_regions. Empty where there are none.
std::string to_toml(const RegionRules& rules);
// Reads them from where they stand in `reader`, which collects problems (finish() is the caller's).
RegionRules read_region_rules(ConfigReader& reader);
// A file of rules alone. Errors: those of ConfigReader.
Result<RegionRules> read_region_rules_file(const std::filesystem::path& file);

// The most regions that a prediction reports (detector's limit).
inline constexpr std::size_t kMostReportedRegions = 64;

}  // namespace lineguard::package
