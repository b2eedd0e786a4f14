// The job's pictures and labels, mapped from their files: memory does not grow with their number.
#pragma once

#include "job.h"

#include <random>
#include <vector>

#include <torch/types.h>

namespace lineguard::finetune {

struct Batch {
  torch::Tensor tiles;      // u8 [n, input, input, 3]
  torch::Tensor cells;      // i64 [n, dense, dense]: 0 good, 1 + class, -1 says nothing
  torch::Tensor sides;      // f32 [n, dense, dense, 4] of Job::sides(), or none
  torch::Tensor defective;  // f32 [n]
};

class Tiles {
 public:
  static Result<Tiles> open(const Job& job);
  // As they are.
  Batch plain(const std::vector<std::size_t>& pictures) const;
  // Turned and mirrored at random, brighter or darker by up to 15 %.
  Batch varied(const std::vector<std::size_t>& pictures, std::mt19937_64& random) const;

 private:
  Tiles(const Job& job, torch::Tensor tiles, torch::Tensor cells, torch::Tensor sides);
  const Job* job_;
  torch::Tensor tiles_, cells_, sides_;
};

}  // namespace lineguard::finetune
