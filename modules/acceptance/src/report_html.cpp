// The acceptance report as a page to sign.
#include "claims.h"

#include <fmt/format.h>

#include <lineguard/acceptance/report.h>
#include <lineguard/core/words.h>
#include <lineguard/report/html.h>

namespace lineguard::acceptance {
namespace {

using report::Mood;

std::vector<report::KeyFigure> key_figures(const Acceptance& acceptance) {
  std::vector<report::KeyFigure> figures;
  for (const Claim& claim : acceptance.claims) {
    const Mood mood = !claim.decides ? Mood::neutral : claim.shown() ? Mood::fine : Mood::bad;
    const std::string value = claim.count.n == 0 ? "unknown" : "≤ " + bound_in_words(claim);
    std::string note = counted_in_words(claim);
    if (claim.decides) note += fmt::format("; asked: at most {}", percent_or_ppm(claim, claim.limit));
    std::string name = claim.what;
    name.front() = static_cast<char>(name.front() - 'a' + 'A');
    figures.push_back({name, value, fmt::format("{}; {:g} % confidence", note, 100 * claim.confidence), mood});
  }
  return figures;
}

void add_classes(report::Page& page, const Acceptance& acceptance) {
  if (acceptance.classes.empty()) return;
  page.heading("By defect class");
  report::Table table{{"class", "parts", "missed", "miss rate at most", "asked", "parts missing"}, {}, 1};
  for (const Claim& claim : acceptance.classes) {
    const bool asked = acceptance.limits.max_miss.has_value();
    table.rows.push_back({claim.class_name, std::to_string(claim.count.n), std::to_string(claim.count.events),
                          bound_in_words(claim), asked ? percent(claim.limit) : "–",
                          !asked              ? "–"
                          : claim.shown()     ? "shown"
                          : claim.needed == 0 ? "rate too high"
                                              : std::to_string(claim.missing())});
  }
  page.table(table);
  page.paragraph(acceptance.limits.every_class
                     ? "Every class must show the limit by itself."
                     : "Each bound stands by itself; the bounds of the classes are shown and do not decide.");
}

void add_rules(report::Page& page, const package::RegionRules& rules) {
  if (rules.empty()) return;
  page.heading("Region rules of the operating point");
  report::Table table{
      {"rule", "class", "view", "zone, px", "smallest size", "smallest score", "regions allowed"}, {}, 4};
  for (const package::RegionRule& rule : rules.rules) {
    table.rows.push_back(
        {rule.name, rule.class_name.empty() ? "every" : rule.class_name, rule.view.empty() ? "every" : rule.view,
         rule.zone
             ? fmt::format("{:g}, {:g}, {:g} × {:g}", rule.zone->x, rule.zone->y, rule.zone->width, rule.zone->height)
             : "everywhere",
         rule.smallest_size ? fmt::format("{:g} {}", *rule.smallest_size, rules.mm_per_px > 0 ? "mm" : "px") : "–",
         rule.smallest_score ? fmt::format("{:g}", *rule.smallest_score) : "–", std::to_string(rule.most_regions)});
  }
  page.table(table);
}

std::vector<report::Fact> facts_of(const AcceptanceReport& report) {
  const Acceptance& acceptance = report.acceptance;
  std::vector<report::Fact> facts{
      {"package",
       fmt::format("{} version {}, digest {}", report.model.name, report.model.version, report.model.digest)},
      {"operating point", fmt::format("{}, threshold {:.9g}, unknown band {:.3g}", report.point.point.id,
                                      acceptance.threshold, acceptance.unknown_band)},
      {"its digest", report.point.digest.empty() ? "not saved" : report.point.digest},
      {"data set", fmt::format("{} ({}), {}", report.dataset, report.layout, report.split)},
      {"its fingerprint", report.dataset_fingerprint},
      {"pictures counted", fmt::format("{}, digest {}", report.pictures, report.pictures_digest)},
      {"parts",
       fmt::format("{} good, {} defective{}", acceptance.overkill.count.n, acceptance.miss.count.n,
                   acceptance.failed_good + acceptance.failed_defective > 0
                       ? fmt::format("; could not be judged: {} good (counted as diverted), {} defective (left out)",
                                     acceptance.failed_good, acceptance.failed_defective)
                       : "")},
      {"method", acceptance.method},
      {"made at", report.made_at},
      {"with", "Lineguard " + report.lineguard_version}};
  if (!report.made_by.empty()) facts.push_back({"by", report.made_by});
  return facts;
}

}  // namespace

std::string to_html(const AcceptanceReport& report) {
  const Acceptance& acceptance = report.acceptance;
  report::Page page(
      fmt::format("Acceptance of {}, version {}", report.model.name, report.model.version),
      fmt::format("operating point \"{}\" · {} · {}", report.point.point.id, report.dataset, report.made_at));
  if (acceptance.accepted()) {
    page.notice(Mood::fine, "Accepted: these parts show every limit that was asked for.");
  } else {
    page.notice(Mood::bad, "Not accepted.");
    for (const std::string& missing : what_is_missing(acceptance)) page.notice(Mood::bad, missing);
  }
  page.key_figures(key_figures(acceptance));
  for (const std::string& note : report.notes) page.notice(Mood::attention, note);
  page.paragraph(
      "A miss is a defective part of which every picture is called good; overkill is a good part with a picture that "
      "is not. "
      "Parts are counted, not pictures; one too close to the threshold to tell is diverted.");
  add_classes(page, acceptance);
  add_rules(page, report.point.rules);
  page.heading("Independence");
  page.paragraph(report.independence.in_words());
  page.heading("Where it comes from");
  page.facts(facts_of(report));
  page.heading("Signatures");
  page.signature_lines({"Quality", "Production"});
  return page.html();
}

}  // namespace lineguard::acceptance
