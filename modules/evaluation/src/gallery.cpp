#include "gallery.h"

#include "decoded_capture.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/words.h>
#include <lineguard/dataset/mask.h>
#include <lineguard/evaluation/render.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::evaluation {
namespace {

// Where people drew the sample's defects; nowhere where a mask has another size.
Result<imaging::Outlines> true_outlines(const dataset::Sample& sample, Size picture) {
  imaging::Outlines outlines;
  if (sample.mask) {
    LINEGUARD_ASSIGN(const Image mask, dataset::read_mask(sample));
    return mask.size() == picture ? imaging::outlines_of(mask) : outlines;
  }
  for (const dataset::LabelledBox& drawn : sample.boxes) {
    const Box& box = drawn.box;
    const double right = box.x + box.width, bottom = box.y + box.height;
    outlines.insert(outlines.end(), drawn.outlines.begin(), drawn.outlines.end());
    if (drawn.outlines.empty()) outlines.push_back({{box.x, box.y}, {right, box.y}, {right, bottom}, {box.x, bottom}});
  }
  return outlines;
}

}  // namespace

std::string score_in_words(const Row& row, const Model& model) {
  return fmt::format("{:.4g}, threshold {:.4g}", row.score, model.threshold);
}

std::string common_folder(const std::vector<Row>& rows) {
  std::string_view common;
  for (const Row& row : rows) {
    const std::string_view image = row.image;
    if (!image.starts_with('/')) continue;
    const std::string_view folder = image.substr(0, image.rfind('/') + 1);
    if (common.empty()) common = folder;
    const std::size_t same = std::ranges::mismatch(common, folder).in1 - common.begin();
    common = common.substr(0, common.substr(0, same).rfind('/') + 1);
  }
  return std::string(common);
}

std::string_view without_folder(std::string_view image, std::string_view folder) {
  return image.starts_with(folder) ? image.substr(folder.size()) : image;
}

Result<report::Picture> overlay_of(const Row& row, std::string_view name, const dataset::Dataset& dataset,
                                   Predictor& predictor, const Model& model, int side_px) {
  const auto& sample = dataset.samples[row.sample];
  LINEGUARD_ASSIGN(const DecodedCapture decoded, read_decoded(sample.image, sample.defect_free_template));
  PredictOptions predict_options;
  predict_options.want_map = true;
  LINEGUARD_ASSIGN(const Prediction prediction, predictor.predict(decoded.capture, predict_options));
  const Image& image = decoded.image();
  LINEGUARD_ASSIGN(imaging::Outlines truth, true_outlines(sample, image.size()));
  const Image overlay = render_overlay(image, prediction, model.pixel_threshold, std::move(truth), side_px);
  const auto label = lineguard::to_string(row.label);
  std::string note = fmt::format("{} · predicted {} · score {}", row.class_name, label, score_in_words(row, model));
  if (row.label != Label::good && row.boxes && row.boxes->wrong() > 0)
    note += fmt::format(" · {} of {} defects found, {}", row.boxes->found, row.boxes->true_boxes,
                        count_of(row.boxes->false_boxes, "false region"));
  if (!row.rule.empty()) note += fmt::format(" · good by the rule {}", row.rule);
  LINEGUARD_ASSIGN(
      report::Picture picture,
      report::thumbnail(overlay, side_px, fmt::format("{} with its heat map, predicted {}", name, label), name, note));
  if (row.truth == Label::unknown || !row.rule.empty()) return picture;  // the slider knows no rules
  const bool defective = row.truth == Label::defective, passed = row.label == Label::good;
  picture.judged = report::Picture::Judged{
      row.score, defective, defective ? (passed ? "missed" : "found") : (passed ? "passed" : "diverted")};
  return picture;
}

std::string link_from(const std::filesystem::path& folder, const std::filesystem::path& image) {
  std::error_code code;
  const auto file = std::filesystem::absolute(image, code), from = std::filesystem::absolute(folder, code);
  if (folder.empty() || code) return "";
  const auto relative = file.lexically_normal().lexically_relative(from.lexically_normal());
  return report::link_to(relative.empty() ? file : relative);
}

std::string counted_heading(std::string_view heading, std::size_t shown, std::size_t total) {
  return shown < total ? fmt::format("{} ({} of {})", heading, shown, total) : fmt::format("{} ({})", heading, total);
}

void Gallery::add_first(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                        std::size_t limit) {
  const std::vector<const Row*> first(rows.begin(), rows.begin() + std::min(rows.size(), limit));
  add(heading, words, first, rows.size());
  name_others(rows, first.size());
}

void Gallery::name_others(const std::vector<const Row*>& rows, std::size_t shown) {
  constexpr std::size_t kMostNamed = 100;
  if (shown >= rows.size()) return;
  std::string names;
  const std::size_t end = std::min(rows.size(), shown + kMostNamed);
  for (std::size_t i = shown; i < end; ++i)
    names +=
        fmt::format("{}{} ({:.4g})", i == shown ? "" : ", ", without_folder(rows[i]->image, folder_), rows[i]->score);
  const std::string more = end < rows.size() ? fmt::format(" and {} more", rows.size() - end) : "";
  page_.paragraph(fmt::format("The others, with their scores: {}{}.", names, more));
}

void Gallery::add_spread(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                         std::size_t limit) {
  std::vector<const Row*> some;
  const std::size_t shown = std::min(rows.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) some.push_back(rows[i * rows.size() / shown]);
  add(heading, words, some, rows.size());
}

void Gallery::add(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                  std::size_t total) {
  if (rows.empty()) return;
  page_.heading(counted_heading(heading, rows.size(), total));
  page_.paragraph(words);
  if (!std::exchange(explained_, true)) {
    page_.paragraph(kLegend);
    if (!folder_.empty()) page_.paragraph(fmt::format("Pictures are in {}.", folder_));
  }
  std::vector<report::Picture> pictures;
  std::string not_shown;
  for (const Row* row : rows) {
    auto picture =
        overlay_of(*row, without_folder(row->image, folder_), dataset_, predictor_, model_, options_.picture_side_px);
    if (picture) {
      picture->link = link_from(options_.folder, dataset_.samples[row->sample].image);
      pictures.push_back(std::move(*picture));
      continue;
    }
    not_shown += fmt::format("{}: {}. ", row->image, picture.error().message);
  }
  page_.gallery(pictures);
  if (!not_shown.empty()) page_.paragraph("Not shown: " + not_shown);
}

}  // namespace lineguard::evaluation
