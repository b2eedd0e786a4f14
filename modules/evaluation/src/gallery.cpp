#include "gallery.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/evaluation/render.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::evaluation {

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
  const Image overlay = render_overlay(image, prediction, pixel_threshold_);
  const auto label = lineguard::to_string(row.label);
  return report::thumbnail(
      overlay, options_.picture_side_px, fmt::format("{} with its heat map, predicted {}", row.image, label), row.image,
      caption.empty() ? fmt::format("{} · predicted {} · score {:.4g}", row.class_name, label, row.score) : caption);
}

}  // namespace lineguard::evaluation
