// The backbone trained further on the labelled pictures, by the separate program lineguard-finetune.
#pragma once

#include "training_set.h"
#include "training_work.h"
#include "vocabulary.h"

#include <filesystem>
#include <string>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/head.h>
#include <lineguard/features/backbone.h>
#include <lineguard/package/package.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// The fold that is never shown to the backbone: it says when to stop, and everything that is calibrated afterwards
// rests on it alone.
inline constexpr int kHeldBackFold = 0;

struct FineTuned {
  Backbone backbone;             // in `job_folder`
  std::filesystem::path folder;  // the job's: remove it once the package stands
  std::string note;              // what came out of it, for people
};

// Writes the pictures as the network sees them and their labels to `job_folder` and runs the program on them. A job
// that is there already, of the same pictures, labels and settings, is gone on with. Errors: not_found (the program is
// not installed), cancelled, refused (the program's own words), those of reading pictures and masks.
Result<FineTuned> fine_tune(const TrainingSet& set, const Backbone& backbone,
                            const imaging::Preprocessing& preprocessing, const std::filesystem::path& job_folder,
                            const TrainingWork& work);

}  // namespace lineguard::training
