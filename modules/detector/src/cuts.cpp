#include "cuts.h"

#include "cell_labels.h"
#include "labelled_training.h"
#include "template_pair.h"
#include "tiles.h"

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include <lineguard/core/parallel.h>

namespace lineguard::detector {
namespace {

using Pictures = std::vector<TrainingPicture>;

Result<Pictures> cut(const TrainingPicture& picture, const package::Preprocessing& preprocessing,
                     const TrainConfig& config, const std::vector<std::string>& classes) {
  LINEGUARD_ASSIGN(const Image image, read_picture(picture.file, picture.twin, preprocessing));
  Pictures cuts;
  for (const PixelRect& rect : lay_tiles(preprocessing, image.size())) {
    LINEGUARD_ASSIGN(const auto cells,
                     label_cells(*picture.sample, image.size(), rect, classes, config.input_px / config.label_stride));
    const bool shows = std::ranges::any_of(cells, [](int cell) { return cell > 0; });
    const bool touched = std::ranges::find(cells, kIgnoredCell) != cells.end();
    if (touched && !shows) continue;
    TrainingPicture tile = picture;
    tile.name = fmt::format("{} at {}, {}", picture.name, rect.x, rect.y);
    tile.cut = Cut{rect, image.size(), !shows};
    cuts.push_back(std::move(tile));
  }
  return cuts;
}

}  // namespace

package::Preprocessing of_cuts(package::Preprocessing preprocessing) {
  preprocessing.roi.reset();
  preprocessing.tile_px = 0;
  return preprocessing;
}

Result<void> cut_into_tiles(TrainingSet& set, const package::Preprocessing& preprocessing, const TrainConfig& config,
                            int threads, const ProgressFunction& progress) {
  for (const TrainingPicture& picture : set.pictures) {
    if (says_where(*picture.sample)) continue;
    return make_error(ErrorCode::refused, picture.name +
                                              ": its label does not say where the defect is; pictures are learned "
                                              "from in tiles only with masks, polygons or boxes: add them, or train "
                                              "with --labels ignore");
  }
  const auto classes = classes_of(set);
  std::vector<Pictures> cuts(set.pictures.size());
  std::mutex mutex;
  std::size_t done = 0;
  LINEGUARD_TRY(parallel_for(cuts.size(), threads, [&](std::size_t i) -> Result<void> {
    LINEGUARD_ASSIGN(cuts[i], cut(set.pictures[i], preprocessing, config, classes));
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
  std::map<const dataset::Sample*, std::size_t> place;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const TrainingPicture& tile = set.pictures[i];
    const auto [at, is_new] = place.emplace(tile.sample, pictures.size());
    if (is_new) pictures.push_back({tile.sample, scores[i], {}, set.calibrates(i)});
    PictureScore& picture = pictures[at->second];
    picture.worst = std::max(picture.worst, scores[i]);
    if (tile.good()) picture.worst_good = std::max(picture.worst_good.value_or(scores[i]), scores[i]);
  }
  return pictures;
}

}  // namespace lineguard::detector
