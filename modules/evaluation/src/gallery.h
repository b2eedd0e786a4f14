// Pictures with their heat maps on a page; one that can't be shown stands in a line of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/report/html.h>

namespace lineguard::evaluation {

// The row's picture with what the predictor says of it now, and what people drew in green. Errors: those of reading,
// predicting and encoding.
Result<report::Picture> overlay_of(const Row& row, const dataset::Dataset& dataset, Predictor& predictor,
                                   double pixel_threshold, int side_px);

// "Misses (12)", or "Misses (12 of 40)" where not all are shown.
std::string counted_heading(std::string_view heading, std::size_t shown, std::size_t total);

class Gallery {
 public:
  Gallery(report::Page& page, double pixel_threshold, const dataset::Dataset& dataset, Predictor& predictor,
          const ReportOptions& options)
      : page_(page), pixel_threshold_(pixel_threshold), dataset_(dataset), predictor_(predictor), options_(options) {}

  // The first `limit` of `rows`.
  void add_first(std::string_view heading, std::string_view words, std::vector<const Row*> rows, std::size_t limit);

  // `limit` of `rows`, evenly through the list, so that a sample is not the first few files of one class.
  void add_spread(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows,
                  std::size_t limit);

 private:
  void add(std::string_view heading, std::string_view words, const std::vector<const Row*>& rows, std::size_t total);

  report::Page& page_;
  const double pixel_threshold_;
  const dataset::Dataset& dataset_;
  Predictor& predictor_;
  const ReportOptions options_;
};

}  // namespace lineguard::evaluation
