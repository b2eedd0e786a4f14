#include "content_features.h"
#include "good_distances.h"
#include "label_errors.h"
#include "location_shortcut.h"
#include "near_duplicates.h"
#include "same_part.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/id.h>
#include <lineguard/dataset/folds.h>
#include <lineguard/stats/quantile.h>
#include <lineguard/verify/check_content.h>

namespace lineguard::verify {
using namespace features;
namespace fs = std::filesystem;
namespace {

constexpr int kFolds = 5;
constexpr std::size_t kFewestGood = 10, kFewestOfALabel = 20;
constexpr double kFarAway = 5;  // robust standard deviations
constexpr std::size_t kMostFindings = 100;
// Of PartPair, where no split is spoilt: parts that differ by little but how they lie have a nearest that is hardly
// nearer than chance has it, and to take two of them for one does harm, too.
constexpr double kSureShare = 0.04;

class ContentCheck {
 public:
  ContentCheck(const dataset::Dataset& dataset, const ContentCheckOptions& options, const ProgressFunction& progress)
      : dataset_(dataset), options_(options), progress_(progress) {}

  Result<std::vector<dataset::Finding>> run() {
    LINEGUARD_ASSIGN(const StagedFolder scratch,
                     StagedFolder::create(fs::temp_directory_path() / ("lineguard-verify-" + new_id())));
    LINEGUARD_ASSIGN(const FeatureExtractor extractor, load_extractor(dataset_, scratch.path(), options_.threads));
    LINEGUARD_ASSIGN(contents_, read_contents(dataset_, extractor, options_.threads, progress_));
    choose_pictures();
    // One part alone leaves no bank to score it by.
    if (good_count() >= kFewestGood && good_parts() >= 2) LINEGUARD_TRY(score(extractor));
    find_shortcut();
    find_duplicates();
    find_parts_under_two_names();
    return std::move(findings_);
  }

 private:
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

  // Labelled pictures that decode.
  void choose_pictures() {
    for (std::size_t row = 0; row < contents_.decoded.size(); ++row) {
      const dataset::Sample& sample = dataset_.samples[contents_.decoded[row]];
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
    if (std::min(good_count(), pictures_.size() - good_count()) < kFewestOfALabel) return {};
    LINEGUARD_ASSIGN(const auto errors,
                     find_label_errors(pictures_, embeddings_of_pictures(), distances_, kFolds, options_.threads));
    report_label_errors(errors);
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

  Matrix embeddings_of_pictures() const {
    Matrix rows(pictures_.size(), contents_.embeddings.columns);
    for (std::size_t i = 0; i < pictures_.size(); ++i)
      std::ranges::copy(contents_.embeddings.row(row_of_[i]), rows.row(i).begin());
    return rows;
  }

  void report_label_errors(const std::vector<LabelError>& errors) {
    for (std::size_t i = 0; i < std::min(errors.size(), kMostFindings); ++i) {
      const LabelledPicture& picture = pictures_[errors[i].picture];
      findings_.push_back(dataset::finding_of(
          "likely-label-error",
          fmt::format("number {} of {}: labelled {}, but a network that was not shown it gives that {:.2g} %", i + 1,
                      errors.size(), picture.good() ? "good" : "defective (" + picture.sample->class_name + ")",
                      100 * errors[i].probability),
          {picture.sample->name}));
    }
  }

  void find_shortcut() {
    Matrix regions(row_of_.size(), contents_.regions.columns);
    std::vector<bool> defective;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < row_of_.size(); ++i) {
      std::ranges::copy(contents_.regions.row(row_of_[i]), regions.row(i).begin());
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
    for (const SimilarPair& pair : find_near_duplicates(contents_.embeddings, contents_.regions, options_.threads)) {
      const auto &a = dataset_.samples[contents_.decoded[pair.a]], &b = dataset_.samples[contents_.decoded[pair.b]];
      if (contents_.pixels[pair.a] == contents_.pixels[pair.b] || a.part == b.part || ++listed > kMostFindings)
        continue;
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
    for (const PartPair& pair : find_same_parts(std::move(contents_.details), options_.threads)) {
      const auto &a = dataset_.samples[contents_.decoded[pair.a]], &b = dataset_.samples[contents_.decoded[pair.b]];
      // As near-duplicates, or as equal ones by check_dataset().
      const bool named = listed_.contains({pair.a, pair.b}) || contents_.pixels[pair.a] == contents_.pixels[pair.b];
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
  Contents contents_;
  std::vector<LabelledPicture> pictures_;                 // labelled and decoded …
  std::vector<std::size_t> row_of_;                       // … and their rows of the contents
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
