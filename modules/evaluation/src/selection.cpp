#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/enum_names.h>
#include <lineguard/dataset/split.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/package.h>

namespace lineguard::evaluation {
namespace {

Selected all_of(const dataset::Dataset& dataset) {
  Selected all{Selection::all, std::vector<std::size_t>(dataset.samples.size())};
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
  Selected selected{validation ? Selection::validation : Selection::test,
                    std::move(validation ? of.validation : of.test)};
  std::ranges::sort(selected.samples);
  return selected;
}

Result<Selected> held_out(const std::filesystem::path& package, const dataset::Dataset& dataset) {
  LINEGUARD_ASSIGN(const auto digests, package::read_held_out(package));
  Selected selected{Selection::held_out, {}};
  if (digests.empty()) return selected;
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    const auto digest = sha256_hex_of_file(dataset.samples[i].image);
    if (digest && digests.contains(*digest)) selected.samples.push_back(i);
  }
  return selected;
}

}  // namespace

std::string_view to_string(Selection selection) {
  static constexpr auto kNames = std::to_array<EnumName<Selection>>({{Selection::validation, "validation"},
                                                                     {Selection::test, "test"},
                                                                     {Selection::held_out, "held out"},
                                                                     {Selection::all, "all"}});
  static_assert(names_every_value(kNames));
  return name_of(kNames, selection);
}

Result<Selected> select_pictures(const std::filesystem::path& package, const std::string& split,
                                 const dataset::Dataset& dataset) {
  LINEGUARD_ASSIGN(const package::Manifest manifest, package::read_manifest(package));
  if (split == "all") return all_of(dataset);
  if (dataset::names_splits(dataset)) return named_split(manifest, split, dataset);
  LINEGUARD_ASSIGN(Selected kept, held_out(package, dataset));
  if (!kept.samples.empty()) return kept;
  if (split.empty()) return all_of(dataset);
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("--split {}: {} names no split, and {} held none of its pictures out", split,
                                dataset.root.string(), package.string()));
}

}  // namespace lineguard::evaluation
