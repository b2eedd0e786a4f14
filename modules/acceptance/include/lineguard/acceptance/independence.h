// Whether pictures are new to a model: none that it learned from, none that shows the same, no other picture of a part
// that it has seen. Pure.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <lineguard/core/enum_names.h>
#include <lineguard/package/learned_picture.h>

namespace lineguard::acceptance {

enum class Overlap { none, digest, near_duplicate, part, chosen_on, repeated };
inline constexpr auto kOverlapNames = std::to_array<EnumName<Overlap>>({
    {Overlap::none, "none"},
    {Overlap::digest, "learned from, byte for byte the same"},
    {Overlap::near_duplicate, "near-duplicate of a learned picture"},
    {Overlap::part, "of a part that was learned from"},
    {Overlap::chosen_on, "the operating point was chosen on it"},
    {Overlap::repeated, "the same picture as another one of the set"},
});
static_assert(names_every_value(kOverlapNames));
constexpr std::string_view to_string(Overlap overlap) {
  return name_of(kOverlapNames, overlap);
}

// What is known of what a model has seen.
struct SeenPictures {
  std::set<std::string> digests;                   // learned from
  std::vector<package::LearnedPicture> described;  // of the same; empty: an older package
  std::set<std::string> chosen_on;                 // digests that the operating point was chosen on
};

struct Independence {
  std::vector<Overlap> overlaps;  // of each picture
  std::size_t learned = 0;        // pictures that the model learned from
  bool digests_known = false, looks_compared = false, parts_compared = false;
  double alike_below = 0;  // of two looks the difference below which they are near-duplicates, in gray levels

  std::size_t count(Overlap overlap) const;
  // What was checked, with what result, in sentences.
  std::string in_words() const;
};

// Of the most different of both looks' areas, the difference of brightness of the whole left out. Gray levels.
// REQUIRES: looks of one size.
double look_difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b);

// Two pictures are near-duplicates where their looks differ by less than a quarter of what they do between a learned
// picture and its nearest other one (the median); never counted where fewer than 8 looks are known. O(pictures x
// learned).
Independence check_independence(const std::vector<package::LearnedPicture>& pictures, const SeenPictures& seen);

}  // namespace lineguard::acceptance
