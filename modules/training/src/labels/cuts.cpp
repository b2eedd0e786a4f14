#include "cuts.h"

#include "cell_labels.h"
#include "fixed_settings.h"
#include "labelled_training.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include <lineguard/core/parallel.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/features/tiles.h>

namespace lineguard::training {
namespace {

using Pictures = std::vector<TrainingPicture>;
using Place = std::array<int, 4>;  // width and height of the picture, left and top of the tile

// Neighbouring tiles are worked on at the same time: two threads are on two pictures at most, mostly, each with its
// mask.
std::size_t held_pictures(int threads) {
  return 2 + static_cast<std::size_t>(std::clamp(threads, 2, 8));
}

Place place_of(const Cut& cut) {
  return {cut.picture.width_px, cut.picture.height_px, cut.rect.x, cut.rect.y};
}

Result<Pictures> cut(const TrainingPicture& picture, const imaging::Preprocessing& preprocessing,
                     const std::vector<std::string>& classes, const std::shared_ptr<RecentPictures>& recent) {
  LINEGUARD_ASSIGN(const Image image, read_picture(picture.file, picture.twin, preprocessing));
  Pictures cuts;
  for (const PixelRect& rect : lay_tiles(preprocessing, image.size())) {
    TrainingPicture tile = picture;
    tile.cut = Cut{rect, image.size(), false, recent};
    LINEGUARD_ASSIGN(const auto cells, label_cells(*picture.sample, shown_by(tile, image, preprocessing), classes,
                                                   preprocessing.input_px / kLabelStride));
    const bool shows = std::ranges::any_of(cells, [](int cell) { return cell > 0; });
    const bool touched = std::ranges::find(cells, kIgnoredCell) != cells.end();
    if (touched && !shows) continue;
    tile.name = fmt::format("{} at {}, {}", picture.name, rect.x, rect.y);
    tile.cut->good = !shows;
    cuts.push_back(std::move(tile));
  }
  return cuts;
}

}  // namespace

imaging::Preprocessing of_cuts(imaging::Preprocessing preprocessing) {
  preprocessing.roi.reset();
  preprocessing.tile_px = 0;
  return preprocessing;
}

Result<void> cut_into_tiles(TrainingSet& set, const imaging::Preprocessing& preprocessing, int threads,
                            const ProgressFunction& progress) {
  for (const TrainingPicture& picture : set.pictures) {
    if (has_location(*picture.sample)) continue;
    return make_error(ErrorCode::refused, picture.name +
                                              ": its label does not say where the defect is; pictures are learned "
                                              "from in tiles only with masks, polygons or boxes: add them, or train "
                                              "with --labels ignore");
  }
  const auto classes = classes_of(set);
  const auto recent = std::make_shared<RecentPictures>(held_pictures(threads));
  std::vector<Pictures> cuts(set.pictures.size());
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(cuts.size(), threads, [&](std::size_t i) -> Result<void> {
    LINEGUARD_ASSIGN(cuts[i], cut(set.pictures[i], preprocessing, classes, recent));
    std::lock_guard lock(mutex);
    if (progress) progress("cutting into tiles", ++done, cuts.size());
    return {};
  }));
  set.pictures.clear();
  for (Pictures& tiles : cuts) std::ranges::move(tiles, std::back_inserter(set.pictures));
  return {};
}

std::vector<PictureScore> score_pictures(const TrainingSet& set, const std::vector<double>& scores) {
  std::vector<PictureScore> pictures;
  std::map<const dataset::Sample*, std::size_t> number;
  std::map<Place, std::map<std::size_t, double>> good_at;  // by picture
  std::map<std::size_t, Size> size_of;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const TrainingPicture& tile = set.pictures[i];
    const auto [at, is_new] = number.emplace(tile.sample, pictures.size());
    if (is_new)
      pictures.push_back({tile.sample,
                          scores[i],
                          {},
                          set.calibrates(i),
                          set.tells_good(tile),
                          tile.of_defective_part,
                          tile.is_template,
                          tile.fold});
    PictureScore& picture = pictures[at->second];
    picture.worst = std::max(picture.worst, scores[i]);
    if (tile.good() && !tile.cut) picture.worst_good = scores[i];
    if (!tile.cut) continue;
    size_of[at->second] = tile.cut->picture;
    if (tile.good() && set.calibrates(i)) good_at[place_of(*tile.cut)][at->second] = scores[i];
  }
  for (const auto& [place, good] : good_at) {
    for (const auto& [picture, size] : size_of) {
      if (size != Size{place[0], place[1]}) continue;
      const auto next = good.lower_bound(picture);
      const double score = next == good.end() ? good.begin()->second : next->second;
      auto& worst = pictures[picture].worst_good;
      worst = std::max(worst.value_or(score), score);
    }
  }
  return pictures;
}

}  // namespace lineguard::training
