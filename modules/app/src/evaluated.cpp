#include "evaluated.h"

#include <algorithm>
#include <iostream>

#include <lineguard/core/clock.h>
#include <lineguard/evaluation/learned.h>
#include <lineguard/package/package.h>

namespace lineguard::app {

evaluation::Model model_of(const detector::Detector& detector) {
  return {detector.model(),        detector.operating_point(), detector.threshold(),
          detector.unknown_band(), detector.pixel_threshold(), detector.point_in_use().rules};
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

}  // namespace lineguard::app
