#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <lineguard/acceptance/parts.h>

namespace lineguard::acceptance {
namespace {

// A name with a line break is no part's: it stands for the row alone.
std::string name_of(const JudgedPicture& row, std::size_t index) {
  return row.part.empty() ? fmt::format("row {}\n", index) : row.part;
}

int severity_of(Label label) {
  if (label == Label::good) return 0;
  return label == Label::unknown ? 1 : 2;
}

void add(const JudgedPicture& row, std::size_t place, Part& part) {
  if (row.truth == Label::defective) {
    part.truth = Label::defective;
    part.classes.merge(classes_of(row));
  }
  if (row.error) {
    ++part.failed;
    return;
  }
  const bool first = part.pictures++ == 0;
  part.rows.push_back(place);
  part.label = first
                   ? row.label
                   : std::max(part.label, row.label, [](Label a, Label b) { return severity_of(a) < severity_of(b); });
  part.score = first ? row.score : std::max(part.score, row.score);
}

}  // namespace

std::set<std::string> classes_of(const JudgedPicture& row) {
  return row.classes.empty() ? std::set{row.class_name} : std::set(row.classes.begin(), row.classes.end());
}

std::vector<Part> all_parts_of(const std::vector<const JudgedPicture*>& rows) {
  std::vector<Part> parts;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i]->truth == Label::unknown) continue;
    const std::string name = name_of(*rows[i], i);
    const auto [place, is_new] = places.try_emplace(name, parts.size());
    if (is_new) parts.emplace_back().name = name;
    add(*rows[i], i, parts[place->second]);
  }
  return parts;
}

std::vector<Part> parts_of(const std::vector<const JudgedPicture*>& rows) {
  std::vector<Part> parts = all_parts_of(rows);
  std::erase_if(parts, [](const Part& part) { return part.failed > 0; });
  return parts;
}

std::vector<double> scores_of(const std::vector<Part>& parts, Label truth) {
  std::vector<double> scores;
  for (const Part& part : parts) {
    if (part.truth == truth) scores.push_back(part.score);
  }
  return scores;
}

Rate rate_of(const std::vector<Part>& parts, Label truth, double confidence) {
  Rate rate;
  for (const Part& part : parts) {
    if (part.truth != truth) continue;
    if (part.failed > 0) {
      ++rate.left_out;
      continue;
    }
    ++rate.count.n;
    rate.count.events += part.wrongly_decided();
    rate.unknown += part.label == Label::unknown;
    rate.pictures += part.pictures;
  }
  rate.interval = stats::exact_interval(rate.count, confidence);
  return rate;
}

std::string_view unit_of(const Rate& rate) {
  return rate.pictures > rate.count.n ? "part" : "picture";
}

}  // namespace lineguard::acceptance
