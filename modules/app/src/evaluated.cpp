#include "evaluated.h"

#include <algorithm>
#include <iostream>

#include <lineguard/core/clock.h>
#include <lineguard/dataset/split.h>
#include <lineguard/evaluation/learned.h>
#include <lineguard/package/package.h>

namespace lineguard::app {

evaluation::Model model_of(const detector::Detector& detector) {
  return {detector.model(), detector.operating_point(), detector.threshold(), detector.unknown_band(),
          detector.pixel_threshold()};
}

evaluation::Selection selection_of(const std::string& split, const dataset::Dataset& data) {
  const auto names = [&](dataset::Split wanted) {
    return std::ranges::find(data.samples, wanted, &dataset::Sample::split) != data.samples.end();
  };
  const bool only_val = names(dataset::Split::validation) && !names(dataset::Split::test);
  if (split == "val" || (split.empty() && only_val)) return evaluation::Selection::validation;
  return split == "all" ? evaluation::Selection::all : evaluation::Selection::test;
}

const std::string& Fingerprint::get() {
  if (known_.empty()) known_ = dataset::fingerprint(data_);
  return known_;
}

evaluation::Provenance provenance_of(Fingerprint& fingerprint) {
  return {format_utc(system_clock().utc_now()), LINEGUARD_VERSION, fingerprint.get()};
}

Result<std::vector<evaluation::LearnedPictures>> find_learned_pictures(const std::vector<std::string>& packages,
                                                                       const dataset::Dataset& data,
                                                                       const std::vector<std::size_t>& samples) {
  LINEGUARD_ASSIGN(auto all, evaluation::find_learned_pictures(packages, data, samples));
  for (const evaluation::LearnedPictures& found : all) {
    if (!found.note.empty()) std::cerr << "warning: " << found.note << "\n";
  }
  return all;
}

Result<std::vector<std::size_t>> select_samples(const std::string& package, const std::string& split,
                                                const dataset::Dataset& data) {
  LINEGUARD_ASSIGN(const package::Manifest manifest, package::read_manifest(package));
  const auto seed = static_cast<std::uint64_t>(manifest.training.seed);
  const bool with_labels = manifest.training.defective_pictures > 0;
  return evaluation::select(
      data, selection_of(split, data),
      with_labels ? dataset::split_for_labels(data, seed) : dataset::split_for_training(data, 0, seed));
}

}  // namespace lineguard::app
