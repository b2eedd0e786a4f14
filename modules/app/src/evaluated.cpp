#include "evaluated.h"

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
