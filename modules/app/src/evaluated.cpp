#include "evaluated.h"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include <lineguard/core/clock.h>
#include <lineguard/dataset/split.h>
#include <lineguard/package/package.h>

namespace lineguard::app {

evaluation::Model model_of(const detector::Detector& detector) {
  return {detector.model(), detector.operating_point(), detector.threshold(), detector.unknown_band(),
          detector.pixel_threshold()};
}

evaluation::Selection selection_of(const std::string& split) {
  if (split == "val") return evaluation::Selection::validation;
  return split == "all" ? evaluation::Selection::all : evaluation::Selection::test;
}

Result<std::string> Fingerprint::get() {
  if (known_.empty()) {
    LINEGUARD_ASSIGN(known_, dataset::fingerprint(data_));
  }
  return known_;
}

Result<evaluation::Provenance> provenance_of(Fingerprint& fingerprint) {
  evaluation::Provenance provenance{format_utc(system_clock().utc_now()), LINEGUARD_VERSION, {}};
  LINEGUARD_ASSIGN(provenance.dataset_fingerprint, fingerprint.get());
  return provenance;
}

Result<void> warn_of_learned_pictures(const std::vector<std::string>& packages, const std::string& split,
                                      const dataset::Dataset& data, Fingerprint& fingerprint) {
  const bool named = std::ranges::any_of(data.samples, [](const dataset::Sample& sample) {
    return sample.split == dataset::Split::test || sample.split == dataset::Split::validation;
  });
  if (split != "all" && named) return {};
  LINEGUARD_ASSIGN(const std::string found, fingerprint.get());
  for (const std::string& package : packages) {
    LINEGUARD_ASSIGN(const package::Manifest manifest, package::read_manifest(package));
    const bool same = found == manifest.training.dataset_fingerprint;
    if (split == "all" && same)
      std::cerr << fmt::format("warning: {} learned from some of all these pictures: figures are too good\n", package);
    if (same) continue;
    std::cerr << fmt::format(
        "warning: {} is not what {} was trained with, or was changed or read in another way since: it may have learned "
        "from pictures that are taken for new ones here\n",
        data.root.string(), package);
  }
  return {};
}

Result<std::vector<std::size_t>> select_samples(const std::string& package, const std::string& split,
                                                const dataset::Dataset& data) {
  LINEGUARD_ASSIGN(const package::Manifest manifest, package::read_manifest(package));
  const auto seed = static_cast<std::uint64_t>(manifest.training.seed);
  const bool with_labels = manifest.training.defective_pictures > 0;
  return evaluation::select(
      data, selection_of(split),
      with_labels ? dataset::split_for_labels(data, seed) : dataset::split_for_training(data, 0, seed));
}

}  // namespace lineguard::app
