// Recipes: what to inspect for one product, as TOML. Digest, operating point, threshold and band come from a package
// and are never copied by hand.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/config.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/package/point_in_use.h>

namespace lineguard::package {

inline constexpr std::size_t kMaxRecipeIdChars = 32;  // what fits into the PLC's registers

// A recipe with what decides beside its threshold.
struct RuledRecipe {
  Recipe recipe;
  PointInUse point;  // of the recipe's operating point; without a digest whatever has that id is taken
};

// The recipe for a package and one of its operating points, on a machine with this runtime
// (infer::runtime_description()). The package is checked against its digest.
// Errors: those of read_manifest, verify_digest and read_operating_point; invalid_argument (the id is empty, longer
// than kMaxRecipeIdChars, or has other than printable ASCII characters).
Result<RuledRecipe> make_recipe(const std::filesystem::path& package, const std::string& operating_point,
                                const std::string& id, std::string_view runtime);

// A commented file that read_recipe reads back. `defect_free_template` is not written.
std::string to_toml(const RuledRecipe& ruled, const std::filesystem::path& package, bool needs_template);

// The keys of one recipe: id, model, package_digest, operating_point, threshold (all required), operating_point_digest,
// unknown_band, deadline_ms, template, and the operating point's region rules (region_rules.h), which need its digest.
// Problems are noted on `table`.
void read_recipe(ConfigReader table, RuledRecipe& ruled);
// Errors: not_found, io_error, invalid_config listing every problem with file, line and key.
Result<RuledRecipe> load_recipe(const std::filesystem::path& file);
// Every *.toml of a folder, by id. Errors: as load_recipe; not_found (no recipe in it), invalid_config (one id twice).
Result<std::vector<RuledRecipe>> load_recipes(const std::filesystem::path& folder);

}  // namespace lineguard::package
