#include "demo/closing_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/stats/bounds.h>
#include <lineguard/stats/quantile.h>

namespace lineguard::app {
namespace {

std::string rate_line(const char* name, std::size_t events, std::size_t n, const char* of) {
  const stats::Count count{events, n};
  const stats::Interval interval = stats::exact_interval(count);
  return fmt::format("  {:<10} {} of {} {} parts: {:.1f} % (95 % interval {:.1f} to {:.1f} %)\n", name, events, n, of,
                     100 * count.rate(), 100 * interval.low, 100 * interval.high);
}

}  // namespace

LineFigures figures_of(const std::vector<GateLine>& gate, const RecordedParts& recorded,
                       const std::vector<Cell>& truth) {
  LineFigures figures;
  for (const GateLine& part : gate) {
    if (part.part < 1 || part.part > truth.size()) continue;  // find_differences() tells of it
    const Cell& cell = truth[part.part - 1];
    ++figures.parts;
    ++(cell.defective ? figures.defective : figures.good);
    ++(part.passed ? figures.passed : figures.diverted);
    if (part.passed && cell.defective) figures.missed_pictures.push_back(cell.file);
    if (!part.passed && !cell.defective) ++figures.overkill;
    const auto found = recorded.find(part.part);
    const bool known = found.has_value();
    if (!part.passed) {
      auto& count = figures.diverted_by_reason[known ? std::string(to_string(found->reason)) : part.reason];
      ++(cell.defective ? count.defective : count.good);
      if (known && found->prediction) figures.diverted_pictures.push_back(cell.file);
    }
    if (known && part.fault != "lost" && std::isfinite(found->trigger_to_decision_ms))
      figures.decision_ms.push_back(found->trigger_to_decision_ms);
  }
  figures.misses = figures.missed_pictures.size();
  std::ranges::sort(figures.decision_ms);
  return figures;
}

std::string closing_table(const LineFigures& figures, const std::vector<std::string>& differences) {
  std::string text = fmt::format("  {:<28} {:>6} {:>6} {:>10}\n", "", "all", "good", "defective");
  const auto row = [&text](const std::string& name, std::size_t good, std::size_t defective) {
    text += fmt::format("  {:<28} {:>6} {:>6} {:>10}\n", name, good + defective, good, defective);
  };
  row("parts", figures.good, figures.defective);
  row("passed the gate", figures.good - figures.overkill, figures.misses);
  row("diverted", figures.overkill, figures.defective - figures.misses);
  for (const auto& [reason, count] : figures.diverted_by_reason) row("  " + reason, count.good, count.defective);
  text += "\n";
  text += rate_line("misses", figures.misses, figures.defective, "defective");
  text += rate_line("overkill", figures.overkill, figures.good, "good");
  if (!figures.decision_ms.empty())
    text += fmt::format("  {:<10} p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms from trigger to decision (n = {})\n",
                        "time", stats::quantile(figures.decision_ms, 0.5), stats::quantile(figures.decision_ms, 0.99),
                        figures.decision_ms.back(), figures.decision_ms.size());
  return text + agreement_text(differences);
}

}  // namespace lineguard::app
