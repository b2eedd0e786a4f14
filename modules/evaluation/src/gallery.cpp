#include "gallery.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <lineguard/evaluation/render.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::evaluation {
namespace {

// Where people drew the sample's defects; nowhere where a mask has another size.
Result<imaging::Outlines> true_outlines(const dataset::Sample& sample, Size picture) {
  imaging::Outlines outlines;
  if (sample.mask) {
    LINEGUARD_ASSIGN(const Image mask, imaging::decode_file(*sample.mask));
    return mask.size() == picture ? imaging::outlines_of(imaging::non_zero(mask)) : outlines;
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

Result<report::Picture> overlay_of(const Row& row, const dataset::Dataset& dataset, Predictor& predictor,
                                   double pixel_threshold, int side_px) {
  const auto& sample = dataset.samples[row.sample];
  LINEGUARD_ASSIGN(const Capture capture, read_capture(sample.image, sample.defect_free_template));
  PredictOptions predict_options;
  predict_options.want_map = true;
  LINEGUARD_ASSIGN(const Prediction prediction, predictor.predict(capture, predict_options));
  LINEGUARD_ASSIGN(const Image image, imaging::decode_file(sample.image));
  LINEGUARD_ASSIGN(imaging::Outlines truth, true_outlines(sample, image.size()));
  const Image overlay = render_overlay(image, prediction, pixel_threshold, std::move(truth));
  const auto label = lineguard::to_string(row.label);
  return report::thumbnail(overlay, side_px, fmt::format("{} with its heat map, predicted {}", row.image, label),
                           row.image,
                           fmt::format("{} · predicted {} · score {:.4g}", row.class_name, label, row.score));
}

std::string counted_heading(std::string_view heading, std::size_t shown, std::size_t total) {
  return shown < total ? fmt::format("{} ({} of {})", heading, shown, total) : fmt::format("{} ({})", heading, total);
}

void Gallery::add_first(std::string_view heading, std::string_view words, std::vector<const Row*> rows,
                        std::size_t limit) {
  const std::size_t total = rows.size();
  if (rows.size() > limit) rows.resize(limit);
  add(heading, words, rows, total);
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
  std::vector<report::Picture> pictures;
  std::string not_shown;
  for (const Row* row : rows) {
    auto picture = overlay_of(*row, dataset_, predictor_, pixel_threshold_, options_.picture_side_px);
    if (picture) pictures.push_back(std::move(*picture));
    if (!picture) not_shown += fmt::format("{}: {}. ", row->image, picture.error().message);
  }
  page_.gallery(pictures);
  if (!not_shown.empty()) page_.paragraph("Not shown: " + not_shown);
}

}  // namespace lineguard::evaluation
