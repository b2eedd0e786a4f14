// From a part's number to everything that belongs to its decision: picture, regions, serial, lot, recipe, model and the
// settings that were in force.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_reader.h>

namespace lineguard::app {

// What a `station_started` event says: in force until the next one.
struct StationStart {
  std::int64_t sequence = 0;
  std::string utc;
  std::string payload;          // JSON
  std::string settings_file;    // station.toml; empty: the record is older than this field
  std::string settings_sha256;  // of its text
  std::string settings_text;
  std::filesystem::path pictures;  // its folder of kept pictures; empty: none
};
// All starts of a record, in order.
Result<std::vector<StationStart>> read_starts(record::RecordReader& reader);
// The one in force at an event; null: none before it.
const StationStart* start_before(const std::vector<StationStart>& starts, std::int64_t sequence);

// Where a picture is now.
struct PictureFile {
  std::filesystem::path file;  // empty: it is not there
  std::string why_not;         // in words
};

// One `decided` event of a part and what came of it.
struct PartDetails {
  record::Event event;  // the effective one: `decided` or `revised`
  record::RecordedDecision recorded;
  std::vector<std::string> later;  // what became of the output, a line each
  std::vector<record::PictureDigest> digests;
  const StationStart* start = nullptr;
  PictureFile picture;
};

struct PicturePlaces {
  std::filesystem::path record_folder;  // names of pictures may be relative to it
  std::filesystem::path kept_folder;    // of kept pictures; empty: where the station had it
};

// Every decision of a part that the filter takes, in order (numbers come again), at most `most` + 1 of them. `starts`
// must outlive the result. Errors: those of the reader.
Result<std::vector<PartDetails>> read_part_details(record::RecordReader& reader, const record::EventFilter& filter,
                                                   const std::vector<StationStart>& starts, const PicturePlaces& places,
                                                   std::size_t most);

// For people, several lines.
std::string details_text(const PartDetails& details);

// One page with pictures, regions drawn: opens anywhere, nothing beside it is needed.
std::string details_html(const std::vector<PartDetails>& parts, const std::string& title,
                         const std::filesystem::path& record);

}  // namespace lineguard::app
