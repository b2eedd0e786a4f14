// The learning itself: from a plan to the detector's graph and what every picture gets when it is made without its
// part.
#pragma once

#include "labels/labelled_training.h"
#include "mixing.h"
#include "plan.h"

#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/features/backbone.h>

namespace lineguard::training {

struct Learned {
  TrainingSet set;                       // tiles of their own where pictures were cut; without features
  imaging::Preprocessing preprocessing;  // of the package
  Backbone backbone;
  std::vector<MapScore> scored;  // one a picture of the set, cross-fitted
  RegionLevels levels;           // inside and size_factor where labels say them; else to be calibrated
  std::vector<std::string> classes;
  std::size_t patches = 0, bank = 0;
};

// Writes network.xml to `folder`. `job_folder`: of fine-tuning. Notes go into `report`. Errors: those of train().
Result<Learned> learn(const Plan& plan, const TrainOptions& options, const std::filesystem::path& folder,
                      const std::filesystem::path& job_folder, const ProgressFunction& progress, TrainReport& report);

}  // namespace lineguard::training
