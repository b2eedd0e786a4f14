#include "detector_state.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <new>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/limits.h>
#include <lineguard/core/picture_sum.h>
#include <lineguard/core/stop_scope.h>
#include <lineguard/core/words.h>
#include <lineguard/detector/boxes.h>
#include <lineguard/detector/detector.h>
#include <lineguard/detector/golden.h>
#include <lineguard/detector/regions.h>
#include <lineguard/features/alignment.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/features/template_pair.h>
#include <lineguard/features/tiles.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/infer/network.h>
#include <lineguard/package/contents.h>

namespace lineguard::detector {
using namespace features;

namespace {

Error no_template() {
  return make_error(
      ErrorCode::no_template,
      "no template: the model compares each picture with its defect-free twin (inspect --templates FOLDER; over "
      "HTTP the form's field template)");
}

// Values of another depth mean another brightness: black, or white, for the model.
Result<void> refuse_other_depth(const Image& image, const imaging::Preprocessing& preprocessing) {
  const int bits = image.depth() == PixelDepth::u16 ? 16 : 8;
  if (preprocessing.depth_bits == 0 || preprocessing.depth_bits == bits) return {};
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("the picture has {} bits a channel, the model learned from pictures of {}", bits,
                                preprocessing.depth_bits));
}

// Nobody waits for the prediction any more. Asked between all steps: a large picture takes seconds of a worker.
Result<void> give_up_where_unwanted(const PredictOptions& options) {
  if (StopScope::stop_requested()) return make_error(ErrorCode::cancelled, "nobody waits for this prediction");
  if (system_clock().now() > options.deadline) return make_error(ErrorCode::timeout, "the deadline has passed");
  return {};
}

Result<DecodedView> decode_content(const ViewContent& content, const imaging::Reading& reading,
                                   const PredictOptions& options) {
  if (const auto* pixels = std::get_if<std::shared_ptr<const Image>>(&content)) return DecodedView{*pixels, 0};
  const auto& encoded = std::get<std::shared_ptr<const Bytes>>(content);
  const SteadyTime start = system_clock().now();
  const auto unwanted = [&options] { return !give_up_where_unwanted(options); };
  auto image = imaging::decode_as(*encoded, reading, {}, unwanted);
  LINEGUARD_TRY(give_up_where_unwanted(options));
  if (!image) return image.error();
  return DecodedView{std::make_shared<const Image>(std::move(*image)),
                     milliseconds_between(start, system_clock().now())};
}

}  // namespace

Result<DecodedView> decode_view(const View& view, const imaging::Preprocessing& preprocessing,
                                const imaging::Reading& reading, const PredictOptions& options) {
  LINEGUARD_ASSIGN(DecodedView picture, decode_content(view.content, reading, options));
  LINEGUARD_TRY(refuse_other_depth(*picture.image, preprocessing));
  if (!preprocessing.needs_template) return picture;
  if (!view.defect_free_template) return no_template();
  auto twin = decode_content(*view.defect_free_template, reading, options);
  if (!twin) return twin.error().in("template");
  if (const auto fits = refuse_other_depth(*twin->image, preprocessing); !fits) return fits.error().in("template");
  LINEGUARD_ASSIGN(Image pair, pair_up(*picture.image, *twin->image, preprocessing.window));
  return DecodedView{std::make_shared<const Image>(std::move(pair)), picture.decode_ms + twin->decode_ms};
}

namespace {

// A score that another machine may compute on the other side of the threshold is neither good nor defective.
Label label_of(double score, double threshold, double band) {
  if (!std::isfinite(score) || std::abs(score - threshold) < band) return Label::unknown;
  return score > threshold ? Label::defective : Label::good;
}

// What the network says of all tiles of a picture together.
struct Tiled {
  FloatMap map;
  double score = -std::numeric_limits<double>::infinity();  // of the worst tile
  std::vector<float> embedding;                             // of that tile
  std::vector<FloatMap> classes;                            // probabilities, one map a class; often none
  std::vector<CellBox> boxes;                               // that the tiles' cells predict; not yet weeded out
};

// Of each class, over the whole area. `classes`: [classes * cells] a tile.
std::vector<FloatMap> merge_classes(const std::vector<PixelRect>& tiles, const std::vector<std::vector<float>>& classes,
                                    std::size_t cells, const PixelRect& area) {
  std::vector<FloatMap> merged;
  for (std::size_t first = 0; first < classes[0].size(); first += cells) {
    std::vector<std::vector<float>> of_class;
    for (const auto& tile : classes)
      of_class.emplace_back(tile.begin() + static_cast<std::ptrdiff_t>(first),
                            tile.begin() + static_cast<std::ptrdiff_t>(first + cells));
    merged.push_back(merge_tiles(tiles, of_class, area));
  }
  return merged;
}

// [maps * cells] as square maps of `cells` each.
std::vector<FloatMap> square_maps(const std::vector<float>& values, std::size_t cells) {
  const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(cells))));
  std::vector<FloatMap> maps;
  for (auto at = values.begin(); at != values.end(); at += static_cast<std::ptrdiff_t>(cells))
    maps.push_back({{side, side}, {at, at + static_cast<std::ptrdiff_t>(cells)}});
  return maps;
}

// One tile after the other, so that memory does not grow with the picture but for its map.
Result<Tiled> run_tiles(const infer::Network& network, const Image& image, const package::Manifest& manifest,
                        const PredictOptions& options, const GivesWay& gives_way) {
  const imaging::Preprocessing& preprocessing = manifest.preprocessing;
  if (const auto count = count_tiles(preprocessing, image.size()); count > limits::kPictureTiles)
    return make_error(ErrorCode::too_large, fmt::format("the picture falls into {} tiles of {} px, allowed are {}",
                                                        count, preprocessing.tile_px, limits::kPictureTiles));
  const auto tiles = lay_tiles(preprocessing, image.size());
  // Faint cells have a vote on the boxes that are reported.
  const double box_level = std::min(kFaintestOdds, manifest.region_threshold);
  Tiled tiled;
  std::vector<std::vector<float>> maps, classes;
  for (const PixelRect& rect : tiles) {
    if (gives_way && gives_way()) return make_error(ErrorCode::cancelled, "a prediction comes first");
    LINEGUARD_TRY(give_up_where_unwanted(options));
    // map, score, embedding, classes, sides
    LINEGUARD_ASSIGN(auto outputs, network.run(prepare_tile(image, rect, preprocessing), tile_shape(preprocessing)));
    const double score = outputs.at(1).values.at(0);
    if (maps.empty() || score > tiled.score || !std::isfinite(score)) {
      tiled.score = score;
      tiled.embedding = std::move(outputs.at(2).values);
    }
    maps.push_back(std::move(outputs.at(0).values));
    if (outputs.size() > 4) {
      const std::size_t cells = maps.back().size();
      const auto boxes = boxes_of_cells({square_maps(outputs[3].values, cells), square_maps(outputs[4].values, cells)},
                                        rect, box_level);
      tiled.boxes.insert(tiled.boxes.end(), boxes.begin(), boxes.end());
    }
    if (outputs.size() > 3) classes.push_back(std::move(outputs[3].values));
    if (!std::isfinite(tiled.score)) break;
  }
  maps.resize(tiles.size(), maps[0]);  // a score that is no number ends the work: the label is `unknown`
  const PixelRect area = region_of_interest(preprocessing, image.size());
  tiled.map = merge_tiles(tiles, maps, area);
  if (classes.size() == tiles.size()) tiled.classes = merge_classes(tiles, classes, maps[0].size(), area);
  return tiled;
}

// Places that the levels of the package report, highest score first; what is below them in `faint`.
std::vector<Region> places_above_levels(Tiled& tiled, const package::Manifest& manifest, const PixelRect& area,
                                        std::vector<Region>& faint) {
  const double level = manifest.region_threshold;
  auto regions = find_regions(tiled.map, area, {level, manifest.region_peak_threshold, manifest.region_size_factor});
  if (!tiled.classes.empty()) name_regions(tiled.classes, manifest.classes, area, regions);
  if (tiled.boxes.empty()) return regions;
  auto boxes = best_boxes(std::move(tiled.boxes), manifest.classes, area);
  const auto first_faint = std::ranges::find_if(boxes, [level](const Region& box) { return box.score <= level; });
  faint.assign(first_faint, boxes.end());
  boxes.erase(first_faint, boxes.end());
  put_before(std::move(boxes), regions);
  return regions;
}

// The surest place of a picture that is defective though no place is above the levels: a cell's box, or where the map
// is highest. `faint`: highest score first.
Region surest_place(const Tiled& tiled, const package::Manifest& manifest, const PixelRect& area,
                    std::vector<Region>& faint) {
  if (!faint.empty()) {
    Region surest = std::move(faint.front());
    faint.erase(faint.begin());
    return surest;
  }
  std::vector<Region> highest{highest_place(tiled.map, area, manifest.region_size_factor)};
  if (!tiled.classes.empty()) name_regions(tiled.classes, manifest.classes, area, highest);
  return std::move(highest.front());
}

// The picture's score decides and regions show why (docs/adr/0023): a good picture has none, what was found there is
// faint; a defective one has at least one.
void report_places(Tiled& tiled, const package::Manifest& manifest, const PixelRect& area, bool want_faint,
                   Prediction& prediction) {
  const bool good = prediction.label == Label::good;
  if (good && !want_faint) return;
  std::vector<Region> faint;
  auto regions = places_above_levels(tiled, manifest, area, faint);
  if (good) faint.insert(faint.begin(), regions.begin(), regions.end());
  if (prediction.label == Label::defective && regions.empty())
    regions.push_back(surest_place(tiled, manifest, area, faint));
  if (!good) prediction.regions = std::move(regions);
  if (want_faint) prediction.faint_regions = std::move(faint);
}

// Over several views: the worst one decides, and all regions are kept.
void pool_view(Prediction& all, Prediction view, std::size_t index) {
  all.decode_ms += view.decode_ms;
  all.predict_ms += view.predict_ms;
  if (index == 0 || view.score > all.score || !std::isfinite(view.score)) {
    all.score = view.score;
    all.embedding = std::move(view.embedding);
  }
  if (index == 0) {
    all.image_size = view.image_size;
    all.map = std::move(view.map);
  }
  all.regions.insert(all.regions.end(), view.regions.begin(), view.regions.end());
  all.faint_regions.insert(all.faint_regions.end(), view.faint_regions.begin(), view.faint_regions.end());
}

// One that runs or waits: self-tests step aside for it.
class RunningPrediction {
 public:
  RunningPrediction(std::atomic<int>& running, std::atomic<SteadyTime>& last_ended)
      : running_(running), last_ended_(last_ended) {
    ++running_;
  }
  ~RunningPrediction() {
    last_ended_ = system_clock().now();
    --running_;
  }
  RunningPrediction(const RunningPrediction&) = delete;
  RunningPrediction& operator=(const RunningPrediction&) = delete;

 private:
  std::atomic<int>& running_;
  std::atomic<SteadyTime>& last_ended_;
};

}  // namespace

Detector::Detector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Detector::~Detector() = default;

const ModelIdentity& Detector::model() const {
  return state_->model;
}
double Detector::threshold() const {
  return state_->point.threshold;
}
double Detector::unknown_band() const {
  return state_->unknown_band;
}
double Detector::pixel_threshold() const {
  return state_->manifest.region_threshold;
}
bool Detector::needs_template() const {
  return state_->manifest.preprocessing.needs_template;
}
const std::string& Detector::operating_point() const {
  return state_->point.id;
}

Result<Prediction> Detector::predict(const Capture& capture, const PredictOptions& options) {
  if (state_->failed)
    return make_error(ErrorCode::unavailable, "the model failed its self-test, restart it: " + state_->failure);
  const RunningPrediction running(state_->running, state_->last_ended);
  try {
    auto prediction = predict_views(capture, options);
    if (prediction) prediction->pictures = sums_of(capture);
    return prediction;
  } catch (const std::bad_alloc&) {  // ends this picture, not the line
    return make_error(ErrorCode::unavailable, "not enough memory for this picture");
  } catch (const std::exception& error) {
    return make_error(ErrorCode::internal, std::string("the prediction failed: ") + error.what());
  }
}

Result<Prediction> Detector::predict_views(const Capture& capture, const PredictOptions& options) {
  if (capture.views.empty()) return make_error(ErrorCode::invalid_argument, "the capture has no view");
  Prediction all;
  for (std::size_t i = 0; i < capture.views.size(); ++i) {
    LINEGUARD_TRY(give_up_where_unwanted(options));
    LINEGUARD_ASSIGN(const DecodedView view,
                     decode_view(capture.views[i], state_->manifest.preprocessing, state_->reading, options));
    LINEGUARD_ASSIGN(Prediction prediction, state_->predict(*view.image, options));
    prediction.decode_ms = view.decode_ms;
    pool_view(all, std::move(prediction), i);
  }
  all.label = label_of(all.score, state_->point.threshold, state_->unknown_band);
  all.threshold = state_->point.threshold;
  all.operating_point = state_->point.id;
  all.model = state_->model;
  std::ranges::stable_sort(all.regions, [](const Region& a, const Region& b) { return a.score > b.score; });
  return all;
}

Result<Prediction> Detector::predict_image(const Image& image, const PredictOptions& options) {
  if (state_->manifest.preprocessing.needs_template) return no_template();
  LINEGUARD_TRY(refuse_other_depth(image, state_->manifest.preprocessing));
  return state_->predict(image, options);
}

// Parts that are aligned are judged where the reference has them and reported where they were seen.
Result<Prediction> Detector::State::predict(const Image& image, const PredictOptions& options,
                                            const GivesWay& gives_way) const {
  if (!manifest.preprocessing.alignment_reference || image.empty()) return predict_in_place(image, options, gives_way);
  LINEGUARD_ASSIGN(const Point shift, find_shift(image, manifest.preprocessing));
  LINEGUARD_ASSIGN(Prediction prediction, predict_in_place(aligned_to_reference(image, shift), options, gives_way));
  for (Region& region : prediction.regions) region = undo_alignment(std::move(region), shift, image.size());
  for (Region& region : prediction.faint_regions) region = undo_alignment(std::move(region), shift, image.size());
  if (prediction.map) prediction.map = undo_alignment(*prediction.map, shift);
  return prediction;
}

Result<Prediction> Detector::State::predict_in_place(const Image& image, const PredictOptions& options,
                                                     const GivesWay& gives_way) const {
  if (image.empty()) return make_error(ErrorCode::invalid_argument, "the picture is empty");
  const SteadyTime start = system_clock().now();
  LINEGUARD_ASSIGN(Tiled tiled, run_tiles(network, image, manifest, options, gives_way));
  const PixelRect area = region_of_interest(manifest.preprocessing, image.size());

  Prediction prediction;
  prediction.score = tiled.score;
  prediction.label = label_of(prediction.score, point.threshold, unknown_band);
  prediction.threshold = point.threshold;
  prediction.operating_point = point.id;
  prediction.model = model;
  prediction.image_size = image.size();
  if (options.want_regions) report_places(tiled, manifest, area, options.want_faint_regions, prediction);
  if (options.want_map) prediction.map = spread_over_picture(tiled.map, area, image.size());
  if (options.want_embedding) prediction.embedding = std::move(tiled.embedding);
  prediction.predict_ms = milliseconds_between(start, system_clock().now());
  return prediction;
}

}  // namespace lineguard::detector
