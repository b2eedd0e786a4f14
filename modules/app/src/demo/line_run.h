// The demo's line: prediction server, station and simulated PLC as three processes, and what happens to them on the
// way.
#pragma once

#include "demo/pictures.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::app {

// What is to happen, by part number; the parts count from 1.
struct LinePlan {
  PartNumber parts = 300;
  PartNumber doubled = 60;      // triggered twice
  PartNumber kill_after = 100;  // the server is killed when this part has passed the gate
  PartNumber lost = 180;        // on the belt, its trigger never shown
  PartNumber rushed = 240;      // 5 ms after the part before: that one is still being inspected
  double rate = 10;             // parts a second
  int deadline_ms = 80, travel_ms = 400;
};
// The same proportions for another number of parts, >= 20.
LinePlan plan_for(PartNumber parts);

// What a line run leaves, all in one folder.
struct LineFiles {
  explicit LineFiles(const std::filesystem::path& folder);
  std::filesystem::path folder, pictures, station_config, station_key, record, plc_log, plc_summary, station_status;
};

// Runs the line to its end: writes the pictures' list and station.toml, starts serve, simulate plc and station on free
// ports, kills and restarts the server, stops all three in order. `package` is a package folder in a folder of its own;
// part n sees parts[n - 1]. `say` gets a line of text for each thing that happens.
// Errors: of any process that does not start, ends early or does not end with exit code 0; names its log.
Result<void> run_line(const LinePlan& plan, const std::filesystem::path& package, const std::vector<Cell>& parts,
                      const LineFiles& files, const std::function<void(const std::string&)>& say);

}  // namespace lineguard::app
