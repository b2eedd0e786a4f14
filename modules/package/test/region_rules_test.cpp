#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/package/region_rules.h>

namespace lineguard::package {
namespace {

Region region_of(double x, double size_px, double score = 5, const std::string& class_name = "") {
  Region region;
  region.box = {x, 10, size_px, size_px / 2};
  region.score = score;
  region.class_name = class_name;
  return region;
}

RegionRule small(double size) {
  RegionRule rule;
  rule.name = "small";
  rule.smallest_size = size;
  return rule;
}

TEST(RegionRules, ARegionBelowTheSizeIsNoDefectAndTheRuleIsSaid) {
  const RegionRules rules{0, {small(20)}};
  const RuledLabel ruled = apply_rules(Label::defective, {region_of(0, 19)}, rules);
  EXPECT_EQ(ruled.label, Label::good);
  EXPECT_EQ(ruled.rule, "small");
  EXPECT_EQ(apply_rules(Label::defective, {region_of(0, 20)}, rules).label, Label::defective);
  EXPECT_EQ(apply_rules(Label::defective, {region_of(0, 19), region_of(50, 30)}, rules).label, Label::defective);
}

TEST(RegionRules, SizesAreInMillimetresWhereThereIsAScale) {
  EXPECT_EQ(apply_rules(Label::defective, {region_of(0, 19)}, {0.1, {small(2)}}).label, Label::good);
  EXPECT_EQ(apply_rules(Label::defective, {region_of(0, 21)}, {0.1, {small(2)}}).label, Label::defective);
}

TEST(RegionRules, OnlyWhatIsKnownToBeDefectiveCanBecomeGood) {
  const RegionRules rules{0, {small(20)}};
  EXPECT_EQ(apply_rules(Label::unknown, {region_of(0, 1)}, rules).label, Label::unknown);
  EXPECT_EQ(apply_rules(Label::defective, {}, rules).label, Label::defective);  // a missing part may have no region
  const std::vector<Region> many(kMostReportedRegions, region_of(0, 1));
  EXPECT_EQ(apply_rules(Label::defective, many, rules).label, Label::defective);  // there may be more
}

TEST(RegionRules, TheFirstRuleThatFitsDecides) {
  RegionRule rim = small(50);
  rim.name = "rim";
  rim.zone = Box{0, 0, 100, 100};
  RegionRule scratch = small(5);
  scratch.class_name = "scratch";
  const RegionRules rules{0, {rim, scratch}};
  EXPECT_EQ(apply_rules(Label::defective, {region_of(10, 40)}, rules).rule, "rim");
  EXPECT_EQ(apply_rules(Label::defective, {region_of(80, 40)}, rules).label, Label::defective);  // half outside
  EXPECT_EQ(apply_rules(Label::defective, {region_of(200, 4, 5, "scratch")}, rules).label, Label::good);
  EXPECT_EQ(apply_rules(Label::defective, {region_of(200, 4, 5, "stain")}, rules).label, Label::defective);
}

TEST(RegionRules, SeverityAndCountAreLimitsToo) {
  RegionRule rule;
  rule.name = "weak or few";
  rule.smallest_score = 3;
  rule.most_regions = 1;
  const RegionRules rules{0, {rule}};
  EXPECT_EQ(apply_rules(Label::defective, {region_of(0, 9, 2), region_of(9, 9, 2), region_of(9, 9, 4)}, rules).label,
            Label::good);
  EXPECT_EQ(apply_rules(Label::defective, {region_of(0, 9, 4), region_of(9, 9, 4)}, rules).label, Label::defective);
}

TEST(RegionRules, AreReadAsTheyWereWritten) {
  RegionRule rule = small(1.5);
  rule.class_name = "stain \"x\"";
  rule.view = "front";
  rule.zone = Box{1, 2, 3.5, 4};
  rule.smallest_score = -2;
  rule.most_regions = 3;
  const RegionRules rules{0.02, {rule, small(2)}};
  auto reader = ConfigReader::from_text(to_toml(rules), "rules.toml");
  ASSERT_TRUE(reader);
  EXPECT_EQ(read_region_rules(*reader), rules);
  EXPECT_TRUE(reader->finish());
}

TEST(RegionRules, TheDocumentedExampleIsRead) {
  const auto rules = read_region_rules_file(LINEGUARD_SOURCE_DIR "/docs/region_rules.toml");
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(rules->rules.size(), 2u);
}

TEST(RegionRules, AFileThatSaysNothingOrTheWrongThingIsRefused) {
  const test::TempFolder folder;
  const auto problem = [&](const std::string& text) {
    EXPECT_TRUE(write_file_atomically(folder / "rules.toml", text));
    const auto rules = read_region_rules_file(folder / "rules.toml");
    return rules ? std::string() : rules.error().message;
  };
  EXPECT_NE(problem("").find("no [[rule]]"), std::string::npos);
  EXPECT_NE(problem("[[rule]]\nname = \"a\"\n").find("allows nothing"), std::string::npos);
  EXPECT_NE(problem("[[rule]]\nname = \"a\"\nsmallest_size_mm = 1\n").find("mm_per_px"), std::string::npos);
  EXPECT_NE(problem("[[rule]]\nname = \"a\"\nzone = [1, 2]\nmost_regions = 1\n").find("four numbers"),
            std::string::npos);
  EXPECT_EQ(problem("[[rule]]\nname = \"a\"\nsmallest_size_px = 4\n"), "");
}

}  // namespace
}  // namespace lineguard::package
