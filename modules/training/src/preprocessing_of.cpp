#include "preprocessing_of.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lineguard::training {
namespace {

// Whole pictures alone: what is bright where in a tile depends on where the tile lies.
bool sees_brightness(const TrainConfig& config, bool templates) {
  return config.brightness > 0 && config.tile_px == 0 && !templates;
}

imaging::ModelInput input_of(const MemberConfig& member) {
  return {member.input_px, member.lighting};
}

}  // namespace

std::vector<MemberConfig> members_of(Speed speed) {
  using imaging::Lighting;
  switch (speed) {
    case Speed::fast:
      return {{256, Lighting::as_it_is, 0}};
    case Speed::balanced:
      return {{384, Lighting::local_contrast, 0}, {256, Lighting::as_it_is, 0}};
    case Speed::thorough:
      return {{384, Lighting::as_it_is, 0.01}, {384, Lighting::local_contrast, 0}, {256, Lighting::as_it_is, 0}};
  }
  return {};
}

std::vector<MemberConfig> resolve_members(const TrainConfig& config, bool templates, bool learns_defects) {
  const bool chosen_by_speed = config.members.empty();
  std::vector<MemberConfig> resolved;
  for (MemberConfig member : chosen_by_speed ? members_of(config.speed) : config.members) {
    if (templates || (chosen_by_speed && learns_defects)) member.lighting = imaging::Lighting::as_it_is;
    if (std::ranges::find(resolved, member) == resolved.end()) resolved.push_back(member);
  }
  std::ranges::stable_sort(resolved, [](const MemberConfig& a, const MemberConfig& b) {
    const auto even = [](const MemberConfig& member) { return member.lighting != imaging::Lighting::as_it_is; };
    return a.input_px != b.input_px ? a.input_px > b.input_px : even(a) < even(b);
  });
  return resolved;
}

std::vector<imaging::ModelInput> inputs_of(const std::vector<MemberConfig>& members) {
  std::vector<imaging::ModelInput> inputs;
  for (const MemberConfig& member : members) {
    if (std::ranges::find(inputs, input_of(member)) == inputs.end()) inputs.push_back(input_of(member));
  }
  return inputs;
}

imaging::Preprocessing preprocessing_of(const TrainConfig& config, bool templates) {
  auto inputs = inputs_of(config.members);
  imaging::Preprocessing preprocessing;
  preprocessing.input_px = inputs.front().input_px;
  preprocessing.lighting = inputs.front().lighting;
  inputs.erase(inputs.begin());
  preprocessing.further_inputs = std::move(inputs);
  preprocessing.window = config.window;
  preprocessing.roi = config.roi;
  preprocessing.tile_px = config.tile_px;
  preprocessing.needs_template = templates;
  preprocessing.align_shift = config.align_shift;
  preprocessing.brightness = sees_brightness(config, templates);
  return preprocessing;
}

std::string describe(const std::vector<MemberConfig>& members) {
  std::vector<std::string> words;
  for (const MemberConfig& member : members) {
    std::string word = fmt::format("{} px", member.input_px);
    if (member.lighting != imaging::Lighting::as_it_is) word += fmt::format(" {}", imaging::to_string(member.lighting));
    if (member.whitening > 0) word += fmt::format(" whitened {:g}", member.whitening);
    words.push_back(std::move(word));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace lineguard::training
