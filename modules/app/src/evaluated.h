// What the commands that measure packages share: which pictures, and what is told of the model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/detector/detector.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>

namespace lineguard::app {

evaluation::Model model_of(const detector::Detector& detector);

// The data set's fingerprint, computed when it is first asked for: that reads every file.
class Fingerprint {
 public:
  explicit Fingerprint(const dataset::Dataset& data) : data_(data) {}
  const std::string& get();

 private:
  const dataset::Dataset& data_;
  std::string known_;
};

// For a report made now.
evaluation::Provenance provenance_of(Fingerprint& fingerprint);

// As evaluation::find_learned_pictures, and says the notes on the standard error, before the work.
Result<std::vector<evaluation::LearnedPictures>> find_learned_pictures(const std::vector<std::string>& packages,
                                                                       const dataset::Dataset& data,
                                                                       const std::vector<std::size_t>& samples);

}  // namespace lineguard::app
