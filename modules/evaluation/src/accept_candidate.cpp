#include <algorithm>

#include <fmt/format.h>

#include <lineguard/core/words.h>
#include <lineguard/evaluation/accept_candidate.h>

namespace lineguard::evaluation {
namespace {

// What a candidate failed on is in no rate: it must not pass for that.
Result<void> refuse_failures(const Comparison& comparison) {
  if (comparison.failures.only_b == 0) return {};
  const auto& pictures = comparison.failures.pictures;
  const auto first =
      std::ranges::find_if(pictures, [&](const PairedRows& rows) { return !comparison.a.rows[rows.row_a].error; });
  const Row& row = comparison.b.rows[first->row_b];
  return make_error(ErrorCode::refused,
                    fmt::format("the candidate fails on {} that the original predicts, the first: {}: {}",
                                count_of(comparison.failures.only_b, "picture"), row.image, row.error->message));
}

Result<void> refuse_change(const char* what, const RateChange& change, double allowed) {
  const double difference = change.b.count.rate() - change.a.count.rate();
  constexpr double kRounding = 1e-9;  // 7 of 100 is one percent more than 6 of 100
  if (difference <= allowed + kRounding) return {};
  return make_error(
      ErrorCode::refused,
      fmt::format("the {} rate rises from {:.2f} % to {:.2f} % of n = {}, where one is {:.2f} %: more than the {:g} % "
                  "allowed",
                  what, 100 * change.a.count.rate(), 100 * change.b.count.rate(), change.discordant.n,
                  100.0 / static_cast<double>(change.discordant.n), 100 * allowed));
}

}  // namespace

Result<void> accept_candidate(const Comparison& comparison, double max_change) {
  LINEGUARD_TRY(refuse_failures(comparison));
  if (comparison.miss.discordant.n == 0) {
    return make_error(ErrorCode::refused,
                      fmt::format("no defective part{}: nothing shows what becomes of misses",
                                  comparison.miss.a.left_out > 0 ? " of which every picture was predicted" : ""));
  }
  LINEGUARD_TRY(refuse_change("miss", comparison.miss, max_change));
  if (comparison.overkill.discordant.n == 0) return {};
  return refuse_change("overkill", comparison.overkill, max_change);
}

}  // namespace lineguard::evaluation
