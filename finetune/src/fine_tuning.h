// The training itself: epochs, early stopping, checkpoints. Its steps depend on the job and the epoch alone, so that a
// training that was killed and goes on from its checkpoint ends where an undisturbed one does.
#pragma once

#include "job.h"

#include <atomic>
#include <functional>

namespace lineguard::finetune {

struct Progress {
  int epoch = 0, epochs = 0;         // of at most
  std::size_t done = 0, total = 0;   // batches, of all epochs
  double train_loss = 0;             // mean of the epoch so far
  double validation_loss = -1;       // once the epoch is over
  double best_validation_loss = -1;  // of the weights that would be kept
};

struct Outcome {
  int epochs = 0, best_epoch = 0, resumed_at = 0;  // best_epoch 0: the backbone as it was
  double first_validation_loss = 0, best_validation_loss = 0;
};

// Trains, and writes backbone.xml and backbone.bin to `out` (both or neither; from the epoch with the lowest
// validation loss). After every epoch the job's checkpoint is written; one that belongs to the same job is gone on
// from. Errors: cancelled once `stop` is set (the checkpoint stays), those of the network and the files; too_large
// where memory does not suffice.
Result<Outcome> fine_tune(const Job& job, const std::filesystem::path& out, int threads, const std::atomic<bool>& stop,
                          const std::function<void(const Progress&)>& progress);

}  // namespace lineguard::finetune
