#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/package/package.h>
#include <lineguard/package/recipe.h>
#include <lineguard/package/ruled_point.h>

namespace lineguard::package {
namespace fs = std::filesystem;
namespace {

bool is_digest(const std::string& text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Empty where the id is one.
std::string problem_of_id(const std::string& id) {
  if (id.empty()) return "is empty, expected the name that the PLC gives the product";
  if (id.size() > kMaxRecipeIdChars) {
    return fmt::format("has {} characters, the PLC's registers hold {}", id.size(), kMaxRecipeIdChars);
  }
  const bool printable = std::ranges::all_of(id, [](char c) { return c >= ' ' && c <= '~'; });
  return printable ? "" : "has other than printable ASCII characters, which the PLC's registers cannot hold";
}

void read_template(ConfigReader& table, Recipe& recipe) {
  fs::path file;
  table.read_path("template", file);
  if (file.empty()) return;
  auto content = read_file(file);
  if (content) recipe.defect_free_template = std::make_shared<const Bytes>(std::move(*content));
  if (!content) table.add_problem("template", "cannot be read: " + content.error().message);
}

void check_digest(ConfigReader& table, const char* key, const std::string& digest) {
  if (table.has(key) && !is_digest(digest)) table.add_problem(key, "is not a digest, expected 64 hexadecimal digits");
}

}  // namespace

Result<RuledRecipe> make_recipe(const fs::path& package, const std::string& operating_point, const std::string& id,
                                std::string_view runtime) {
  if (const std::string problem = problem_of_id(id); !problem.empty()) {
    return make_error(ErrorCode::invalid_argument, fmt::format("the recipe's id \"{}\" {}", id, problem));
  }
  LINEGUARD_ASSIGN(const Manifest manifest, read_manifest(package));
  LINEGUARD_TRY(verify_digest(package, manifest));
  LINEGUARD_ASSIGN(RuledPoint point, read_ruled_point(package, operating_point));
  RuledRecipe ruled{{}, {point.digest, std::move(point.rules)}};
  Recipe& recipe = ruled.recipe;
  recipe.id = id;
  recipe.model = manifest.name;
  recipe.package_digest = manifest.digest;
  recipe.operating_point = point.point.id;
  recipe.threshold = point.point.threshold;
  recipe.unknown_band = unknown_band(manifest, runtime);
  return ruled;
}

std::string to_toml(const RuledRecipe& ruled, const fs::path& package, bool needs_template) {
  using toml_text::number, toml_text::quote;
  const Recipe& recipe = ruled.recipe;
  std::string text =
      fmt::format("# Written by `lineguard recipe new` from {}. Make it anew for another package or operating point.\n",
                  quote(package.filename().string()));
  text += fmt::format("id = {}                    # what the PLC calls the product\n", quote(recipe.id));
  text += fmt::format("model = {}\npackage_digest = {}\n", quote(recipe.model), quote(recipe.package_digest));
  text += fmt::format("operating_point = {}\n", quote(recipe.operating_point));
  if (!ruled.point.digest.empty())
    text +=
        fmt::format("operating_point_digest = {}   # of its file: rules and bounds, too\n", quote(ruled.point.digest));
  text += fmt::format("threshold = {}   # on the raw score: above it is defective\n", number(recipe.threshold));
  text += fmt::format("unknown_band = {}   # closer to the threshold than this goes to review\n",
                      number(recipe.unknown_band));
  text += fmt::format("deadline_ms = {}   # from trigger to decision; later is a divert\n", recipe.deadline.count());
  if (needs_template)
    text += "template = \"template.png\"   # a part without defects, which this model compares with\n";
  if (!ruled.point.rules.empty()) text += "\n# The operating point's region rules: which regions are no defect.\n";
  return text + to_toml(ruled.point.rules);
}

void read_recipe(ConfigReader table, RuledRecipe& ruled) {
  Recipe& recipe = ruled.recipe;
  for (const char* key : {"id", "model", "package_digest", "operating_point", "threshold"}) table.require(key);
  table.read("id", recipe.id).read("model", recipe.model).read("package_digest", recipe.package_digest);
  table.read("operating_point", recipe.operating_point).read("operating_point_digest", ruled.point.digest);
  constexpr double kMax = 1e300;  // finite: with an infinite threshold everything would pass
  table.read("threshold", recipe.threshold, {-kMax, kMax}).read("unknown_band", recipe.unknown_band, {0, kMax});
  int deadline_ms = static_cast<int>(recipe.deadline.count());
  table.read("deadline_ms", deadline_ms, {1, 60000});
  recipe.deadline = Milliseconds(deadline_ms);
  read_template(table, recipe);
  ruled.point.rules = read_region_rules(table);
  check_digest(table, "package_digest", recipe.package_digest);
  check_digest(table, "operating_point_digest", ruled.point.digest);
  if (!ruled.point.rules.empty() && ruled.point.digest.empty())
    table.add_problem("operating_point_digest",
                      "is needed beside region rules: `lineguard recipe new` writes both from the package");
  const std::string problem = problem_of_id(recipe.id);
  if (table.has("id") && !problem.empty()) table.add_problem("id", problem);
}

Result<RuledRecipe> load_recipe(const fs::path& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(file));
  RuledRecipe recipe;
  read_recipe(reader, recipe);
  LINEGUARD_TRY(reader.finish());
  return recipe;
}

Result<std::vector<RuledRecipe>> load_recipes(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (it->path().extension() == ".toml") files.push_back(it->path());
  }
  if (code) return error_from_errno(code.value(), "cannot read the folder of recipes " + folder.string());
  if (files.empty()) {
    return make_error(ErrorCode::not_found, folder.string() +
                                                ": no recipe in it, expected .toml files as "
                                                "`lineguard recipe new` writes them");
  }
  std::ranges::sort(files);
  std::vector<RuledRecipe> recipes;
  const auto id_of = [](const RuledRecipe& ruled) { return ruled.recipe.id; };
  for (const fs::path& file : files) {
    LINEGUARD_ASSIGN(RuledRecipe recipe, load_recipe(file));
    if (std::ranges::find(recipes, recipe.recipe.id, id_of) != recipes.end()) {
      return make_error(
          ErrorCode::invalid_config,
          fmt::format("{}: another recipe in this folder has the id \"{}\", too", file.string(), recipe.recipe.id));
    }
    recipes.push_back(std::move(recipe));
  }
  std::ranges::sort(recipes, {}, id_of);
  return recipes;
}

}  // namespace lineguard::package
