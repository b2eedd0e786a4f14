// Coverage of every interval and bound that Lineguard claims, 10,000 draws each: prints a line a claim and exits 1
// where one is below nominal by more than three standard errors, family-wise. With a text only claims that have it in
// their name, as strict as all together.   coverage [DRAWS [RESAMPLES [TEXT]]]
#include "coverage.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>

int main(int argc, char** argv) {
  namespace test = lineguard::acceptance::test;
  const std::size_t draws = argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 10'000;
  const int resamples = argc > 2 ? std::atoi(argv[2]) : 500;
  if (draws == 0 || resamples <= 0) {
    std::cerr << "usage: coverage [DRAWS [RESAMPLES [TEXT]]]\n";
    return 2;
  }
  auto cases = test::coverage_cases(resamples);
  const double allowed = test::allowed_errors(cases.size());
  if (argc > 3) std::erase_if(cases, [&](const auto& one) { return one.name.find(argv[3]) == std::string::npos; });
  int too_low = 0;
  double lowest = 1;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const test::Coverage found = test::measure(cases[i], draws, 1000 + i);
    const bool low = found.errors_below() > allowed;
    too_low += low;
    lowest = std::min(lowest, found.observed);
    std::cout << fmt::format("{:<66} {:.4f}  ({:+.1f} errors){}\n", found.name, found.observed, -found.errors_below(),
                             low ? "  TOO LOW" : "")
              << std::flush;
  }
  std::cout << fmt::format(
      "{} claims, {} draws each: lowest coverage {:.4f} of 0.95; {} below by more than {:.2f} standard errors\n",
      cases.size(), draws, lowest, too_low, allowed);
  return too_low == 0 ? 0 : 1;
}
