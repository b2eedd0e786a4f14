#include "../commands.h"

#include <iostream>
#include <memory>

#include <lineguard/core/files.h>
#include <lineguard/infer/network.h>
#include <lineguard/package/package.h>
#include <lineguard/package/recipe.h>

namespace lineguard::app {
namespace {

struct RecipeArguments {
  std::string package, operating_point = "default", id, out;
  int deadline_ms = 80;
};

Result<int> run_new(const RecipeArguments& arguments) {
  LINEGUARD_ASSIGN(const auto manifest, package::read_manifest(arguments.package));
  const std::string id = arguments.id.empty() ? manifest.name : arguments.id;
  LINEGUARD_ASSIGN(package::RuledRecipe recipe, package::make_recipe(arguments.package, arguments.operating_point, id,
                                                                     infer::runtime_description()));
  recipe.recipe.deadline = Milliseconds(arguments.deadline_ms);
  const std::string text = package::to_toml(recipe, arguments.package, manifest.preprocessing.needs_template);
  if (arguments.out.empty()) {
    std::cout << text;
    return kDone;
  }
  if (std::filesystem::exists(arguments.out)) {
    return make_error(ErrorCode::already_exists, arguments.out + " exists already: give another name, or remove it");
  }
  LINEGUARD_TRY(write_file_atomically(arguments.out, text));
  return kDone;
}

}  // namespace

void add_recipe_command(CLI::App& root, Run& run) {
  CLI::App* command = root.add_subcommand("recipe", "Write a recipe: package, operating point and deadline.");
  command->require_subcommand(1);
  CLI::App* make = command->add_subcommand("new", "Write the recipe for a package and one of its operating points.");
  make->footer(
      "Examples:\n"
      "  lineguard recipe new models/tiles-1 > recipes/tiles.toml\n"
      "  lineguard recipe new models/tiles-1 --point careful --id tiles-A --deadline-ms 120\n"
      "station.toml names it:  [recipe] file = \"recipes/tiles.toml\"");
  auto arguments = std::make_shared<RecipeArguments>();
  make->add_option("package", arguments->package, "package folder")->required();
  make->add_option("--point", arguments->operating_point, "id of the operating point")->capture_default_str();
  make->add_option("--id", arguments->id, "what the PLC calls the product (the model's name)");
  make->add_option("--deadline-ms", arguments->deadline_ms, "from trigger to decision")
      ->check(CLI::Range(1, 60000))
      ->capture_default_str();
  make->add_option("--out", arguments->out, "file to write, which must not exist (stdout)");
  make->callback([arguments, &run] {
    run = [arguments] {
      auto done = run_new(*arguments);
      return done ? *done : report_error(done.error());
    };
  });
}

}  // namespace lineguard::app
