// What the configuration says of the model's inputs.
#pragma once

#include <cstddef>
#include <vector>

#include <lineguard/imaging/preprocessing.h>
#include <lineguard/training/train.h>

namespace lineguard::training {

// The members that `config` names or its speed stands for, the finest input first. With templates lighting is as it
// is; so it is with those of a speed where defects are learned from: their heads see the finest input, and find out for
// themselves what lighting means. What is then the same stands once.
std::vector<MemberConfig> resolve_members(const TrainConfig& config, bool templates, bool learns_defects = false);

// The inputs of these members, each once, in order.
std::vector<imaging::ModelInput> inputs_of(const std::vector<MemberConfig>& members);

// As a package keeps it. REQUIRES config.members to be resolved.
imaging::Preprocessing preprocessing_of(const TrainConfig& config, bool templates);

// "384 px, 256 px local-contrast whitened 0.01"
std::string describe(const std::vector<MemberConfig>& members);

}  // namespace lineguard::training
