// Pictures with their heat maps on a page; one that can't be shown stands in a line of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/report/html.h>

namespace lineguard::evaluation {

// The row's picture with what the predictor says of it now, and what people drew in green. `name` stands under it.
// Errors: those of reading, predicting and encoding.
Result<report::Picture> overlay_of(const Row& row, std::string_view name, const dataset::Dataset& dataset,
                                   Predictor& predictor, const Model& model, int side_px);

// The picture's file as seen from `folder`; empty where that is.
std::string link_from(const std::filesystem::path& folder, const std::filesystem::path& image);

// "38.36, threshold 40.81".
std::string score_in_words(const Row& row, const Model& model);

// What the colours of overlay_of() mean.
inline constexpr std::string_view kLegend =
    "Yellow to red: the anomaly map, red from a quarter above the level that regions are cut at. Light blue: regions "
    "with their scores. Green: what people drew.";

// The folder that all pictures with an absolute name lie in, with its slash: names are shown without it. Empty: none.
std::string common_folder(const std::vector<Row>& rows);
std::string_view without_folder(std::string_view image, std::string_view folder);

// "Misses (12)", or "Misses (12 of 40)" where not all are shown.
std::string counted_heading(std::string_view heading, std::size_t shown, std::size_t total);

class Gallery {
 public:
  Gallery(report::Page& page, const Evaluation& evaluation, const dataset::Dataset& dataset, Predictor& predictor,
          const ReportOptions& options)
      : page_(page),
        model_(evaluation.model),
        folder_(common_folder(evaluation.rows)),
        dataset_(dataset),
        predictor_(predictor),
        options_(options) {}

  // The first `limit` of `rows`; the names of more below them.
  void add_first(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                 std::size_t limit);

  // `limit` of `rows`, evenly through the list, so that a sample is not the first few files of one class.
  void add_spread(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                  std::size_t limit);

 private:
  void add(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows, std::size_t total);

  void name_others(const std::vector<const Row*>& rows, std::size_t shown);

  report::Page& page_;
  const Model& model_;
  const std::string folder_;
  bool explained_ = false;  // the colours
  const dataset::Dataset& dataset_;
  Predictor& predictor_;
  const ReportOptions options_;
};

}  // namespace lineguard::evaluation
