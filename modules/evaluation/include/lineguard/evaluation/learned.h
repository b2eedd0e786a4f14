// Which pictures of a data set a package has seen before: on those every figure is too good.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/acceptance/independence.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

// What each of the packages has learned of the pictures that it is measured on, byte for byte the same; each file is
// hashed once. A file that can't be read counts as new: it fails later. Errors: those of the packages.
Result<std::vector<LearnedPictures>> find_learned_pictures(const std::vector<std::string>& packages,
                                                           const dataset::Dataset& data,
                                                           const std::vector<std::size_t>& samples);

// Empty, or that the operating point was chosen on some of these pictures, on which its rates hold by construction.
// Errors: those of the package.
Result<std::string> note_of_chosen_on(const std::string& package, const std::string& operating_point,
                                      const dataset::Dataset& data, const std::vector<std::size_t>& samples);

// Empty, or how many of these pictures look like ones that the package learned from (acceptance::check_independence):
// such a picture may be a learned one that was saved anew, which no digest tells. Reads and decodes every picture.
// Errors: those of the package.
Result<std::string> note_of_near_duplicates(const std::string& package, const dataset::Dataset& data,
                                            const std::vector<std::size_t>& samples, int threads);

// Those of the samples that are new to the package and to its operating point: by digest, by look and by part. A part
// with one picture that is not new is left out whole; a picture that is there twice counts once.
struct NewPictures {
  std::vector<std::size_t> samples;
  acceptance::Independence independence;  // of all the samples
  std::string pictures_digest;            // SHA-256 over the sorted digests of the new ones
  std::set<std::string> digests;          // of the new ones
};
// Reads and decodes every picture. `operating_point` empty: it is yet to be chosen. Errors: those of the package;
// refused where the same picture has both labels.
Result<NewPictures> find_new_pictures(const std::string& package, const std::string& operating_point,
                                      const dataset::Dataset& data, const std::vector<std::size_t>& samples,
                                      int threads);

}  // namespace lineguard::evaluation
