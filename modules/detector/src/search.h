// Choosing the good-only settings for a data set from what is there without defects.
//
// Every trial is judged on good pictures that its bank has not seen (three-fold cross-fitting by part): how well do
// scores and maps tell pictures with faint synthetic defects from the same pictures as they are, shifted by a hundredth
// and under a lamp that is 5 % off? A setting replaces the default only where it is better by a margin that a paired
// bootstrap over parts supports: synthetic defects are no real ones, and the default has been measured on those. Of
// settings that are as good as one another the steadiest is taken (trial_choice.h).
#pragma once

#include "training_set.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/progress.h>
#include <lineguard/core/result.h>
#include <lineguard/detector/train.h>

namespace lineguard::detector {

struct SearchOutcome {
  TrainConfig config;  // `base` with the chosen settings
  std::vector<Trial> trials;
  std::string note;
};

// Uses up to 40 good pictures of `set` (drawn by config.seed), aligned with `reference` where base.align_shift > 0. No
// trial begins once `budget_s` is over, but the first, the defaults, always runs. `scratch` is a folder for graphs.
// Errors: those of reading pictures and of the backbone.
Result<SearchOutcome> search_settings(const TrainingSet& set, const TrainConfig& base,
                                      const std::shared_ptr<const Image>& reference,
                                      const std::filesystem::path& scratch, double budget_s, int threads, Clock& clock,
                                      const ProgressFunction& progress);

// trials.json: "lineguard.trials/1".
std::string trials_to_json(const SearchOutcome& outcome, double budget_s);

}  // namespace lineguard::detector
