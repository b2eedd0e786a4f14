#include "coverage.h"

#include <gtest/gtest.h>

namespace lineguard::acceptance {
namespace {

// A short run of bench/coverage, always the same draws.
TEST(Coverage, NoClaimHoldsLessOftenThanItSays) {
  constexpr std::size_t kDraws = 150;
  const auto cases = test::coverage_cases(100);
  const double allowed = test::allowed_errors(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const test::Coverage found = test::measure(cases[i], kDraws, i + 1);
    EXPECT_LE(found.errors_below(), allowed) << found.name << ": " << found.observed;
  }
}

}  // namespace
}  // namespace lineguard::acceptance
