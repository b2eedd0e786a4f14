#include "records/part_details.h"

#include "commands/records_output.h"
#include "records/time_option.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/digest.h>
#include <lineguard/core/utc.h>

namespace lineguard::app {
namespace {

using nlohmann::json;
using record::EventKind;

// Of an event's payload, which the record keeps as a JSON object.
json payload_of(const record::Event& event) {
  json payload = json::parse(event.payload, nullptr, false);
  return payload.is_object() ? payload : json::object();
}

std::string text_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

StationStart start_of(const record::Event& event) {
  StationStart start{event.sequence, event.utc, event.payload, {}, {}, {}, {}};
  const json payload = payload_of(event);
  if (const auto settings = payload.find("settings"); settings != payload.end() && settings->is_object()) {
    start.settings_file = text_in(*settings, "file");
    start.settings_sha256 = text_in(*settings, "sha256");
    start.settings_text = text_in(*settings, "text");
  }
  start.pictures = text_in(payload, "pictures");
  return start;
}

// The picture of a file is the recorded one where its SHA-256 is.
bool is_recorded(const std::filesystem::path& file, const std::vector<record::PictureDigest>& digests) {
  if (digests.empty()) return true;  // nothing to hold against it
  const auto sha256 = sha256_hex_of_file(file);
  return sha256 &&
         std::ranges::any_of(digests, [&](const record::PictureDigest& digest) { return digest.sha256 == *sha256; });
}

// What a kept picture, else the camera's own file, could be now.
std::vector<std::filesystem::path> candidates(const record::DecisionContext& context, const PicturePlaces& places) {
  std::vector<std::filesystem::path> files;
  if (context.kept && !places.kept_folder.empty()) files.push_back(places.kept_folder / context.kept->file);
  if (context.picture.empty()) return files;
  files.push_back(places.record_folder / context.picture);
  files.emplace_back(context.picture);
  return files;
}

PictureFile find_picture(const PartDetails& details, const PicturePlaces& places) {
  const record::DecisionContext& context = details.recorded.context;
  if (context.picture.empty() && !context.kept) return {{}, "there was no picture"};
  bool other_there = false;
  std::error_code code;
  for (const auto& file : candidates(context, places)) {
    if (!std::filesystem::is_regular_file(file, code)) continue;
    if (is_recorded(file, details.digests)) return {file, ""};
    other_there = true;
  }
  if (other_there) return {{}, "the file is another picture now: its SHA-256 is not the recorded one"};
  if (!context.kept) return {{}, "not kept"};
  return {{}, "kept then, no longer there: its time is over, or the disk was full"};
}

void take_later(const record::Event& event, PartDetails& details) {
  const json payload = payload_of(event);
  std::string line = event.kind;
  if (is(event, EventKind::actuated) && payload.contains("taken"))
    line += payload["taken"] == true ? ": the PLC has taken it" : ": the part was no longer before the gate";
  if (const std::string detail = text_in(payload, "detail"); !detail.empty()) line += ": " + detail;
  details.later.push_back(event.utc + "  " + line);
  for (const json& digest : payload.value("picture_sha256", json::array())) {
    if (digest.is_object()) details.digests.push_back({text_in(digest, "view"), text_in(digest, "sha256")});
  }
}

bool decides(const record::Event& event) {
  return is(event, EventKind::decided) || is(event, EventKind::revised);
}

Result<void> take_decision(const record::Event& event, PartDetails& details) {
  LINEGUARD_ASSIGN(details.recorded, record::parse_recorded_decision(event));
  details.event = event;
  const auto& digests = details.recorded.context.picture_sha256;
  if (!digests.empty()) details.digests = digests;
  return {};
}

// What came of a decision: the part's events up to its next decision, when its number came again.
Result<void> follow(record::RecordReader& reader, PartDetails& details) {
  Result<void> read;
  const record::EventFilter later{.from_sequence = details.event.sequence + 1, .part = details.event.part};
  LINEGUARD_TRY(reader.for_each(later, [&](const record::Event& event) {
    if (is(event, EventKind::decided) || !event.part) return false;
    if (is(event, EventKind::revised)) {
      read = take_decision(event, details);
    } else {
      take_later(event, details);
    }
    return read.ok();
  }));
  return read;
}

std::string region_text(const Region& region) {
  const Box& box = region.box;
  std::string text = fmt::format("x {:.0f} y {:.0f}, {:.0f} x {:.0f}, score {:.6g}", box.x, box.y, box.width,
                                 box.height, region.score);
  if (!region.class_name.empty()) text += ", " + region.class_name;
  if (!region.view.empty()) text += ", view " + region.view;
  return text;
}

// A name and its value; further lines are set under the first.
class Lines {
 public:
  void add(const char* name, const std::string& value) {
    if (!value.empty()) text_ += fmt::format("  {:<16} {}\n", name, value);
  }
  void add(const char* name, const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      text_ += fmt::format("  {:<16} {}\n", i == 0 ? name : "", values[i]);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

std::vector<std::string> region_lines(const std::optional<Prediction>& prediction) {
  if (!prediction) return {};
  std::vector<std::string> lines = {fmt::format("{}", prediction->regions.size())};
  for (const Region& region : prediction->regions) lines.push_back(region_text(region));
  return lines;
}

std::string model_text(const Prediction& prediction) {
  return fmt::format("{} version {}, digest {}", prediction.model.name, prediction.model.version,
                     prediction.model.digest);
}

std::string kept_text(const record::DecisionContext& context) {
  if (!context.kept) return "no: by the policy, or there was no picture";
  const record::KeptPicture& kept = *context.kept;
  return fmt::format("{} ({}, probability {:g})", kept.file, to_string(kept.because), kept.probability);
}

// The values as written, without comments.
std::vector<std::string> settings_lines(const StationStart* start) {
  if (!start) return {"not known: no station_started before it in the record"};
  std::vector<std::string> lines = {fmt::format(
      "those of the start {}, event {}{}", start->utc, start->sequence,
      start->settings_sha256.empty() ? ""
                                     : fmt::format(": {}, SHA-256 {}", start->settings_file, start->settings_sha256))};
  if (start->settings_text.empty()) lines.push_back(start->payload);
  std::istringstream text(start->settings_text);
  for (std::string line; std::getline(text, line);) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '#') continue;
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> digest_lines(const std::vector<record::PictureDigest>& digests) {
  std::vector<std::string> lines;
  for (const record::PictureDigest& digest : digests)
    lines.push_back(digest.view.empty() ? digest.sha256 : digest.view + ": " + digest.sha256);
  return lines;
}

}  // namespace

Result<std::vector<StationStart>> read_starts(record::RecordReader& reader) {
  std::vector<StationStart> starts;
  LINEGUARD_TRY(reader.for_each({.kind = EventKind::station_started}, [&](const record::Event& event) {
    starts.push_back(start_of(event));
    return true;
  }));
  return starts;
}

const StationStart* start_before(const std::vector<StationStart>& starts, std::int64_t sequence) {
  const auto after = std::ranges::upper_bound(starts, sequence, {}, &StationStart::sequence);
  return after == starts.begin() ? nullptr : &*std::prev(after);
}

Result<std::vector<PartDetails>> read_part_details(record::RecordReader& reader, const record::EventFilter& filter,
                                                   const std::vector<StationStart>& starts, const PicturePlaces& places,
                                                   std::size_t most) {
  std::vector<PartDetails> parts;
  Result<void> read;
  LINEGUARD_TRY(reader.for_each(filter, [&](const record::Event& event) {
    if (!decides(event)) return true;
    read = take_decision(event, parts.emplace_back());
    return read.ok() && parts.size() <= most;
  }));
  LINEGUARD_TRY(std::move(read));
  for (PartDetails& details : parts) LINEGUARD_TRY(follow(reader, details));
  // A decision that was revised is both events of it.
  const auto again = std::ranges::unique(parts, {}, [](const PartDetails& details) { return details.event.sequence; });
  parts.erase(again.begin(), again.end());
  for (PartDetails& details : parts) {
    details.start = start_before(starts, details.event.sequence);
    PicturePlaces own = places;
    if (own.kept_folder.empty() && details.start) own.kept_folder = details.start->pictures;
    details.picture = find_picture(details, own);
  }
  return parts;
}

std::string details_text(const PartDetails& details) {
  const Decision& decision = details.recorded.decision;
  const record::DecisionContext& context = details.recorded.context;
  Lines lines;
  lines.add("decision", decision_text(decision));
  lines.add("decided at",
            fmt::format("{} ({})", format_utc(decision.decided_at), local_time_text(decision.decided_at)));
  lines.add("output", details.later);
  lines.add("serial", context.serial);
  lines.add("lot", context.lot);
  lines.add("recipe", context.recipe);
  if (decision.prediction) lines.add("model", model_text(*decision.prediction));
  if (decision.prediction) lines.add("operating point", decision.prediction->operating_point);
  if (context.unknown_band) lines.add("unknown band", fmt::format("{:g}", *context.unknown_band));
  lines.add("picture", context.picture);
  lines.add("picture SHA-256", digest_lines(details.digests));
  lines.add("kept", kept_text(context));
  lines.add("picture now", details.picture.file.empty() ? details.picture.why_not : details.picture.file.string());
  lines.add("regions", region_lines(decision.prediction));
  lines.add("settings", settings_lines(details.start));
  return fmt::format("part {} (event {})\n", decision.part_number, details.event.sequence) + std::move(lines).text();
}

}  // namespace lineguard::app
