// How the steps of training work, whatever they work on.
#pragma once

#include <lineguard/core/progress.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// Refers to what must outlive the step that it is given to.
struct TrainingWork {
  const TrainConfig& config;
  int threads = 1;
  const ProgressFunction& progress;
};

}  // namespace lineguard::training
