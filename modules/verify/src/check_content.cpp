#include "good_distances.h"
#include "location_shortcut.h"
#include "near_duplicates.h"
#include "same_part.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <random>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/id.h>
#include <lineguard/core/parallel.h>
#include <lineguard/dataset/folds.h>
#include <lineguard/detector/bank.h>
#include <lineguard/detector/head.h>
#include <lineguard/detector/mlp.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/installed_backbone.h>
#include <lineguard/features/picture_facts.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>
#include <lineguard/stats/quantile.h>
#include <lineguard/verify/check_content.h>

namespace lineguard::verify {
using namespace features;
using namespace detector;
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kDimensions = 192;  // of an embedding
constexpr int kRegions = 16;              // a side
constexpr int kInputPx = 256, kGridStride = 16;
constexpr int kFolds = 5;
constexpr std::size_t kFewestGood = 10, kFewestOfALabel = 20;
constexpr double kLikely = 0.7;
constexpr double kFarAway = 5;  // robust standard deviations
constexpr std::size_t kMostFindings = 100;
// Of PartPair, where no split is spoilt: parts that differ by little but how they lie have a nearest that is hardly
// nearer than chance has it, and to take two of them for one does harm, too.
constexpr double kSureShare = 0.04;

Matrix sign_projection(std::size_t from, std::size_t to) {
  Matrix projection(from, to);
  std::mt19937_64 random(1);
  const float unit = 1 / std::sqrt(static_cast<float>(to));
  for (float& value : projection.values) value = (random() & 1) ? unit : -unit;
  return projection;
}

class ContentCheck {
 public:
  ContentCheck(const dataset::Dataset& dataset, const ContentCheckOptions& options, const ProgressFunction& progress)
      : dataset_(dataset), options_(options), progress_(progress) {}

  Result<std::vector<dataset::Finding>> run() {
    choose_window();
    LINEGUARD_ASSIGN(const StagedFolder scratch,
                     StagedFolder::create(fs::temp_directory_path() / ("lineguard-verify-" + new_id())));
    LINEGUARD_ASSIGN(const FeatureExtractor extractor, load_extractor(scratch.path()));
    LINEGUARD_TRY(embed(extractor));
    choose_pictures();
    // One part alone leaves no bank to score it by.
    if (good_count() >= kFewestGood && good_parts() >= 2) LINEGUARD_TRY(score(extractor));
    find_shortcut();
    find_duplicates();
    find_parts_under_two_names();
    return std::move(findings_);
  }

 private:
  // 16-bit pictures hardly ever use all of their range.
  void choose_window() {
    std::vector<fs::path> files;
    for (const dataset::Sample& sample : dataset_.samples) {
      if (sample.label != Label::defective) files.push_back(sample.image);
    }
    if (const auto window = read_picture_facts(files).window) window_ = *window;
  }

  Result<FeatureExtractor> load_extractor(const fs::path& folder) {
    Backbone backbone;
    LINEGUARD_ASSIGN(backbone.file, find_installed_backbone());
    FeatureLayout layout{.input_px = kInputPx, .grid_cells = kInputPx / kGridStride};
    layout.pooled_taps = {"tap4", "tap8", "tap16", "tap32"};
    LINEGUARD_TRY(write_feature_graph(backbone, layout, folder / "features.xml"));
    return FeatureExtractor::load(folder / "features.xml", {kInputPx, window_, {}}, options_.threads);
  }

  std::size_t good_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(pictures_, &LabelledPicture::good));
  }

  std::size_t good_parts() const {
    std::set<std::string> parts;
    for (const LabelledPicture& picture : pictures_) {
      if (picture.good()) parts.insert(picture.sample->part);
    }
    return parts.size();
  }

  // One pass over all pictures: embedding and regions of each that decodes.
  Result<void> embed(const FeatureExtractor& extractor) {
    const std::size_t total = dataset_.samples.size();
    std::vector<std::vector<float>> pooled(total), regions(total), details(total);
    std::vector<std::string> pixels(total);
    std::mutex mutex;
    std::size_t done = 0;
    Matrix projection;
    LINEGUARD_TRY(parallel_for(total, options_.threads, [&](std::size_t i) -> Result<void> {
      const auto image = imaging::decode_file(dataset_.samples[i].image);
      if (image) {
        LINEGUARD_ASSIGN(const Features features,
                         extractor.extract_all(prepare_tile(*image, extractor.preprocessing())));
        std::unique_lock lock(mutex);
        if (projection.rows == 0) projection = sign_projection(features.pooled.columns, kDimensions);
        lock.unlock();
        pooled[i].assign(kDimensions, 0);
        for (std::size_t k = 0; k < features.pooled.columns; ++k) {
          const float value = features.pooled.values[k];
          for (std::size_t d = 0; d < kDimensions; ++d) pooled[i][d] += value * projection.row(k)[d];
        }
        const Image gray = imaging::to_gray(imaging::to_8_bit(*image, window_));
        details[i] = detail_of(gray);
        pixels[i] = sha256_hex(image->bytes());
        const Image small = imaging::resize(gray, {kRegions, kRegions});
        for (const std::byte level : small.bytes())
          regions[i].push_back(static_cast<float>(std::to_integer<int>(level)));
      }
      std::lock_guard lock(mutex);
      if (progress_) progress_("reading pictures", ++done, total);
      return {};
    }));
    for (std::size_t i = 0; i < total; ++i) {
      if (pooled[i].empty()) continue;
      decoded_.push_back(i);
      pixels_.push_back(std::move(pixels[i]));
    }
    embeddings_ = rows_of(pooled);
    regions_ = rows_of(regions);
    details_ = rows_of(details);
    return {};
  }

  // Of the pictures that decode.
  Matrix rows_of(const std::vector<std::vector<float>>& all) const {
    Matrix rows(decoded_.size(), decoded_.empty() ? 0 : all[decoded_[0]].size());
    for (std::size_t row = 0; row < rows.rows; ++row) std::ranges::copy(all[decoded_[row]], rows.row(row).begin());
    return rows;
  }

  // Labelled pictures that decode.
  void choose_pictures() {
    for (std::size_t row = 0; row < decoded_.size(); ++row) {
      const dataset::Sample& sample = dataset_.samples[decoded_[row]];
      if (sample.label == Label::unknown) continue;
      pictures_.push_back({&sample, 0});
      row_of_.push_back(row);
    }
    std::vector<dataset::FoldedPicture> parts;
    for (const LabelledPicture& picture : pictures_) parts.push_back({picture.sample->part, picture.good()});
    const auto folds = dataset::deal_folds(parts, kFolds, 1);
    for (std::size_t i = 0; i < folds.size(); ++i) pictures_[i].fold = folds[i];
  }

  Result<void> score(const FeatureExtractor& extractor) {
    LINEGUARD_ASSIGN(distances_, distances_from_good(pictures_, kFolds, extractor, options_.threads, progress_));
    find_contamination();
    if (std::min(good_count(), pictures_.size() - good_count()) >= kFewestOfALabel) LINEGUARD_TRY(find_label_errors());
    return {};
  }

  void find_contamination() {
    std::vector<double> good;
    for (std::size_t i = 0; i < distances_.size(); ++i) {
      if (pictures_[i].good()) good.push_back(distances_[i]);
    }
    const double middle = stats::median(good);
    const double spread = std::max(stats::robust_deviation(good, middle), 1e-6);
    std::vector<std::pair<double, const LabelledPicture*>> far;
    for (std::size_t i = 0; i < distances_.size(); ++i) {
      const double away = (distances_[i] - middle) / spread;
      if (pictures_[i].good() && away > kFarAway) far.emplace_back(away, &pictures_[i]);
    }
    std::ranges::stable_sort(far, std::greater<>(), &std::pair<double, const LabelledPicture*>::first);
    for (std::size_t i = 0; i < std::min(far.size(), kMostFindings); ++i) {
      findings_.push_back(dataset::finding_of(
          "contaminated-good",
          fmt::format("labelled good, but unlike the other {} good pictures: {:.1f} robust standard deviations above "
                      "their distance, scored by a bank made without its part",
                      good.size() - 1, far[i].first),
          {far[i].second->sample->name}));
    }
  }

  Matrix inputs_of(const std::vector<std::size_t>& pictures) const {
    Matrix inputs(pictures.size(), kDimensions + 1);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      std::ranges::copy(embeddings_.row(row_of_[pictures[i]]), inputs.row(i).begin());
      inputs.row(i)[kDimensions] = static_cast<float>(distances_[pictures[i]]);
    }
    return inputs;
  }

  Result<void> find_label_errors() {
    std::vector<double> odds(pictures_.size());
    LINEGUARD_TRY(
        parallel_for(static_cast<std::size_t>(kFolds), options_.threads, [&](std::size_t fold) -> Result<void> {
          std::vector<std::size_t> inside, outside;
          for (std::size_t i = 0; i < pictures_.size(); ++i)
            (pictures_[i].fold == static_cast<int>(fold) ? outside : inside).push_back(i);
          if (outside.empty() || inside.empty()) return {};
          Matrix targets(inside.size(), 2);
          for (std::size_t i = 0; i < inside.size(); ++i) targets.row(i)[pictures_[inside[i]].good() ? 0 : 1] = 1;
          MlpOptions options{
              .hidden = 32, .members = 3, .epochs = 30, .batch = 64, .weight_decay = 0.1, .dropout = 0.5};
          const Matrix logits = fit_mlp(inputs_of(inside), targets, options).apply(inputs_of(outside));
          for (std::size_t i = 0; i < outside.size(); ++i) odds[outside[i]] = logits.row(i)[1] - logits.row(i)[0];
          return {};
        }));
    rank_label_errors(odds);
    return {};
  }

  void rank_label_errors(const std::vector<double>& odds) {
    // How sure the network is on average of the pictures that carry a label: the scale for calling one wrong.
    double sure[2] = {0, 0}, count[2] = {0, 0};
    std::vector<double> other(odds.size());  // probability of the label that the picture does not have
    for (std::size_t i = 0; i < odds.size(); ++i) {
      const bool good = pictures_[i].good();
      other[i] = 1 / (1 + std::exp(good ? -odds[i] : odds[i]));
      sure[good] += 1 - other[i];
      ++count[good];
    }
    std::vector<std::pair<double, const LabelledPicture*>> wrong;
    for (std::size_t i = 0; i < odds.size(); ++i) {
      const bool opposite = !pictures_[i].good();
      if (other[i] >= std::max(kLikely, sure[opposite] / count[opposite]))
        wrong.emplace_back(1 - other[i], &pictures_[i]);
    }
    std::ranges::stable_sort(wrong, {}, &std::pair<double, const LabelledPicture*>::first);
    for (std::size_t i = 0; i < std::min(wrong.size(), kMostFindings); ++i) {
      const auto* picture = wrong[i].second;
      findings_.push_back(dataset::finding_of(
          "likely-label-error",
          fmt::format("number {} of {}: labelled {}, but a network that was not shown it gives that {:.2g} %", i + 1,
                      wrong.size(), picture->good() ? "good" : "defective (" + picture->sample->class_name + ")",
                      100 * wrong[i].first),
          {picture->sample->name}));
    }
  }

  void find_shortcut() {
    Matrix regions(row_of_.size(), regions_.columns);
    std::vector<bool> defective;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < row_of_.size(); ++i) {
      std::ranges::copy(regions_.row(row_of_[i]), regions.row(i).begin());
      defective.push_back(!pictures_[i].good());
      if (defective.back()) names.push_back(pictures_[i].sample->name);
    }
    const auto place = find_location_shortcut(regions, defective);
    if (!place) return;
    const auto percent = [](std::size_t cell) { return 100.0 * static_cast<double>(cell) / kRegions; };
    const std::size_t x = place->region % kRegions, y = place->region / kRegions;
    findings_.push_back(dataset::finding_of(
        "look-tells-label",
        fmt::format(
            "the place {:.0f} to {:.0f} % from the left and {:.0f} to {:.0f} % from the top alone tells the labels "
            "apart, by an AUROC of {:.3f} (the best of {} places; {} good, {} defective): against the rest of "
            "the picture it is {} where the label is defective",
            percent(x), percent(x + 1), percent(y), percent(y + 1), place->auroc, regions.columns, place->good,
            place->defective, place->brighter ? "brighter" : "darker"),
        std::move(names)));
  }

  void find_duplicates() {
    std::size_t listed = 0;
    for (const SimilarPair& pair : find_near_duplicates(embeddings_, regions_, options_.threads)) {
      const auto &a = dataset_.samples[decoded_[pair.a]], &b = dataset_.samples[decoded_[pair.b]];
      if (pixels_[pair.a] == pixels_[pair.b] || a.part == b.part || ++listed > kMostFindings) continue;
      listed_.emplace(pair.a, pair.b);
      const bool across = a.split != b.split;
      findings_.push_back(dataset::finding_of(
          across ? "near-duplicate-across-splits" : "near-duplicate",
          fmt::format(
              "these two look alike as no other pictures do: their most different region differs by {:.1f} gray "
              "levels{}",
              pair.difference,
              across
                  ? fmt::format("; they stand in {} and {}", dataset::to_string(a.split), dataset::to_string(b.split))
                  : ""),
          {a.name, b.name}));
    }
  }

  void find_parts_under_two_names() {
    std::size_t listed = 0;
    for (const PartPair& pair : find_same_parts(std::move(details_), options_.threads)) {
      const auto &a = dataset_.samples[decoded_[pair.a]], &b = dataset_.samples[decoded_[pair.b]];
      // As near-duplicates, or as equal ones by check_dataset().
      const bool named = listed_.contains({pair.a, pair.b}) || pixels_[pair.a] == pixels_[pair.b];
      const bool across = a.split != b.split;
      if (named || a.part == b.part || (!across && pair.share > kSureShare) || ++listed > kMostFindings) continue;
      const std::string splits =
          across ? fmt::format("; they stand in {} and {}", dataset::to_string(a.split), dataset::to_string(b.split))
                 : "";
      findings_.push_back(dataset::finding_of(
          across ? "likely-part-in-two-splits" : "likely-one-part",
          fmt::format(
              "these show the same marks, whatever the lamp (correlation {:.2f} where what all pictures share is "
              "left out): likely one part{}",
              pair.correlation, splits),
          {a.name, b.name}));
    }
  }

  const dataset::Dataset& dataset_;
  const ContentCheckOptions& options_;
  const ProgressFunction& progress_;
  imaging::DepthWindow window_;
  std::vector<std::size_t> decoded_;  // samples that decode; rows of the matrices below
  Matrix embeddings_, regions_, details_;
  std::vector<std::string> pixels_;                       // their digests: equal ones are check_dataset()'s to find
  std::vector<LabelledPicture> pictures_;                 // the labelled ones of them …
  std::vector<std::size_t> row_of_;                       // … and their rows
  std::vector<double> distances_;                         // to a good bank made without the part
  std::set<std::pair<std::size_t, std::size_t>> listed_;  // near-duplicates, as rows
  std::vector<dataset::Finding> findings_;
};

// `count` of the indices, evenly over their order.
void add_evenly(const std::vector<std::size_t>& from, std::size_t count, std::vector<std::size_t>& to) {
  for (std::size_t i = 0; i < count; ++i) to.push_back(from[i * from.size() / count]);
}

}  // namespace

std::vector<std::size_t> pictures_to_look_at(const dataset::Dataset& dataset, std::size_t most) {
  std::vector<std::size_t> defective, others, chosen;
  for (std::size_t i = 0; i < dataset.samples.size(); ++i)
    (dataset.samples[i].label == Label::defective ? defective : others).push_back(i);
  most = std::min(most, dataset.samples.size());
  const std::size_t half = std::min(defective.size(), most / 2);
  const std::size_t of_others = std::min(others.size(), most - half);
  add_evenly(others, of_others, chosen);
  add_evenly(defective, std::min(defective.size(), most - of_others), chosen);
  std::ranges::sort(chosen);
  return chosen;
}

Result<std::vector<dataset::Finding>> check_content(const dataset::Dataset& dataset, const ContentCheckOptions& options,
                                                    const ProgressFunction& progress) {
  if (options.threads < 1) return make_error(ErrorCode::invalid_argument, "threads must be 1 or more");
  if (dataset.samples.size() <= options.most_pictures) return ContentCheck(dataset, options, progress).run();
  dataset::Dataset looked_at;
  looked_at.root = dataset.root;
  looked_at.layout = dataset.layout;
  for (const std::size_t i : pictures_to_look_at(dataset, options.most_pictures))
    looked_at.samples.push_back(dataset.samples[i]);
  return ContentCheck(looked_at, options, progress).run();
}

}  // namespace lineguard::verify
