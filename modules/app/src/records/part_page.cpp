// Parts as a page with their pictures.
#include "commands/records_output.h"
#include "records/part_details.h"
#include "records/time_option.h"

#include <fmt/format.h>

#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/overlay.h>
#include <lineguard/report/html.h>

namespace lineguard::app {
namespace {

constexpr int kLongerSide_px = 1600;

Result<report::Picture> picture_of(const PartDetails& details) {
  if (details.picture.file.empty()) return make_error(ErrorCode::not_found, details.picture.why_not);
  LINEGUARD_ASSIGN(const Image image, imaging::decode_file(details.picture.file));
  const Decision& decision = details.recorded.decision;
  const std::vector<Region> regions = decision.prediction ? decision.prediction->regions : std::vector<Region>();
  const Image drawn = imaging::draw_overlay(image, nullptr, regions, {});
  return report::thumbnail(drawn, kLongerSide_px, fmt::format("Part {} with its regions", decision.part_number),
                           fmt::format("Part {}: {}", decision.part_number, decision_text(decision)),
                           details.picture.file.string());
}

void add_part(report::Page& page, const PartDetails& details) {
  const Decision& decision = details.recorded.decision;
  const record::DecisionContext& context = details.recorded.context;
  page.heading(fmt::format("Part {}", decision.part_number));
  if (auto picture = picture_of(details)) {
    page.gallery({std::move(*picture)});
  } else {
    page.notice(report::Mood::attention, "No picture: " + picture.error().message);
  }
  std::vector<report::Fact> facts = {
      {"decision", decision_text(decision)},
      {"decided at", fmt::format("{} ({})", format_utc(decision.decided_at), local_time_text(decision.decided_at))}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) facts.push_back({name, value});
  };
  add("serial", context.serial);
  add("lot", context.lot);
  add("recipe", context.recipe);
  if (decision.prediction) {
    const ModelIdentity& model = decision.prediction->model;
    add("model", fmt::format("{} version {}, digest {}", model.name, model.version, model.digest));
    add("operating point", decision.prediction->operating_point);
  }
  for (const std::string& line : details.later) add("output", line);
  add("picture", context.picture);
  if (details.start)
    add("settings", fmt::format("event {} of {}, SHA-256 {}", details.start->sequence, details.start->utc,
                                details.start->settings_sha256));
  page.facts(facts);
}

}  // namespace

std::string details_html(const std::vector<PartDetails>& parts, const std::string& title,
                         const std::filesystem::path& record) {
  report::Page page(title, fmt::format("From {}, {} decisions", record.filename().string(), parts.size()));
  if (parts.empty()) page.paragraph("No decision of a part matches.");
  for (const PartDetails& details : parts) add_part(page, details);
  return page.html();
}

}  // namespace lineguard::app
