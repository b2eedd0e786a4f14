#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include <lineguard/core/toml_text.h>
#include <lineguard/package/region_rules.h>

namespace lineguard::package {
using toml_text::number;
using toml_text::quote;
namespace {

bool lies_in(const Box& box, const Box& zone) {
  return box.x >= zone.x && box.y >= zone.y && box.x + box.width <= zone.x + zone.width &&
         box.y + box.height <= zone.y + zone.height;
}

bool falls_under(const Region& region, const RegionRule& rule) {
  if (!rule.class_name.empty() && region.class_name != rule.class_name) return false;
  if (!rule.view.empty() && region.view != rule.view) return false;
  return !rule.zone || lies_in(region.box, *rule.zone);
}

bool is_below(const Region& region, const RegionRule& rule, double unit_per_px) {
  const double size = std::max(region.box.width, region.box.height) * unit_per_px;
  if (rule.smallest_size && size < *rule.smallest_size) return true;
  return rule.smallest_score && region.score < *rule.smallest_score;
}

void read_zone(ConfigReader& section, RegionRule& rule) {
  std::vector<double> zone;
  section.read("zone", zone, {0, 1e6});
  if (zone.empty()) return;
  if (zone.size() == 4) rule.zone = Box{zone[0], zone[1], zone[2], zone[3]};
  if (zone.size() != 4) section.add_problem("zone", "must have four numbers: x, y, width, height in pixels");
}

RegionRule read_rule(ConfigReader& section, double mm_per_px) {
  constexpr double kLargest = 1e6;
  RegionRule rule;
  section.require("name").read("name", rule.name);
  section.read("class", rule.class_name).read("view", rule.view);
  read_zone(section, rule);
  const char* size = mm_per_px > 0 ? "smallest_size_mm" : "smallest_size_px";
  if (section.has(size)) section.read(size, rule.smallest_size.emplace(), {0, kLargest});
  if (section.has("smallest_score")) section.read("smallest_score", rule.smallest_score.emplace(), {-1e30, 1e30});
  section.read("most_regions", rule.most_regions, {0, kMostReportedRegions});
  if (mm_per_px == 0 && section.has("smallest_size_mm"))
    section.add_problem("smallest_size_mm", "needs the scale mm_per_px, or use smallest_size_px");
  if (!rule.smallest_size && !rule.smallest_score && rule.most_regions == 0)
    section.add_problem(
        "name", "the rule allows nothing: give smallest_size_px, smallest_size_mm, smallest_score or most_regions");
  return rule;
}

}  // namespace

Label label_of_score(double score, double threshold, double unknown_band) {
  if (!std::isfinite(score) || !std::isfinite(threshold)) return Label::unknown;
  if (std::abs(score - threshold) < unknown_band) return Label::unknown;
  return score > threshold ? Label::defective : Label::good;
}

RuledLabel apply_rules(Label label, const std::vector<Region>& regions, const RegionRules& rules) {
  if (label != Label::defective || rules.empty() || regions.empty() || regions.size() >= kMostReportedRegions)
    return {label, {}};
  const double unit_per_px = rules.mm_per_px > 0 ? rules.mm_per_px : 1;
  std::map<const RegionRule*, std::int64_t> counted;
  for (const Region& region : regions) {
    const auto rule = std::ranges::find_if(rules.rules, [&](const RegionRule& r) { return falls_under(region, r); });
    if (rule == rules.rules.end()) return {label, {}};
    if ((counted[&*rule] += !is_below(region, *rule, unit_per_px)) > rule->most_regions) return {label, {}};
  }
  std::string names;
  for (const RegionRule& rule : rules.rules) {
    if (counted.contains(&rule)) names += (names.empty() ? "" : ", ") + rule.name;
  }
  return {Label::good, names};
}

std::string to_toml(const RegionRules& rules) {
  if (rules.empty()) return "";
  std::string text = rules.mm_per_px > 0 ? fmt::format("mm_per_px = {}\n", number(rules.mm_per_px)) : "";
  for (const RegionRule& rule : rules.rules) {
    text += fmt::format("\n[[rule]]\nname = {}\n", quote(rule.name));
    if (!rule.class_name.empty()) text += fmt::format("class = {}\n", quote(rule.class_name));
    if (!rule.view.empty()) text += fmt::format("view = {}\n", quote(rule.view));
    if (rule.zone) {
      text += fmt::format("zone = [{}, {}, {}, {}]\n", number(rule.zone->x), number(rule.zone->y),
                          number(rule.zone->width), number(rule.zone->height));
    }
    const char* unit = rules.mm_per_px > 0 ? "mm" : "px";
    if (rule.smallest_size) text += fmt::format("smallest_size_{} = {}\n", unit, number(*rule.smallest_size));
    if (rule.smallest_score) text += fmt::format("smallest_score = {}\n", number(*rule.smallest_score));
    if (rule.most_regions > 0) text += fmt::format("most_regions = {}\n", rule.most_regions);
  }
  return text;
}

RegionRules read_region_rules(ConfigReader& reader) {
  RegionRules rules;
  reader.read("mm_per_px", rules.mm_per_px, {0, 1000});
  for (ConfigReader& section : reader.sections("rule")) rules.rules.push_back(read_rule(section, rules.mm_per_px));
  return rules;
}

Result<RegionRules> read_region_rules_file(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(file));
  const RegionRules rules = read_region_rules(reader);
  if (rules.empty()) reader.add_problem("rule", "there is no [[rule]]");
  LINEGUARD_TRY(reader.finish());
  return rules;
}

}  // namespace lineguard::package
