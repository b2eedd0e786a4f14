// Checks of a data set that need features: what is shown twice, what is labelled wrongly, what does not belong among
// the good parts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/check.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::verify {

struct ContentCheckOptions {
  int threads = 2;                   // >= 1
  std::size_t most_pictures = 4000;  // of a larger set as many are looked at, drawn evenly (pictures_to_look_at)
};

// Indices into dataset.samples: all, or of more than `most` as many of them: defective and other ones by halves where
// there are enough of both, each evenly over the set's order. So time and memory are bounded however large a set is.
std::vector<std::size_t> pictures_to_look_at(const dataset::Dataset& dataset, std::size_t most);

// Findings of the checks likely-label-error (one a picture, the likeliest first), contaminated-good and
// near-duplicate(-across-splits), likely-part-in-two-splits and likely-one-part. The installed backbone is run once
// over every picture that is looked at (twice where there are more than the reservoir of patches holds). Memory: a
// reservoir of 150,000 patches and about 8 kB a picture. Pictures that can't be decoded are left out: check_dataset()
// names them. Deterministic for any number of threads.
//
// - Label errors: five-fold cross-validation by part of a small network on embeddings and of the distance to a good
//   bank made without the part; needs 20 pictures of either label. A picture is likely wrong where the network gives
//   the other label at least what it gives the pictures that carry that label on average, and at least 70 % (confident
//   learning, Northcutt et al. 2021).
// - Contamination: the same distance of good pictures; more than five robust standard deviations above the others'.
// - Near-duplicates: nearest neighbours by embedding whose regions (16 x 16 of the picture) differ far less than those
//   of other nearest neighbours: relative to this set, since uniform parts all look alike.
// - One part under two names, in two splits or none: pictures that are each other's nearest by their marks in 24 x 24
//   regions, brightness and contrast evened out, and far nearer than the tenth nearest.
//
// Errors: not_found (no backbone), invalid_argument, those of the runtime.
Result<std::vector<dataset::Finding>> check_content(const dataset::Dataset& dataset,
                                                    const ContentCheckOptions& options = {},
                                                    const ProgressFunction& progress = {});

}  // namespace lineguard::verify
