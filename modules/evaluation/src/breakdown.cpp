#include "breakdown.h"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

namespace lineguard::evaluation {
namespace {

constexpr std::size_t kFewestInAGroup = 3;

// Rows by group. A part is what all its pictures make it, whatever the group shows of it: only the decision is the
// group's.
class Breakdown {
 public:
  Breakdown(const std::vector<Row>& rows, double confidence) : confidence_(confidence) {
    std::vector<const Row*> named;  // one without a part's name is a part of its own, whole in its group
    for (const Row& row : rows) {
      if (row.truth == Label::unknown) continue;
      labelled_.push_back(&row);
      if (!row.part.empty()) named.push_back(&row);
    }
    for (Part& part : all_parts_of(named)) {
      std::string name = part.name;
      whole_.emplace(std::move(name), std::move(part));
    }
  }

  // Lowest, middle and highest third; equal values stay together. What can't be measured is in none.
  void add_thirds(std::string_view property, const std::function<bool(const Row&)>& counts,
                  const std::function<double(const Row&)>& value) {
    std::vector<const Row*> rows;
    for (const Row* row : labelled_) {
      if (!row->error && counts(*row)) rows.push_back(row);
    }
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
    add_groups(property, groups);
  }

  void add_names(std::string_view property, std::string Row::*name) {
    std::map<std::string, std::vector<const Row*>> by_name;
    for (const Row* row : labelled_) by_name[row->*name].push_back(row);
    add_groups(property, {by_name.begin(), by_name.end()});
  }

  std::vector<GroupFigures> take() { return std::move(figures_); }

 private:
  void add_groups(std::string_view property,
                  const std::vector<std::pair<std::string, std::vector<const Row*>>>& groups) {
    if (groups.size() < 2) return;
    for (const auto& [name, rows] : groups) {
      GroupFigures group;
      group.property = property;
      group.group = name;
      std::vector<Part> parts = all_parts_of(rows);
      for (Part& part : parts) {
        const auto whole = whole_.find(part.name);
        if (whole == whole_.end()) continue;
        part.truth = whole->second.truth;
        part.failed = whole->second.failed;
      }
      group.miss = rate_of(parts, Label::defective, confidence_);
      group.overkill = rate_of(parts, Label::good, confidence_);
      figures_.push_back(std::move(group));
    }
  }

  const double confidence_;
  std::vector<const Row*> labelled_;
  std::map<std::string, Part> whole_;  // by name
  std::vector<GroupFigures> figures_;
};

}  // namespace

std::vector<GroupFigures> group_figures(const std::vector<Row>& rows, double confidence) {
  const auto all = [](const Row&) { return true; };
  const auto with_size = [](const Row& row) { return row.truth == Label::defective && row.defect_side_px > 0; };
  Breakdown breakdown(rows, confidence);
  breakdown.add_thirds("defect size, px", with_size, [](const Row& row) { return row.defect_side_px; });
  breakdown.add_thirds("brightness", all, [](const Row& row) { return row.properties.brightness; });
  breakdown.add_thirds("contrast", all, [](const Row& row) { return row.properties.contrast; });
  breakdown.add_thirds("red less blue", all, [](const Row& row) { return row.properties.warmth; });
  breakdown.add_thirds("sharpness", all, [](const Row& row) { return row.properties.sharpness; });
  breakdown.add_names("view", &Row::view);
  breakdown.add_names("lot", &Row::lot);
  return breakdown.take();
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
