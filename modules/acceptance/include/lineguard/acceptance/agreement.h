// Agreement study in the layout of AIAG's attribute analysis (Measurement Systems Analysis, 4th edition, chapter
// III-C): some parts, judged several times by several inspectors, of which a model may be one; several kinds of defect.
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/stats/bounds.h>
#include <lineguard/stats/kappa.h>

namespace lineguard::acceptance {

// One inspector's answer to one part in one trial.
struct Answer {
  std::string part, inspector, trial, category;
  std::string reference;  // the part's true category; empty: not known
};

// CSV with a header: part, inspector, trial, answer and, where it is known, reference; other columns are left alone.
// Words for good (good, ok, pass, normal, io) become "good", in either case; other answers stay as they are. Errors:
// corrupt_data, naming the line.
Result<std::vector<Answer>> read_answers(const std::string& csv, const std::string& source);
// The predictions of `evaluate --csv` as the answers of one more inspector: its pictures of a part are its trials, in
// their order; its class where it names one, else "defective". Errors: corrupt_data, naming the line.
Result<std::vector<Answer>> read_predictions(const std::string& csv, const std::string& source,
                                             const std::string& inspector);

struct StudyOptions {
  std::string good = "good";  // the category that is no defect
  double confidence = 0.95;
  int resamples = 2000;
};

struct InspectorFigures {
  std::string name;
  stats::Count within;                          // parts with the same answer in every trial, of those with two or more
  std::optional<stats::Kappa> within_kappa;     // between its trials
  stats::Count right;                           // parts with the reference's answer in every trial
  std::optional<stats::Kappa> reference_kappa;  // against the reference, trial by trial
  // Trials, for AIAG's table; trials of one part are not independent, so that they have no interval.
  stats::Count missed, false_alarms, wrong_kind;  // of defective, good, and defective ones that were called defective
  std::optional<double> miss_rate() const { return missed.n ? std::optional(missed.rate()) : std::nullopt; }
};

struct PairFigures {
  std::string a, b;
  std::optional<stats::Kappa> kappa;  // trial by trial
};

struct CategoryFigures {
  std::string name;
  std::optional<stats::Kappa> kappa;  // this one against all others, over all inspectors and trials
};

struct Disagreement {
  std::string part, reference;
  std::vector<std::string> answers;  // of each inspector, its trials joined: "good good crack"
};

struct Study {
  std::vector<std::string> parts, categories;
  std::size_t trials = 0;  // of the inspector with most
  bool has_reference = false;
  StudyOptions options;
  std::vector<InspectorFigures> inspectors;
  std::vector<PairFigures> pairs;
  std::optional<stats::Kappa> between_kappa;  // all inspectors and trials
  stats::Count between;                       // parts with one answer from all, in every trial
  stats::Count all_right;                     // parts that all gave the reference's answer
  std::vector<CategoryFigures> by_category;
  std::vector<Disagreement> disagreements;
  std::vector<std::string> notes;
};

// Errors: invalid_argument where there are fewer than two answers to compare, a part has two references, an inspector
// answered one trial of a part twice, or nobody ever says `options.good`.
Result<Study> study(const std::vector<Answer>& answers, const StudyOptions& options = {});

std::string to_text(const Study& study);
std::string to_json(const Study& study);  // "lineguard.agreement/1"
std::string to_html(const Study& study);

// The same parts several times: how far scores spread, against their distance to the threshold.
struct RepeatedPart {
  std::string part;
  std::size_t n = 0;
  double mean = 0, deviation = 0;  // of its scores
  bool changes = false;            // not every label is the same
};
struct Repeatability {
  double threshold = 0;
  double deviation = 0;                // pooled over the parts
  std::size_t degrees = 0;             // of freedom
  stats::Interval deviation_interval;  // by chi-squared, for normal scores
  double confidence = 0.95;
  std::vector<RepeatedPart> parts;  // nearest to the threshold first
  stats::Count changing;            // parts whose label changes
  std::size_t near = 0;             // parts within three deviations of the threshold
};
struct ScoredPicture {
  std::string part, label;
  double score = 0;
};
// Errors: refused where no part has two pictures.
Result<Repeatability> repeatability(const std::vector<ScoredPicture>& pictures, double threshold,
                                    double confidence = 0.95);
// From `evaluate --csv`. Errors: corrupt_data, naming the line.
Result<Repeatability> repeatability_of_predictions(const std::string& csv, const std::string& source,
                                                   double confidence = 0.95);

std::string to_text(const Repeatability& repeatability);
std::string to_json(const Repeatability& repeatability);  // "lineguard.repeatability/1"

}  // namespace lineguard::acceptance
