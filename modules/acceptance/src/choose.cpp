// Choosing a threshold on the parts that judge it.
#include "claims.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <lineguard/acceptance/accept.h>
#include <lineguard/acceptance/escape.h>
#include <lineguard/package/region_rules.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::acceptance {
namespace {

constexpr double kHighest = std::numeric_limits<double>::max();

// The limit of each side, and the confidence that each bound gets.
struct Sides {
  std::optional<double> miss, overkill;
  double confidence = 0.95;
  bool both() const { return miss && overkill; }
};

Result<Sides> sides_of(const Limits& limits) {
  Sides sides{limits.max_miss, limits.max_overkill, limits.confidence};
  if (limits.every_class) {
    return make_error(ErrorCode::invalid_argument,
                      "no threshold is chosen for every class: choose one first, then judge it on other parts");
  }
  if (limits.max_escapes && !limits.max_overkill) {
    return make_error(
        ErrorCode::invalid_argument,
        "choosing a threshold for an escape rate needs a largest overkill rate, too: the escape rate follows "
        "from both");
  }
  if (limits.max_escapes) {
    const double miss = miss_for_escape_rate(*limits.max_escapes, *limits.max_overkill, *limits.defect_rate);
    if (miss < 1) sides.miss = std::min(miss, limits.max_miss.value_or(1));
  }
  if (sides.both()) sides.confidence = 1 - (1 - limits.confidence) / 2;
  return sides;
}

// The scores that choose.
struct Scores {
  std::vector<double> good, defective;  // of parts; one that can't be judged is diverted at every threshold
};

Scores scores_to_choose_by(const std::vector<Part>& judged, std::size_t failed_good) {
  Scores scores{scores_of(judged, Label::good), scores_of(judged, Label::defective)};
  scores.good.insert(scores.good.end(), failed_good, kHighest);
  return scores;
}

// The lowest threshold at which a part with this score is passed, whatever rounding does to the band.
double lowest_that_passes(double score, double unknown_band) {
  double threshold = score + unknown_band;
  while (package::label_of_score(score, threshold, unknown_band) != Label::good && threshold < kHighest)
    threshold = std::nextafter(threshold, kHighest);
  return threshold;
}

class Chooser {
 public:
  Chooser(Acceptance acceptance, std::vector<Part> judged, const Sides& sides)
      : acceptance_(std::move(acceptance)),
        judged_(std::move(judged)),
        sides_(sides),
        scores_(scores_to_choose_by(judged_, acceptance_.failed_good)) {}

  Result<Acceptance> run() {
    if (sides_.miss) LINEGUARD_TRY(limit_misses());
    if (sides_.overkill && acceptance_.refused.empty()) LINEGUARD_TRY(limit_overkill());
    if (!acceptance_.refused.empty()) return std::move(acceptance_);
    take_threshold();
    if (acceptance_.refused.empty()) add_claims();
    return std::move(acceptance_);
  }

 private:
  // Too few parts are an answer, no error.
  Result<void> note_refusal(const Error& error) {
    if (error.code != ErrorCode::refused) return error;
    acceptance_.refused = error.message;
    return {};
  }

  Result<void> limit_misses() {
    const auto found = stats::threshold_for_miss(scores_.defective, *sides_.miss, sides_.confidence);
    if (!found) return note_refusal(found.error());
    highest_ = found->threshold;
    missed_ = {found->below, found->n};
    return {};
  }

  Result<void> limit_overkill() {
    const auto found = stats::threshold_for_overkill(scores_.good, *sides_.overkill, sides_.confidence);
    if (!found) return note_refusal(found.error());
    diverted_ = {found->above, found->n};
    lowest_ = found->threshold < kHighest ? lowest_that_passes(found->threshold, acceptance_.unknown_band) : kHighest;
    if (lowest_ == kHighest) acceptance_.refused = "too many good parts could not be judged: each would be diverted";
    return {};
  }

  void take_threshold() {
    if (sides_.both() && lowest_ > highest_) {
      acceptance_.refused = overlap_in_words();
      return;
    }
    double threshold = sides_.miss ? highest_ : lowest_;
    if (sides_.both()) threshold = lowest_ + (highest_ - lowest_) / 2;
    acceptance_.threshold = threshold;
    acceptance_.choice = Choice{sides_.overkill ? lowest_ : threshold, sides_.miss ? highest_ : threshold};
    for (Part& part : judged_) part.label = package::label_of_score(part.score, threshold, acceptance_.unknown_band);
    const double confidence = acceptance_.limits.confidence;
    const std::size_t failed_good = acceptance_.failed_good, failed_defective = acceptance_.failed_defective;
    acceptance_.miss = rate_of(judged_, Label::defective, confidence);
    acceptance_.overkill = rate_of(judged_, Label::good, confidence);
    acceptance_.miss.left_out = failed_defective;
    acceptance_.overkill.left_out = failed_good;
    // The side that chose nothing is judged by its counts: it had no part in the choice.
    if (!sides_.miss) missed_ = acceptance_.miss.count;
    if (!sides_.overkill) diverted_ = diverted_of(acceptance_);
  }

  std::string overlap_in_words() const {
    const auto diverted = static_cast<std::size_t>(std::ranges::count_if(scores_.good, [&](double score) {
      return package::label_of_score(score, highest_, acceptance_.unknown_band) != Label::good;
    }));
    return fmt::format(
        "no threshold keeps both limits on these parts: the highest that shows a miss rate of at most {}, {:.6g}, "
        "diverts {} of "
        "{} good parts, and at most {} may be diverted to show an overkill rate of at most {}",
        percent(*sides_.miss), highest_, diverted, scores_.good.size(), diverted_.events, percent(*sides_.overkill));
  }

  void add_claims() {
    const Limits& limits = acceptance_.limits;
    acceptance_.claims.push_back(rate_claim(kMissRate, missed_, sides_.miss, sides_.confidence));
    acceptance_.claims.push_back(rate_claim(kOverkillRate, diverted_, sides_.overkill, sides_.confidence));
    if (!limits.defect_rate) return;
    Claim escapes = escape_claim(missed_, diverted_, limits);
    if (sides_.both())  // both bounds hold together with the confidence asked for
      escapes.bound = escape_rate(acceptance_.claims[0].bound, acceptance_.claims[1].bound, *limits.defect_rate);
    acceptance_.claims.push_back(escapes);
  }

  Acceptance acceptance_;
  std::vector<Part> judged_;
  const Sides sides_;
  const Scores scores_;
  double lowest_ = -kHighest, highest_ = kHighest;
  stats::Count missed_, diverted_;  // what the bounds rest on
};

}  // namespace

Result<Acceptance> choose_point(const std::vector<Part>& parts, double unknown_band, const Limits& limits) {
  LINEGUARD_TRY(check(limits));
  LINEGUARD_ASSIGN(const Sides sides, sides_of(limits));
  if (!sides.miss && !sides.overkill)
    return make_error(ErrorCode::invalid_argument,
                      "any threshold keeps this escape rate: give a largest miss or overkill rate");
  Acceptance acceptance = counted(parts, limits);
  acceptance.unknown_band = unknown_band;
  acceptance.method = fmt::format(
      "the threshold was chosen on these parts, as an order statistic whose rank is fixed by n and the limit (Wilks); "
      "each bound "
      "has {:g} % confidence{}",
      100 * sides.confidence,
      sides.both() ? fmt::format(", so that both hold together with {:g} %", 100 * limits.confidence) : "");
  std::vector<Part> judged = parts;
  std::erase_if(judged, [](const Part& part) { return part.failed > 0; });
  return Chooser(std::move(acceptance), std::move(judged), sides).run();
}

}  // namespace lineguard::acceptance
