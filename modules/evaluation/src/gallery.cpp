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
    outlines.push_back(drawn.polygon);
    if (drawn.polygon.empty()) outlines.back() = {{box.x, box.y}, {right, box.y}, {right, bottom}, {box.x, bottom}};
  }
  return outlines;
}

}  // namespace

void Gallery::add_first(std::string_view heading, std::string_view words, std::vector<const Row*> rows,
                        std::size_t limit, const std::vector<std::string>& captions) {
  const std::size_t total = rows.size();
  if (rows.size() > limit) rows.resize(limit);
  add(heading, words, rows, total, captions);
}

void Gallery::add_spread(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                         std::size_t limit) {
  std::vector<const Row*> some;
  const std::size_t shown = std::min(rows.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) some.push_back(rows[i * rows.size() / shown]);
  add(heading, words, some, rows.size(), {});
}

void Gallery::add(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                  std::size_t total, const std::vector<std::string>& captions) {
  if (rows.empty()) return;
  page_.heading(rows.size() < total ? fmt::format("{} ({} of {})", heading, rows.size(), total)
                                    : fmt::format("{} ({})", heading, total));
  page_.paragraph(words);
  std::vector<report::Picture> pictures;
  std::string not_shown;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto picture = draw(*rows[i], i < captions.size() ? captions[i] : "");
    if (picture) pictures.push_back(std::move(*picture));
    if (!picture) not_shown += fmt::format("{}: {}. ", rows[i]->image, picture.error().message);
  }
  page_.gallery(pictures);
  if (!not_shown.empty()) page_.paragraph("Not shown: " + not_shown);
}

Result<report::Picture> Gallery::draw(const Row& row, const std::string& caption) {
  const auto& sample = dataset_.samples[row.sample];
  LINEGUARD_ASSIGN(const Capture capture, read_capture(sample.image, sample.defect_free_template));
  PredictOptions predict_options;
  predict_options.want_map = true;
  LINEGUARD_ASSIGN(const Prediction prediction, predictor_.predict(capture, predict_options));
  LINEGUARD_ASSIGN(const Image image, imaging::decode_file(sample.image));
  LINEGUARD_ASSIGN(imaging::Outlines truth, true_outlines(sample, image.size()));
  const Image overlay = render_overlay(image, prediction, pixel_threshold_, std::move(truth));
  const auto label = lineguard::to_string(row.label);
  return report::thumbnail(
      overlay, options_.picture_side_px, fmt::format("{} with its heat map, predicted {}", row.image, label), row.image,
      caption.empty() ? fmt::format("{} · predicted {} · score {:.4g}", row.class_name, label, row.score) : caption);
}

}  // namespace lineguard::evaluation
