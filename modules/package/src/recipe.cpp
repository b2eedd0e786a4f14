#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/package/package.h>
#include <lineguard/package/recipe.h>

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

}  // namespace

Result<Recipe> make_recipe(const fs::path& package, const std::string& operating_point, const std::string& id,
                           std::string_view runtime) {
  if (const std::string problem = problem_of_id(id); !problem.empty()) {
    return make_error(ErrorCode::invalid_argument, fmt::format("the recipe's id \"{}\" {}", id, problem));
  }
  LINEGUARD_ASSIGN(const Manifest manifest, read_manifest(package));
  LINEGUARD_TRY(verify_digest(package, manifest));
  LINEGUARD_ASSIGN(const OperatingPoint point, read_operating_point(package, operating_point));
  Recipe recipe;
  recipe.id = id;
  recipe.model = manifest.name;
  recipe.package_digest = manifest.digest;
  recipe.operating_point = point.id;
  recipe.threshold = point.threshold;
  recipe.unknown_band = unknown_band(manifest, runtime);
  return recipe;
}

std::string to_toml(const Recipe& recipe, const fs::path& package, bool needs_template) {
  using toml_text::number, toml_text::quote;
  std::string text =
      fmt::format("# Written by `lineguard recipe new` from {}. Make it anew for another package or operating point.\n",
                  quote(package.filename().string()));
  text += fmt::format("id = {}                    # what the PLC calls the product\n", quote(recipe.id));
  text += fmt::format("model = {}\npackage_digest = {}\n", quote(recipe.model), quote(recipe.package_digest));
  text += fmt::format("operating_point = {}\n", quote(recipe.operating_point));
  text += fmt::format("threshold = {}   # on the raw score: above it is defective\n", number(recipe.threshold));
  text += fmt::format("unknown_band = {}   # closer to the threshold than this goes to review\n",
                      number(recipe.unknown_band));
  text += fmt::format("deadline_ms = {}   # from trigger to decision; later is a divert\n", recipe.deadline.count());
  if (needs_template)
    text += "template = \"template.png\"   # a part without defects, which this model compares with\n";
  return text;
}

void read_recipe(ConfigReader table, Recipe& recipe) {
  for (const char* key : {"id", "model", "package_digest", "operating_point", "threshold"}) table.require(key);
  table.read("id", recipe.id).read("model", recipe.model).read("package_digest", recipe.package_digest);
  table.read("operating_point", recipe.operating_point);
  constexpr double kMax = 1e300;  // finite: with an infinite threshold everything would pass
  table.read("threshold", recipe.threshold, {-kMax, kMax}).read("unknown_band", recipe.unknown_band, {0, kMax});
  int deadline_ms = static_cast<int>(recipe.deadline.count());
  table.read("deadline_ms", deadline_ms, {1, 60000});
  recipe.deadline = Milliseconds(deadline_ms);
  read_template(table, recipe);
  if (table.has("package_digest") && !is_digest(recipe.package_digest)) {
    table.add_problem("package_digest", "is not a digest, expected 64 hexadecimal digits");
  }
  const std::string problem = problem_of_id(recipe.id);
  if (table.has("id") && !problem.empty()) table.add_problem("id", problem);
}

Result<Recipe> load_recipe(const fs::path& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(file));
  Recipe recipe;
  read_recipe(reader, recipe);
  LINEGUARD_TRY(reader.finish());
  return recipe;
}

Result<std::vector<Recipe>> load_recipes(const fs::path& folder) {
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
  std::vector<Recipe> recipes;
  for (const fs::path& file : files) {
    LINEGUARD_ASSIGN(Recipe recipe, load_recipe(file));
    if (std::ranges::find(recipes, recipe.id, &Recipe::id) != recipes.end()) {
      return make_error(
          ErrorCode::invalid_config,
          fmt::format("{}: another recipe in this folder has the id \"{}\", too", file.string(), recipe.id));
    }
    recipes.push_back(std::move(recipe));
  }
  std::ranges::sort(recipes, {}, &Recipe::id);
  return recipes;
}

}  // namespace lineguard::package
