#include "commands/station_devices.h"

#include <fmt/format.h>

#include <lineguard/camera/folder_camera.h>
#include <lineguard/core/log.h>
#include <lineguard/detector/detector.h>
#include <lineguard/plc/modbus_plc.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/station/judge.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::app {
namespace {

template <typename T>
Result<T> in(const char* key, Result<T> result) {
  if (!result) return result.error().in(key);
  return result;
}

Error not_the_recipe(const char* what, const std::string& found, const std::string& named) {
  return make_error(ErrorCode::refused,
                    fmt::format("predictor.package: its {} is \"{}\", the recipe names \"{}\"", what, found, named));
}

Result<std::unique_ptr<Predictor>> open_package(const station::StationConfig& config) {
  const Recipe& recipe = config.cycle.recipe;
  detector::LoadOptions options;
  options.threads = config.predictor.threads;
  options.parallel_requests = config.cycle.max_in_flight;
  options.operating_point = recipe.operating_point;
  LINEGUARD_ASSIGN(auto detector, in("predictor.package", detector::Detector::load(config.predictor.package, options)));
  const ModelIdentity& model = detector->model();
  if (model.digest != recipe.package_digest) return not_the_recipe("digest", model.digest, recipe.package_digest);
  if (model.name != recipe.model) return not_the_recipe("name", model.name, recipe.model);
  if (detector->threshold() != recipe.threshold) {
    log_warning("station",
                fmt::format("the recipe's threshold {} is not the operating point's {}: the recipe's decides",
                            recipe.threshold, detector->threshold()));
  }
  return std::unique_ptr<Predictor>(std::move(detector));
}

Result<std::unique_ptr<Predictor>> open_predictor(const station::StationConfig& config) {
  if (!config.predictor.package.empty()) return open_package(config);
  auto remote = wire::RemotePredictor::create(config.predictor.url, config.cycle.recipe.model);
  if (!remote) return remote.error().in("predictor.url");
  return std::unique_ptr<Predictor>(std::move(*remote));
}

Result<record::RestartFacts> read_facts(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(file));
  return reader.read_restart_facts();
}

}  // namespace

Result<station::StationDevices> open_devices(const station::StationConfig& config) {
  station::StationDevices devices;
  LINEGUARD_ASSIGN(devices.camera, in("camera", camera::open_folder_camera(config.camera)));
  LINEGUARD_ASSIGN(devices.plc, in("plc", plc::connect_modbus_plc(config.plc)));
  LINEGUARD_ASSIGN(devices.predictor, open_predictor(config));
  record::WriterOptions options;
  options.reserve_bytes = config.record_reserve_bytes;
  LINEGUARD_ASSIGN(devices.record,
                   in("record.file", record::RecordWriter::open(config.record_file, system_clock(), options)));
  LINEGUARD_ASSIGN(devices.facts, in("record.file", read_facts(config.record_file)));
  if (options.reserve_bytes > 0 && devices.record->reserved_bytes() == 0) {
    log_warning("station", "the disk has no room for the record's reserve: make room");
  }
  return devices;
}

station::StationSettings settings_of(const station::StationConfig& config) {
  station::StationSettings settings;
  settings.name = config.name;
  settings.cycle = config.cycle;
  settings.match_window = config.match_window;
  settings.poll_interval_us = config.poll_interval_us;
  return settings;
}

Result<std::vector<std::string>> check_devices(const station::StationConfig& config) {
  LINEGUARD_ASSIGN(auto devices, open_devices(config));
  std::vector<std::string> lines;
  LINEGUARD_TRY(in("camera", devices.camera->start()));
  lines.push_back("camera     " + devices.camera->name());
  LINEGUARD_ASSIGN(const auto inputs, in("plc", devices.plc->read_inputs()));
  lines.push_back(fmt::format("plc        {}: part {}, line {}", devices.plc->name(), inputs.trigger_number,
                              inputs.line_running ? "running" : "not running"));
  Capture capture;
  LINEGUARD_ASSIGN(auto frame, in("camera", devices.camera->grab(config.camera.first_number,
                                                                 system_clock().now() + Milliseconds(5000))));
  capture.views.push_back(std::move(frame.view));
  if (config.cycle.recipe.defect_free_template)
    capture.views[0].defect_free_template = config.cycle.recipe.defect_free_template;
  PredictOptions options;
  options.deadline = system_clock().now() + Milliseconds(5000);
  LINEGUARD_ASSIGN(const auto prediction, in("predictor", devices.predictor->predict(capture, options)));
  const station::Verdict verdict = station::judge(prediction, config.cycle.recipe);
  if (verdict.reason == Reason::model_mismatch) return make_error(ErrorCode::refused, "predictor: " + verdict.detail);
  lines.push_back(fmt::format("predictor  {} version {}: {} in {:.1f} ms", prediction.model.name,
                              prediction.model.version, to_string(prediction.label),
                              prediction.decode_ms + prediction.predict_ms));
  lines.push_back(fmt::format("record     {}: {} events, {} MB in reserve", config.record_file.string(),
                              devices.record->head().sequence, devices.record->reserved_bytes() >> 20));
  return lines;
}

}  // namespace lineguard::app
