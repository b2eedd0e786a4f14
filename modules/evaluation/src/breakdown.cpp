#include "breakdown.h"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include <lineguard/evaluation/parts.h>

namespace lineguard::evaluation {
namespace {

constexpr std::size_t kFewestInAGroup = 3;

void add_groups(std::string_view property, const std::vector<std::pair<std::string, std::vector<const Row*>>>& groups,
                double confidence, std::vector<GroupFigures>& figures) {
  if (groups.size() < 2) return;
  for (const auto& [name, rows] : groups) {
    GroupFigures group;
    group.property = property;
    group.group = name;
    const std::vector<Part> parts = parts_of(rows);
    group.miss = rate_of(parts, Label::defective, confidence);
    group.overkill = rate_of(parts, Label::good, confidence);
    figures.push_back(std::move(group));
  }
}

// Lowest, middle and highest third; equal values stay together.
void add_thirds(std::string_view property, std::vector<const Row*> rows, const std::function<double(const Row&)>& value,
                double confidence, std::vector<GroupFigures>& figures) {
  if (rows.size() < 3 * kFewestInAGroup) return;
  std::ranges::stable_sort(rows, [&](const Row* a, const Row* b) { return value(*a) < value(*b); });
  std::vector<std::pair<std::string, std::vector<const Row*>>> groups;
  std::size_t from = 0;
  for (std::size_t third = 1; third <= 3 && from < rows.size(); ++third) {
    std::size_t to = std::max(from + 1, third * rows.size() / 3);
    while (to < rows.size() && value(*rows[to]) == value(*rows[to - 1])) ++to;
    groups.emplace_back(fmt::format("{:.4g} to {:.4g}", value(*rows[from]), value(*rows[to - 1])),
                        std::vector<const Row*>(rows.begin() + static_cast<std::ptrdiff_t>(from),
                                                rows.begin() + static_cast<std::ptrdiff_t>(to)));
    from = to;
  }
  add_groups(property, groups, confidence, figures);
}

void add_names(std::string_view property, const std::vector<const Row*>& rows, std::string Row::*name,
               double confidence, std::vector<GroupFigures>& figures) {
  std::map<std::string, std::vector<const Row*>> by_name;
  for (const Row* row : rows) by_name[row->*name].push_back(row);
  add_groups(property, {by_name.begin(), by_name.end()}, confidence, figures);
}

}  // namespace

std::vector<GroupFigures> group_figures(const std::vector<Row>& rows, double confidence) {
  std::vector<const Row*> all, with_size;
  for (const Row& row : rows) {
    if (row.error || row.truth == Label::unknown) continue;
    all.push_back(&row);
    if (row.truth == Label::defective && row.defect_side_px > 0) with_size.push_back(&row);
  }
  std::vector<GroupFigures> figures;
  add_thirds(
      "defect size, px", with_size, [](const Row& row) { return row.defect_side_px; }, confidence, figures);
  add_thirds(
      "brightness", all, [](const Row& row) { return row.properties.brightness; }, confidence, figures);
  add_thirds(
      "contrast", all, [](const Row& row) { return row.properties.contrast; }, confidence, figures);
  add_thirds(
      "sharpness", all, [](const Row& row) { return row.properties.sharpness; }, confidence, figures);
  add_names("view", all, &Row::view, confidence, figures);
  add_names("lot", all, &Row::lot, confidence, figures);
  return figures;
}

std::vector<ConfusionRow> confusion_of(const std::vector<Row>& rows) {
  std::map<std::pair<bool, std::string>, ConfusionRow> by_class;
  for (const Row& row : rows) {
    if (row.error || row.truth == Label::unknown) continue;
    const bool defective = row.truth == Label::defective;
    const std::string name = !defective ? "good" : row.classes.size() == 1 ? row.classes.front() : row.class_name;
    ConfusionRow& confusion = by_class[{defective, name}];
    confusion.class_name = name;
    const bool has_class = row.label == Label::defective && !row.predicted_class.empty();
    ++confusion.said[has_class ? row.predicted_class : std::string(to_string(row.label))];
  }
  std::vector<ConfusionRow> list;
  for (auto& [key, confusion] : by_class) list.push_back(std::move(confusion));
  return list;
}

}  // namespace lineguard::evaluation
