#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/digest.h>
#include <lineguard/dataset/split.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/learned_picture.h>
#include <lineguard/package/package.h>

namespace lineguard::evaluation {
namespace {

Selected all_of(const dataset::Dataset& dataset) {
  Selected all{Selection::all, std::vector<std::size_t>(dataset.samples.size()), {}};
  std::iota(all.samples.begin(), all.samples.end(), std::size_t{0});
  return all;
}

bool names(const dataset::Dataset& dataset, dataset::Split split) {
  return std::ranges::find(dataset.samples, split, &dataset::Sample::split) != dataset.samples.end();
}

// As the data set says, a part that is named in two splits in the later one.
Selected named_split(const package::Manifest& manifest, const std::string& split, const dataset::Dataset& dataset) {
  const bool only_val = names(dataset, dataset::Split::validation) && !names(dataset, dataset::Split::test);
  const bool validation = split == "val" || (split.empty() && only_val);
  const bool with_labels = manifest.training.defective_pictures > 0;
  auto of = with_labels ? dataset::split_for_labels(dataset) : dataset::split_for_training(dataset);
  Selected selected{
      validation ? Selection::validation : Selection::test, std::move(validation ? of.validation : of.test), {}};
  std::ranges::sort(selected.samples);
  return selected;
}

// What the package says of each picture; one that can't be read is new: it fails when it is predicted.
struct Known {
  std::set<std::string> learned, held_out;
  std::vector<bool> is_learned, shows_learned_part, is_held_out;  // of each sample

  bool is_new(std::size_t i) const { return !is_learned[i] && !shows_learned_part[i]; }
};

// SHA-256 of the names of the parts that were learned from, where something names parts.
Result<std::set<std::string>> learned_parts(const std::filesystem::path& package) {
  LINEGUARD_ASSIGN(const auto pictures, package::read_learned_pictures(package));
  std::set<std::string> parts;
  for (const package::LearnedPicture& picture : pictures) {
    if (!picture.part.empty()) parts.insert(picture.part);
  }
  return parts;
}

Result<Known> what_is_known(const std::filesystem::path& package, const dataset::Dataset& dataset) {
  Known known;
  LINEGUARD_ASSIGN(known.learned, package::read_learned(package));
  LINEGUARD_ASSIGN(known.held_out, package::read_held_out(package));
  LINEGUARD_ASSIGN(const auto parts, learned_parts(package));
  std::set<std::string> seen;  // parts of this data set with a picture that was learned from
  for (const dataset::Sample& sample : dataset.samples) {
    const auto digest = sha256_hex_of_file(sample.image);
    known.is_learned.push_back(digest && known.learned.contains(*digest));
    known.is_held_out.push_back(digest && known.held_out.contains(*digest));
    if (known.is_learned.back()) seen.insert(sample.part);
  }
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    const dataset::Sample& sample = dataset.samples[i];
    const std::string part = package::part_digest(sample.image, sample.part);
    const bool shown = seen.contains(sample.part) || (!part.empty() && parts.contains(part));
    known.shows_learned_part.push_back(!known.is_learned[i] && !known.is_held_out[i] && shown);
  }
  return known;
}

template <typename Condition>
std::vector<std::size_t> samples_where(const dataset::Dataset& dataset, Condition condition) {
  std::vector<std::size_t> samples;
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    if (condition(i)) samples.push_back(i);
  }
  return samples;
}

// By the narrowest name that is right.
Selected new_pictures(const Known& known, const package::Manifest& manifest, const dataset::Dataset& dataset) {
  Selected selected{Selection::not_learned, samples_where(dataset, [&](std::size_t i) { return known.is_new(i); }), {}};
  if (selected.samples.size() == dataset.samples.size()) {
    selected.selection = Selection::all;
  } else if (dataset::names_splits(dataset)) {
    const Selected named = named_split(manifest, "", dataset);
    if (named.samples == selected.samples) selected.selection = named.selection;
  } else if (std::ranges::all_of(selected.samples, [&](std::size_t i) { return known.is_held_out[i]; })) {
    selected.selection = Selection::held_out;
  }
  return selected;
}

Result<Selected> by_name(const std::filesystem::path& package, const package::Manifest& manifest, const Known& known,
                         const std::string& split, const dataset::Dataset& dataset) {
  if (dataset::names_splits(dataset)) return named_split(manifest, split, dataset);
  Selected kept{Selection::held_out, samples_where(dataset, [&](std::size_t i) { return known.is_held_out[i]; }), {}};
  if (!kept.samples.empty()) return kept;
  if (split.empty()) return all_of(dataset);
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("--split {}: {} names no split, and {} held none of its pictures out", split,
                                dataset.root.string(), package.string()));
}

std::string in_words(const LeftOut& left_out, const std::filesystem::path& package, std::size_t pictures) {
  std::vector<std::string> reasons;
  const auto add = [&](std::size_t count, std::string_view why) {
    if (count > 0) reasons.push_back(fmt::format("{} {}", count, why));
  };
  add(left_out.learned, fmt::format("that {} learned from", package.string()));
  add(left_out.same_part, "that show a part of which it learned from another picture");
  add(left_out.other_splits, "of other splits, or not labelled");
  if (reasons.empty()) return "";
  return fmt::format("left out are {} of {} pictures: {}; --split all counts them", left_out.count(), pictures,
                     fmt::join(reasons, ", "));
}

void tell_left_out(Selected& selected, const std::filesystem::path& package, const Known& known) {
  LeftOut& left_out = selected.left_out;
  for (std::size_t i = 0; i < known.is_learned.size(); ++i) {
    if (std::ranges::binary_search(selected.samples, i)) continue;
    std::size_t& reason = known.is_learned[i]           ? left_out.learned
                          : known.shows_learned_part[i] ? left_out.same_part
                                                        : left_out.other_splits;
    ++reason;
  }
  left_out.note = in_words(left_out, package, known.is_learned.size());
}

}  // namespace

std::string_view to_string(Selection selection) {
  switch (selection) {
    case Selection::validation:
      return "validation";
    case Selection::test:
      return "test";
    case Selection::held_out:
      return "held out";
    case Selection::not_learned:
      return "not learned";
    case Selection::all:
      return "all";
  }
  return "all";
}

Result<Selected> select_pictures(const std::filesystem::path& package, const std::string& split,
                                 const dataset::Dataset& dataset) {
  LINEGUARD_ASSIGN(const package::Manifest manifest, package::read_manifest(package));
  if (split == "all") return all_of(dataset);
  LINEGUARD_ASSIGN(const Known known, what_is_known(package, dataset));
  Selected selected;
  if (split.empty() && !known.learned.empty()) selected = new_pictures(known, manifest, dataset);
  if (selected.samples.empty()) {
    LINEGUARD_ASSIGN(selected, by_name(package, manifest, known, split, dataset));
  }
  tell_left_out(selected, package, known);
  return selected;
}

}  // namespace lineguard::evaluation
