// The good pictures to learn from and their patch features, within a bound on memory.
#pragma once

#include "labels/recent_pictures.h"
#include "vocabulary.h"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/features/feature_extractor.h>
#include <lineguard/features/preprocess.h>

namespace lineguard::training {

// A tile of a picture, learned from as a picture of its own (cuts.h).
struct Cut {
  PixelRect rect;
  Size picture;                            // of all of it
  bool good = false;                       // no defect lies in it
  std::shared_ptr<RecentPictures> recent;  // shared by all cuts of a set
};

struct TrainingPicture {
  std::filesystem::path file;
  std::string name;
  int fold = 0;                               // pictures of one part share it
  Matrix patches;                             // all of the picture's, or a random part; none where it is defective
  const dataset::Sample* sample = nullptr;    // its labels; outlives the set
  std::optional<std::filesystem::path> twin;  // its template, where the model needs one
  Size size;                                  // known once its patches were extracted
  Matrix brightness;                          // [1, areas]; none where it is defective, or the model sees none

  std::optional<Cut> cut;  // none: all of it
  Point shift;             // whole pixels that the part was moved back by; its labels stay where they were drawn

  bool of_defective_part = false;  // some picture of its part shows a defect; false of a template

  // Stands for a good picture, seen beside itself; no view of the part beside whose picture it was found.
  bool is_template = false;

  bool good() const { return cut ? cut->good : sample == nullptr || sample->label == Label::good; }
};

struct TrainingSet {
  std::vector<TrainingPicture> pictures;
  std::deque<dataset::Sample> twins;  // templates that are learned from as good pictures; they stay where they are
  bool complete = true;               // every picture holds all its patches

  // Defective pictures are learned from; else they are scored alone, by what was made without their parts.
  bool learns_defects = false;

  // Every picture has its defect-free template, and is seen with it.
  bool has_templates = false;

  // The one fold that no network was shown, where the backbone was trained on the others; -1: every picture's
  // cross-fitted score is an honest one.
  int calibration_fold = -1;

  // Hardly any real part is good: templates, each compared with itself, stand for good parts.
  bool templates_calibrate = false;

  // Hardly any part is good: tiles without a defect stand for good pictures, whatever the part.
  bool areas_calibrate = false;

  std::size_t good_count() const;
  std::set<std::string> parts(bool of_good_ones_alone) const;
  bool fold_calibrates(int fold) const { return calibration_fold < 0 || fold == calibration_fold; }
  bool calibrates(std::size_t picture) const { return fold_calibrates(pictures[picture].fold); }
  // Whether a good picture, or tile, of this part tells how good ones score: operating point and region levels rest on
  // these alone.
  bool tells_good(const TrainingPicture& picture) const {
    return fold_calibrates(picture.fold) && (areas_calibrate || !picture.of_defective_part) &&
           (templates_calibrate || !picture.is_template);
  }
  // The patches of every good picture that is not in `left_out_fold` (-1: none), in order.
  Matrix gather(int left_out_fold = -1) const;
  // Likewise a row of brightness a picture; no row where the model sees none.
  Matrix gather_brightness(int left_out_fold = -1) const;
};

// Of the whole picture: what experts said where they differ, else 0 or 1 as its label says.
double defect_probability(const TrainingPicture& picture);

// The picture as the network sees it, or the tile that was cut out of it. Errors: those of read_picture().
Result<Image> read_for_training(const TrainingPicture& picture, const imaging::Preprocessing& preprocessing);

// The whole picture's size and the part of it, as it was taken, that `image`, which was read from it, shows: over the
// edge where the part was moved back.
struct Shown {
  Size picture;
  PixelRect area;
  std::shared_ptr<RecentPictures> recent;  // that may hold its mask; none: it is read anew
};
Shown shown_by(const TrainingPicture& picture, const Image& image, const imaging::Preprocessing& preprocessing);

// Gives every picture its fold (dataset/folds.h).
void deal_folds(TrainingSet& set, int folds, std::uint64_t seed);

// Fills every good picture's patches. At most `reservoir_patches` are kept in all: beyond, each picture keeps the same
// number, chosen at random by `seed` and its name. Brightness
// stays as it was where the extractor sees none.
Result<void> extract_patches(TrainingSet& set, const FeatureExtractor& extractor, int reservoir_patches,
                             std::uint64_t seed, int threads, const ProgressFunction& progress);

}  // namespace lineguard::training
