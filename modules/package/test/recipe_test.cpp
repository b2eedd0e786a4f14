#include "temp_folder.h"

#include <fstream>

#include <gtest/gtest.h>

#include <lineguard/package/recipe.h>

namespace lineguard::package {
namespace {

namespace fs = std::filesystem;

RuledRecipe some_recipe(const std::string& id) {
  RuledRecipe ruled;
  Recipe& recipe = ruled.recipe;
  recipe.id = id;
  recipe.model = "tiles";
  recipe.package_digest = std::string(64, 'a');
  recipe.operating_point = "default";
  recipe.threshold = 21.315658569335938;
  recipe.unknown_band = 1.0 / 3;
  recipe.deadline = Milliseconds(120);
  return ruled;
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

TEST(Recipe, ReadsBackWhatWasWritten) {
  const test::TempFolder folder;
  RuledRecipe ruled = some_recipe("tiles \"A\"");
  RegionRule rule;
  rule.name = "small stains";
  rule.smallest_size = 0.3;
  ruled.point = {std::string(64, 'b'), {0.02, {rule}}};
  write(folder.path() / "a.toml", to_toml(ruled, "models/tiles-1", false));
  const auto read = load_recipe(folder.path() / "a.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->point, ruled.point);
  const Recipe &recipe = ruled.recipe, *back = &read->recipe;
  EXPECT_EQ(back->id, recipe.id);
  EXPECT_EQ(back->package_digest, recipe.package_digest);
  EXPECT_EQ(back->operating_point, recipe.operating_point);
  EXPECT_EQ(back->threshold, recipe.threshold);
  EXPECT_EQ(back->unknown_band, recipe.unknown_band);
  EXPECT_EQ(back->deadline, recipe.deadline);
}

TEST(Recipe, AFolderIsReadById) {
  const test::TempFolder folder;
  write(folder.path() / "z.toml", to_toml(some_recipe("a"), "p", false));
  write(folder.path() / "y.toml", to_toml(some_recipe("b"), "p", false));
  write(folder.path() / "notes.txt", "no recipe");
  const auto recipes = load_recipes(folder.path());
  ASSERT_TRUE(recipes) << recipes.error().message;
  ASSERT_EQ(recipes->size(), 2u);
  EXPECT_EQ(recipes->front().recipe.id, "a");
}

TEST(Recipe, RefusesOneIdTwiceAndEmptyFolders) {
  const test::TempFolder folder;
  EXPECT_EQ(load_recipes(folder.path()).error().code, ErrorCode::not_found);
  write(folder.path() / "a.toml", to_toml(some_recipe("a"), "p", false));
  write(folder.path() / "b.toml", to_toml(some_recipe("a"), "p", false));
  const auto twice = load_recipes(folder.path());
  EXPECT_EQ(twice.error().code, ErrorCode::invalid_config);
  EXPECT_NE(twice.error().message.find("b.toml"), std::string::npos);
}

TEST(Recipe, NamesEveryProblem) {
  const test::TempFolder folder;
  RuledRecipe recipe = some_recipe("a name that is longer than the registers of a PLC");
  recipe.recipe.package_digest = "1234";
  recipe.point.digest = "12";
  write(folder.path() / "a.toml", to_toml(recipe, "p", true) + "treshold = 3\n");
  const auto problems = load_recipe(folder.path() / "a.toml");
  ASSERT_FALSE(problems);
  for (const char* expected :
       {"id", "32", "package_digest", "operating_point_digest", "64 hexadecimal", "template", "treshold", "threshold"})
    EXPECT_NE(problems.error().message.find(expected), std::string::npos) << problems.error().message;
}

TEST(Recipe, IsMadeOfAPackageAlone) {
  const test::TempFolder folder;
  EXPECT_EQ(make_recipe(folder.path() / "nothing", "default", "a", "").error().code, ErrorCode::not_found);
  EXPECT_EQ(make_recipe(folder.path(), "default", "", "").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(make_recipe(folder.path(), "default", "Größe", "").error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace lineguard::package
