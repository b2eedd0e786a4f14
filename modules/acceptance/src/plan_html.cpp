// A plan as one page with curves.
#include "percent.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/plan.h>
#include <lineguard/report/html.h>
#include <lineguard/stats/bounds.h>

namespace lineguard::acceptance {
namespace {

using report::Colour;

constexpr int kSteps = 60;

report::Plot break_even_plot(const Plan& plan) {
  report::Chart chart;
  chart.title = "Rates that pay: everything below the line";
  chart.description = "Overkill rate at which the inspection just pays, by miss rate.";
  chart.x_label = "miss rate, %";
  chart.y_label = "overkill rate, %";
  const PlanQuestion& asked = plan.question;
  const double good_cost = (1 - asked.defect_rate) * asked.overkill_cost;
  report::Series even{"just pays", {}, Colour::defective}, kept{"keeps the wanted saving", {}, Colour::good};
  for (int i = 0; i <= kSteps; ++i) {
    const double miss = static_cast<double>(i) / kSteps, saved = saving_per_part(asked, miss, 0);
    even.points.push_back({100 * miss, 100 * std::clamp(saved / good_cost, 0.0, 1.0)});
    const double wanted = saved - asked.kept_saving * plan.best_saving;
    if (wanted >= 0) kept.points.push_back({100 * miss, 100 * std::min(1.0, wanted / good_cost)});
  }
  chart.series = {even, kept, {"target", {{100 * plan.target_miss, 100 * plan.target_overkill}}, Colour::accent, true}};
  return draw(chart);
}

report::Plot saving_plot(const Plan& plan) {
  report::Chart chart;
  chart.title = "What an hour of the line saves";
  chart.description = "Saving an hour by miss rate, for no overkill, the target's and twice as much.";
  chart.x_label = "miss rate, %";
  chart.y_label = "saved an hour";
  const PlanQuestion& asked = plan.question;
  const std::pair<double, Colour> overkills[] = {
      {0, Colour::good}, {plan.target_overkill, Colour::accent}, {2 * plan.target_overkill, Colour::defective}};
  for (const auto& [overkill, colour] : overkills) {
    report::Series line{"overkill " + percent(overkill), {}, colour};
    for (const double miss : {0.0, 1.0})
      line.points.push_back({100 * miss, saving_per_part(asked, miss, overkill) * asked.parts_per_hour});
    chart.series.push_back(std::move(line));
  }
  chart.levels.push_back({0, "pays above"});
  return draw(chart);
}

// The upper bound that n parts of a kind show, for some numbers of events, up to what the last proof needs.
report::Plot proof_plot(const std::vector<Proof>& proofs, double target, double confidence, const char* kind,
                        const char* event) {
  report::Chart chart;
  chart.title = fmt::format("What so many {} parts prove", kind);
  chart.description = fmt::format("Upper bound of the rate by number of {} parts, for 0, 1, 2 and 5 {}.", kind, event);
  chart.x_label = fmt::format("{} parts", kind);
  chart.y_label = "bound, %";
  const double most = static_cast<double>(proofs[4].parts) * 1.2;
  chart.y_range = report::AxisRange{0, std::min(100.0, 500 * target)};
  const std::pair<std::size_t, Colour> lines[] = {
      {0, Colour::good}, {1, Colour::accent}, {2, Colour::muted}, {5, Colour::defective}};
  for (const auto& [events, colour] : lines) {
    report::Series line{fmt::format("{} {}", events, event), {}, colour};
    for (int i = 1; i <= kSteps; ++i) {
      const auto n = static_cast<std::size_t>(std::lround(most * i / kSteps));
      if (n <= events) continue;
      const double bound = 100 * stats::upper_bound({events, n}, confidence);
      if (bound <= chart.y_range->high) line.points.push_back({static_cast<double>(n), bound});
    }
    chart.series.push_back(std::move(line));
  }
  chart.levels.push_back({100 * target, "target " + percent(target)});
  return draw(chart);
}

report::Table proof_table(const std::vector<Proof>& proofs, const char* kind, const char* event) {
  report::Table table{{event, fmt::format("{} parts", kind), "parts on the line", "time", "time, 90 % sure"}, {}, 0};
  for (const Proof& proof : proofs) {
    table.rows.push_back({std::to_string(proof.events), grouped(static_cast<double>(proof.parts)),
                          grouped(proof.line_parts), duration(proof.hours), duration(proof.likely_hours)});
  }
  return table;
}

void add_key_figures(report::Page& page, const Plan& plan) {
  page.key_figures(
      {{"Miss rate", percent(plan.target_miss), "target: at most"},
       {"Overkill rate", percent(plan.target_overkill), "target: at most"},
       {"Escapes", ppm(plan.target_escapes), fmt::format("instead of {}", ppm(plan.escapes_without))},
       {"Defective parts", grouped(static_cast<double>(plan.miss_proofs[0].parts)),
        fmt::format("prove it where none is missed; the line makes them in {}", duration(plan.miss_proofs[0].hours))},
       {"Good parts", grouped(static_cast<double>(plan.overkill_proofs[0].parts)),
        "prove the overkill rate where none is diverted"}});
}

void add_paying(report::Page& page, const Plan& plan) {
  page.heading("What pays");
  report::Table table{
      {"miss rate", "pays up to an overkill of", "escapes", "defective parts to prove it, none missed"}, {}, 0};
  for (const PayingRate& rate : plan.paying) {
    table.rows.push_back({percent(rate.miss), rate.most_overkill > 0 ? percent(rate.most_overkill) : "never",
                          ppm(rate.escapes_ppm / kPartsPerMillion),
                          grouped(static_cast<double>(rate.defective_parts))});
  }
  page.plots({break_even_plot(plan), saving_plot(plan)});
  page.table(table);
}

void add_reviews(report::Page& page, const Plan& plan) {
  page.heading("Sampled review of passed parts");
  page.paragraph(fmt::format(
      "After the release people look at a share of the passed parts, drawn by chance. {} reviewed parts without a "
      "defective one show at most {} of escapes.",
      grouped(static_cast<double>(plan.reviewed_parts)), ppm(plan.target_escapes)));
  report::Table table{{"share", "parts a day", "shown after", "cost a day", "cost in all"}, {}, 0};
  const bool priced = plan.question.review_cost > 0;
  for (const SampledReview& review : plan.reviews) {
    table.rows.push_back({percent(review.share), grouped(review.parts_per_day), duration(review.days * 24),
                          priced ? fmt::format("{:.2f}", review.cost_per_day) : "–",
                          priced ? fmt::format("{:.2f}", review.cost) : "–"});
  }
  page.table(table);
}

}  // namespace

std::string to_html(const Plan& plan) {
  const PlanQuestion& asked = plan.question;
  report::Page page(
      "What an inspection must reach",
      fmt::format("an escape costs {:g}, overkill {:g} · {} of the parts are defective · {:g} parts an hour",
                  asked.escape_cost, asked.overkill_cost, percent(asked.defect_rate), asked.parts_per_hour));
  if (!plan.pays()) {
    page.notice(report::Mood::bad, fmt::format("No inspection pays: it costs {:g} a part, a perfect one saves {:.4g}.",
                                               asked.inspection_cost, plan.loss_without));
    return page.html();
  }
  add_key_figures(page, plan);
  page.paragraph(
      fmt::format("The target keeps {} of what a perfect inspection saves ({:.2f} an hour); misses and overkill each "
                  "cost half of the "
                  "rest. Bounds are exact and one-sided (Clopper-Pearson), with {:g} % confidence.",
                  percent(asked.kept_saving), plan.best_saving * asked.parts_per_hour, 100 * asked.confidence));
  add_paying(page, plan);
  page.heading("What proves it");
  page.plots({proof_plot(plan.miss_proofs, plan.target_miss, asked.confidence, "defective", "missed"),
              proof_plot(plan.overkill_proofs, plan.target_overkill, asked.confidence, "good", "diverted")});
  page.table(proof_table(plan.miss_proofs, "defective", "missed"));
  page.table(proof_table(plan.overkill_proofs, "good", "diverted"));
  add_reviews(page, plan);
  return page.html();
}

}  // namespace lineguard::acceptance
