#include "mixing.h"

#include <algorithm>
#include <functional>

#include <lineguard/features/tiles.h>
#include <lineguard/stats/quantile.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::training {
namespace {

constexpr double kGoodCellsInRegions = 0.005;

// Which pictures tell how good ones score; all good ones where that is none.
std::vector<std::size_t> telling_pictures(const TrainingSet& set) {
  std::vector<std::size_t> telling, good;
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    if (!set.pictures[i].good()) continue;
    good.push_back(i);
    if (set.tells_good(set.pictures[i])) telling.push_back(i);
  }
  return telling.empty() ? good : telling;
}

Member scaled_member(FittedMember& fitted, std::size_t input, const std::vector<std::size_t>& telling) {
  std::vector<double> scores;
  std::vector<const std::vector<float>*> maps;
  for (const std::size_t i : telling) {
    for (const MapScore& tile : fitted.tiles[i]) {
      scores.push_back(tile.score);
      maps.push_back(&tile.map);
    }
  }
  return {input, std::move(fitted.head), fit_scale(scores), fit_map_scale(maps)};
}

// The map is merged, the score that of the worst tile.
MapScore score_of_picture(const Mixture& mixture, const std::vector<FittedMember>& members, std::size_t picture,
                          const imaging::Preprocessing& preprocessing) {
  MapScore scored{{}, -std::numeric_limits<double>::infinity()};
  std::vector<std::vector<float>> maps;
  for (std::size_t tile = 0; tile < members[0].tiles[picture].size(); ++tile) {
    std::vector<MapScore> of_members;
    for (const FittedMember& member : members) of_members.push_back(member.tiles[picture][tile]);
    MapScore mixed = mix(mixture, of_members);
    scored.score = std::max(scored.score, mixed.score);
    maps.push_back(std::move(mixed.map));
  }
  const Size size = members[0].sizes[picture];
  scored.map = merge_tiles(lay_tiles(preprocessing, size), maps, region_of_interest(preprocessing, size)).values;
  return scored;
}

// How far above the middle good part's a score has to be for its part to be diverted.
double rise_to_divert(const TrainingSet& set, const std::vector<MapScore>& scored,
                      const std::vector<std::size_t>& telling, const TrainConfig& config) {
  stats::WorstOfParts good;
  for (const std::size_t i : telling) good.add(set.pictures[i].sample->part, scored[i].score);
  const std::vector<double> scores = good.scores();
  const auto threshold = stats::threshold_for_overkill(scores, config.max_overkill, config.confidence);
  return (threshold ? threshold->threshold : std::ranges::max(scores)) - stats::median(scores);
}

void join_brightness(const TrainingSet& set, const std::vector<std::vector<float>>& area_distances,
                     const std::vector<std::size_t>& telling, const TrainConfig& config, Mixed& mixed) {
  std::vector<double> scores, highest;
  for (const std::size_t i : telling) {
    scores.push_back(mixed.cross_fitted.scored[i].score);
    highest.push_back(mixed.cross_fitted.highest_brightness[i]);
  }
  Brightness brightness = fit_brightness(set.gather_brightness());
  weigh_brightness(scores, highest, config.brightness, brightness);
  const double alone = rise_to_divert(set, mixed.cross_fitted.scored, telling, config);
  std::vector<MapScore> joined = mixed.cross_fitted.scored;
  for (std::size_t i = 0; i < joined.size(); ++i)
    add_brightness(brightness, area_distances[i], mixed.mixture.grid_cells, joined[i]);
  // What raises the patches' score by one spread, and brightness likewise, raises both together by so much.
  const bool known = brightness.weight > 0 && alone > 0;
  mixed.brightness_gain =
      known ? 1 - rise_to_divert(set, joined, telling, config) / (1 + config.brightness) / alone : 0;
  if (*mixed.brightness_gain <= 0) return;
  mixed.cross_fitted.scored = std::move(joined);
  mixed.mixture.brightness = std::move(brightness);
}

}  // namespace

Mixed mix_members(const TrainingSet& set, std::vector<FittedMember> members, const std::vector<std::size_t>& inputs,
                  const imaging::Preprocessing& preprocessing, const TrainConfig& config) {
  const auto telling = telling_pictures(set);
  Mixed mixed;
  for (std::size_t i = 0; i < members.size(); ++i)
    mixed.mixture.members.push_back(scaled_member(members[i], inputs[i], telling));
  mixed.mixture.grid_cells = mixed.mixture.members.front().head.grid_cells;
  for (std::size_t i = 0; i < set.pictures.size(); ++i)
    mixed.cross_fitted.scored.push_back(score_of_picture(mixed.mixture, members, i, preprocessing));
  if (!preprocessing.brightness) return mixed;
  const auto& area_distances = members.front().area_distances;
  for (const auto& distances : area_distances)
    mixed.cross_fitted.highest_brightness.push_back(std::ranges::max(distances));
  if (set.learns_defects) mixed.mixture.brightness = fit_brightness(set.gather_brightness());
  if (!set.learns_defects) join_brightness(set, area_distances, telling, config, mixed);
  return mixed;
}

std::vector<MapScore> good_ones(const TrainingSet& set, const std::vector<MapScore>& scored) {
  std::vector<MapScore> good;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (set.pictures[i].good() && set.tells_good(set.pictures[i])) good.push_back(scored[i]);
  }
  return good;
}

double peak_level(const std::vector<MapScore>& good, std::size_t above) {
  std::vector<double> peaks;
  for (const MapScore& picture : good) peaks.push_back(*std::ranges::max_element(picture.map));
  std::ranges::sort(peaks, std::greater<>());
  return peaks[std::min(above, peaks.size() - 1)];
}

RegionLevels calibrate_regions(const std::vector<MapScore>& good, std::size_t above) {
  std::vector<float> cells;
  for (const MapScore& picture : good) cells.insert(cells.end(), picture.map.begin(), picture.map.end());
  const auto rank = static_cast<std::ptrdiff_t>(static_cast<double>(cells.size()) * (1 - kGoodCellsInRegions));
  std::nth_element(cells.begin(), cells.begin() + rank, cells.end());
  RegionLevels levels;
  levels.inside = cells[static_cast<std::size_t>(rank)];
  levels.peak = std::max(levels.inside, peak_level(good, above));
  return levels;
}

}  // namespace lineguard::training
