// PicturePolicy: which parts' pictures are kept, and under which name: all of diverted parts, of passed ones a sample
// with a known probability, so that statistics can weigh. Pure, and the same for the same seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <lineguard/core/clock.h>
#include <lineguard/core/config.h>
#include <lineguard/core/types.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/station/record_queue.h>

namespace lineguard::station {

struct PictureSettings {
  std::filesystem::path folder{};         // empty: no picture is kept
  double sample = 0.01;                   // share of the passed parts, 0 to 1
  std::uint64_t max_bytes = 20ull << 30;  // of all kept pictures; then the oldest go
  int max_age_days = 90;
  std::uint64_t keep_free_bytes = 2ull << 30;  // of the disk, for events: below it samples go first, then diverted ones
  std::uint64_t queue_bytes = 128ull << 20;    // that may wait to be written
  std::uint64_t seed = 0;                      // of the sample; 0: another one at every start, recorded there
  bool keeps() const { return !folder.empty(); }
};

// Keys: folder, sample, max_mb, max_age_days, keep_free_mb, queue_mb, seed. Problems are noted on `table`.
void read_config(ConfigReader& table, PictureSettings& settings);

class PicturePolicy {
 public:
  explicit PicturePolicy(PictureSettings settings) : settings_(std::move(settings)) {}
  // None: not kept. The file is that of the capture's first view; names sort by time.
  std::optional<record::KeptPicture> plan(Outcome outcome, PartNumber part, Ticket ticket,
                                          const Capture& capture) const;

 private:
  bool is_sampled(Ticket ticket) const;
  PictureSettings settings_;
};

// The name for another view beside that of the first: "…-front.png".
std::string file_of_view(const std::string& first, const Capture& capture, std::size_t view);

// "diverted/2026-12-01/2026-12-01T02-44-05.123Z-4711-17.jpg": its time. None: no name that plan() gives.
std::optional<UtcTime> time_of_file(const std::string& file);
// The folders in which such files lie, below the settings' folder.
std::string_view folder_of(record::KeptBecause because);

}  // namespace lineguard::station
