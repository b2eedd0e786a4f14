// An operating point with what belongs to it beside the threshold: its region rules and the pictures that it was chosen
// on. All of it stands in operating_points/<id>.toml and under its digest; the digests of the pictures stand beside it
// in <id>.sha256.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include <lineguard/core/result.h>
#include <lineguard/package/package.h>
#include <lineguard/package/region_rules.h>

namespace lineguard::package {

struct RuledPoint {
  OperatingPoint point;
  RegionRules rules;      // which regions are no defect
  std::string chosen_on;  // SHA-256 of the list of pictures; empty: there is none
  std::string digest;     // of the file; set by reading
};

// Errors: as read_operating_point(), which reads the same file without what is added here.
Result<RuledPoint> read_ruled_point(const std::filesystem::path& package, const std::string& id);

// SHA-256 of each picture that the operating point was chosen on, empty where it doesn't say: on them its rates hold by
// construction. Errors: corrupt_data where the list is not the one that the point was written with.
Result<std::set<std::string>> read_chosen_on(const std::filesystem::path& package, const std::string& id);

// That a new operating point may have this id. Errors: those of validate_name(), already_exists.
Result<void> refuse_existing_operating_point(const std::filesystem::path& package, const std::string& id);

// As write_operating_point(); `chosen_on`: digests of the pictures that it was chosen on.
Result<void> write_ruled_point(const std::filesystem::path& package, const OperatingPoint& point,
                               const RegionRules& rules, const std::set<std::string>& chosen_on = {});

}  // namespace lineguard::package
