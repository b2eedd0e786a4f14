// station.toml: what a station is made of. docs/station.toml is the commented example.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <lineguard/camera/camera.h>
#include <lineguard/camera/open.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/plc/open.h>
#include <lineguard/station/inspection_cycle.h>

namespace lineguard::station {

// Either `url` (a prediction server) or `package` (in this process).
struct PredictorConfig {
  std::string url;                // "http://127.0.0.1:8080"; the model is the recipe's
  std::filesystem::path package;  // a package folder
  int threads = 1;                // of one prediction in process, 1 to 64
};

// Whether it runs released operating points only (package/release.h).
struct ReleaseConfig {
  bool required = false;
  std::filesystem::path trusted;  // public keys of the people whose releases count: a file, or a folder of *.pub
  std::filesystem::path package;  // whose releases are read; by default the predictor's
};

struct StationConfig {
  std::string name = "station";
  std::string id = {};  // in the PLC's registers; by default made of the name
  CycleSettings cycle;  // with the recipe
  PredictorConfig predictor;
  ReleaseConfig release;
  camera::CameraConfig camera;
  camera::MatchWindow match_window;
  plc::PlcConfig plc;
  std::filesystem::path record_file;
  std::uint64_t record_reserve_bytes = 64ull << 20;
  std::filesystem::path record_key;          // the station's signing key; empty: nothing is signed
  std::filesystem::path record_anchor_copy;  // a second file for the anchors; empty: none
  int poll_interval_us = 1000;               // between two reads of the PLC
  std::string http;                          // HOST:PORT of /metrics and /v1/status; empty: none
  bool http_insecure = false;                // allows an address that other machines reach: there are no keys yet
};

// A name as it can stand in a register of the PLC: as it is, or else cut, with a checksum of the whole name behind it.
std::string register_id(const std::string& name);

// Errors: not_found, invalid_config listing every problem with file, line and key.
Result<StationConfig> load_station_config(const std::filesystem::path& file);
Result<StationConfig> parse_station_config(std::string_view text, std::string_view source_name);

}  // namespace lineguard::station
