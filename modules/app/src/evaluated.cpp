#include "evaluated.h"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include <lineguard/core/clock.h>
#include <lineguard/core/digest.h>
#include <lineguard/package/package.h>

namespace lineguard::app {

evaluation::Model model_of(const detector::Detector& detector) {
  return {detector.model(), detector.operating_point(), detector.threshold(), detector.unknown_band(),
          detector.pixel_threshold()};
}

const std::string& Fingerprint::get() {
  if (known_.empty()) known_ = dataset::fingerprint(data_);
  return known_;
}

evaluation::Provenance provenance_of(Fingerprint& fingerprint) {
  return {format_utc(system_clock().utc_now()), LINEGUARD_VERSION, fingerprint.get()};
}

std::vector<std::string> digests_of(const dataset::Dataset& data, const std::vector<std::size_t>& samples) {
  std::vector<std::string> digests(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (auto digest = sha256_hex_of_file(data.samples[samples[i]].image)) digests[i] = *digest;  // else it fails later
  }
  return digests;
}

Result<std::vector<evaluation::LearnedPictures>> find_learned_pictures(const std::vector<std::string>& packages,
                                                                       const dataset::Dataset& data,
                                                                       const std::vector<std::size_t>& samples) {
  const std::vector<std::string> digests = digests_of(data, samples);
  std::vector<evaluation::LearnedPictures> all;
  for (const std::string& package : packages) {
    LINEGUARD_ASSIGN(const auto learned, package::read_learned(package));
    evaluation::LearnedPictures& found = all.emplace_back();
    std::string first;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (!learned.contains(digests[i])) continue;
      const dataset::Sample& sample = data.samples[samples[i]];
      if (found.count++ == 0) first = sample.name;
      found.defective += sample.label == Label::defective;
    }
    if (found.count == 0) continue;
    found.note = fmt::format("{} learned from {} of these {} pictures ({}{}): figures are too good", package,
                             found.count, samples.size(), first, found.count > 1 ? ", …" : "");
    std::cerr << "warning: " << found.note << "\n";
  }
  return all;
}

}  // namespace lineguard::app
