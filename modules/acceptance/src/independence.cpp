#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <lineguard/acceptance/independence.h>
#include <lineguard/core/words.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::acceptance {
namespace {

using package::LearnedPicture;
using Look = std::vector<std::uint8_t>;

constexpr std::size_t kFewestLooks = 8;
constexpr std::size_t kMostForTypical = 500;  // learned pictures that say what is typical: enough for a median
constexpr double kShareOfTypical = 0.25;
constexpr double kRounding = 0.5;  // gray level; looks are rounded to whole ones

// A look with its mean, so that pairs are compared without summing again.
struct Looked {
  const Look* look = nullptr;
  double mean = 0;
};

Looked looked(const Look& look) {
  return {&look, std::accumulate(look.begin(), look.end(), 0.0) / static_cast<double>(look.size())};
}

// As look_difference(), or infinity as soon as it is not below `limit`: most pairs are told apart by their first areas.
double difference_below(const Looked& a, const Looked& b, double limit) {
  const double shift = a.mean - b.mean;
  double most = 0;
  for (std::size_t i = 0; i < a.look->size(); ++i) {
    most = std::max(most, std::abs(int{(*a.look)[i]} - int{(*b.look)[i]} - shift));
    if (most >= limit) return std::numeric_limits<double>::infinity();
  }
  return most;
}

double nearest_difference(const Looked& look, const std::vector<Looked>& others) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const Looked& other : others) {
    if (other.look != look.look) nearest = std::min(nearest, difference_below(look, other, nearest));
  }
  return nearest;
}

double alike_below(const std::vector<Looked>& looks) {
  std::vector<double> differences;
  const std::size_t step = std::max<std::size_t>(1, looks.size() / kMostForTypical);
  for (std::size_t i = 0; i < looks.size(); i += step) differences.push_back(nearest_difference(looks[i], looks));
  return kShareOfTypical * stats::median(std::move(differences)) + kRounding;
}

std::vector<Looked> looks_of(const std::vector<LearnedPicture>& pictures) {
  std::vector<Looked> looks;
  for (const LearnedPicture& picture : pictures) {
    if (!picture.look.empty()) looks.push_back(looked(picture.look));
  }
  return looks;
}

std::set<std::string> parts_of(const std::vector<LearnedPicture>& pictures) {
  std::set<std::string> parts;
  for (const LearnedPicture& picture : pictures) {
    if (!picture.part.empty()) parts.insert(picture.part);
  }
  return parts;
}

std::string count_in_words(const Independence& independence, Overlap overlap, bool checked, const char* what) {
  if (!checked) return fmt::format("{}: not known, the package does not say. ", what);
  const std::size_t count = independence.count(overlap);
  return fmt::format("{}: {}. ", what, count == 0 ? "none" : count_of(count, "picture") + ", left out");
}

}  // namespace

std::size_t Independence::count(Overlap overlap) const {
  return static_cast<std::size_t>(std::ranges::count(overlaps, overlap));
}

std::string Independence::in_words() const {
  std::string words =
      fmt::format("{} compared with {} that the model learned from. ", count_of(overlaps.size(), "picture"),
                  learned > 0 ? std::to_string(learned) : "those");
  words += count_in_words(*this, Overlap::digest, digests_known, "Byte for byte the same");
  words += count_in_words(*this, Overlap::part, parts_compared, "Of a part that was learned from");
  words += count_in_words(*this, Overlap::near_duplicate, looks_compared, "Near-duplicates");
  if (const std::size_t count = this->count(Overlap::chosen_on); count > 0)
    words += fmt::format("That the operating point was chosen on: {}, left out. ", count_of(count, "picture"));
  if (const std::size_t count = this->count(Overlap::repeated); count > 0)
    words += fmt::format("The same as another one of the set: {}, counted once. ", count_of(count, "picture"));
  words.pop_back();
  return words;
}

double look_difference(const Look& a, const Look& b) {
  return difference_below(looked(a), looked(b), std::numeric_limits<double>::infinity());
}

Independence check_independence(const std::vector<LearnedPicture>& pictures, const SeenPictures& seen) {
  Independence independence;
  independence.learned = seen.digests.size();
  independence.digests_known = !seen.digests.empty();
  const auto looks = looks_of(seen.described);
  const auto parts = parts_of(seen.described);
  independence.looks_compared = looks.size() >= kFewestLooks;
  independence.parts_compared = !parts.empty();
  if (independence.looks_compared) independence.alike_below = alike_below(looks);
  const auto overlap_of = [&](const LearnedPicture& picture) {
    if (seen.digests.contains(picture.digest)) return Overlap::digest;
    if (seen.chosen_on.contains(picture.digest)) return Overlap::chosen_on;
    if (!picture.part.empty() && parts.contains(picture.part)) return Overlap::part;
    if (!independence.looks_compared || picture.look.empty()) return Overlap::none;
    const Looked look = looked(picture.look);
    const auto is_alike = [&](const Looked& other) {
      return difference_below(look, other, independence.alike_below) < independence.alike_below;
    };
    if (std::ranges::any_of(looks, is_alike)) return Overlap::near_duplicate;
    return Overlap::none;
  };
  for (const LearnedPicture& picture : pictures) independence.overlaps.push_back(overlap_of(picture));
  return independence;
}

}  // namespace lineguard::acceptance
