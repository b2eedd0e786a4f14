#include <algorithm>
#include <cerrno>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include <lineguard/camera/open.h>
#include <lineguard/core/files.h>
#include <lineguard/core/log.h>
#include <lineguard/core/signature.h>
#include <lineguard/detector/model_watch.h>
#include <lineguard/plc/open.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/station/judge.h>
#include <lineguard/station/open_devices.h>
#include <lineguard/station/release_check.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::station {
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

Result<void> open_package(const StationConfig& config, StationDevices& devices) {
  const Recipe& recipe = config.cycle.recipe;
  detector::LoadOptions options;
  options.threads = config.predictor.threads;
  options.parallel_requests = config.cycle.max_in_flight;
  options.operating_point = recipe.operating_point;
  LINEGUARD_ASSIGN(auto detector, in("predictor.package", detector::Detector::load(config.predictor.package, options)));
  const ModelIdentity& model = detector->model();
  if (model.digest != recipe.package_digest) return not_the_recipe("digest", model.digest, recipe.package_digest);
  if (model.name != recipe.model) return not_the_recipe("name", model.name, recipe.model);
  const package::PointInUse &named = config.cycle.point, &found = detector->point_in_use();
  if (!named.digest.empty() && found.digest != named.digest)
    return not_the_recipe("operating point's digest", found.digest, named.digest);
  if (found.rules != named.rules)
    return make_error(
        ErrorCode::refused,
        "predictor.package: its operating point's region rules are not the recipe's: make the recipe anew "
        "with `lineguard recipe new`");
  if (detector->threshold() != recipe.threshold) {
    log_warning("station",
                fmt::format("the recipe's threshold {} is not the operating point's {}: the recipe's decides",
                            recipe.threshold, detector->threshold()));
  }
  auto watched = std::make_unique<detector::WatchedDetector>(std::move(detector), detector::WatchConfig{});
  // The devices own both.
  devices.model_problem = [watch = watched.get()] {
    const detector::ModelHealth health = watch->health();
    return health.self_test_failed.empty() ? health.files_changed : health.self_test_failed;
  };
  devices.predictor = std::move(watched);
  return {};
}

Result<void> open_predictor(const StationConfig& config, StationDevices& devices) {
  if (!config.predictor.package.empty()) return open_package(config, devices);
  auto remote =
      wire::RemotePredictor::create(config.predictor.url, config.cycle.recipe.model, config.cycle.point.digest);
  if (!remote) return remote.error().in("predictor.url");
  devices.predictor = std::move(*remote);
  return {};
}

record::WriterOptions writer_options(const StationConfig& config) {
  record::WriterOptions options;
  options.reserve_bytes = config.record_reserve_bytes;
  options.station = config.name;
  options.key = config.record_key;
  options.anchor_copy = config.record_anchor_copy;
  return options;
}

Result<record::RestartFacts> read_facts(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(file));
  return reader.read_restart_facts();
}

Result<GateHistory> read_history(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(file));
  return read_gate_history(reader);
}

}  // namespace

Result<StationDevices> open_devices(const StationConfig& config) {
  StationDevices devices;
  LINEGUARD_ASSIGN(devices.release, check_release(config));  // first: nothing is touched without one
  LINEGUARD_ASSIGN(devices.camera, in("camera", camera::open(config.camera)));
  LINEGUARD_ASSIGN(devices.plc, in("plc", plc::open(config.plc)));
  LINEGUARD_TRY(open_predictor(config, devices));
  LINEGUARD_ASSIGN(devices.record, in("record.file", record::RecordWriter::open(config.record_file, system_clock(),
                                                                                writer_options(config))));
  LINEGUARD_ASSIGN(devices.facts, in("record.file", read_facts(config.record_file)));
  LINEGUARD_ASSIGN(devices.history, in("record.file", read_history(config.record_file)));
  if (config.record_reserve_bytes > 0 && devices.record->reserved_bytes() == 0) {
    log_warning("station", "the disk has no room for the record's reserve: make room");
  }
  return devices;
}

StationSettings settings_of(const StationConfig& config) {
  StationSettings settings;
  settings.name = config.name;
  settings.id = config.id;
  settings.cycle = config.cycle;
  settings.match_window = config.match_window;
  settings.poll_interval_us = config.poll_interval_us;
  settings.record_reserve = config.record_reserve_bytes > 0;
  return settings;
}

namespace {

// Only looks: a record that is not there is not made. Says what is, in words.
Result<std::string> look_at_record(const StationConfig& config) {
  const std::filesystem::path& file = config.record_file;
  std::error_code code;
  const bool is_there = std::filesystem::exists(file, code);
  const std::filesystem::path written = is_there ? file : std::filesystem::absolute(file).parent_path();
  if (::access(written.c_str(), W_OK) != 0) return error_from_errno(errno, "cannot write " + written.string());
  if (!is_there) return fmt::format("none yet, {} MB in reserve to be taken", config.record_reserve_bytes >> 20);
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(file));
  std::int64_t newest = 0;
  LINEGUARD_TRY(reader.for_each({.last = 1}, [&](const record::Event& event) {
    newest = event.sequence;
    return true;
  }));
  return fmt::format("{} events", newest);
}

// Holds one picture of the camera against the recipe, as the line would.
class PredictionCheck {
 public:
  PredictionCheck(const StationConfig& config, DeviceCheck& check) : config_(config), check_(check) {}

  void run(Predictor& predictor, Capture capture) {
    if (config_.cycle.recipe.defect_free_template)
      capture.views[0].defect_free_template = config_.cycle.recipe.defect_free_template;
    double slowest_ms = 0;
    Prediction last;
    for (int i = 0; i <= kTries; ++i) {
      PredictOptions options;
      options.deadline = system_clock().now() + Milliseconds(5000);
      const SteadyTime start = system_clock().now();
      auto prediction = in("predictor", predictor.predict(capture, options));
      if (!prediction) return check_.errors.push_back(prediction.error());
      if (i > 0) slowest_ms = std::max(slowest_ms, milliseconds_between(start, system_clock().now()));  // 0 is cold
      last = std::move(*prediction);
    }
    compare_with_recipe(last);
    check_.lines.push_back(fmt::format("predictor  {} version {}: {}, at most {:.1f} ms (n = {})", last.model.name,
                                       last.model.version, to_string(last.label), slowest_ms, kTries));
    const auto deadline_ms = config_.cycle.recipe.deadline.count();
    if (slowest_ms > static_cast<double>(deadline_ms) / 2)
      check_.warnings.push_back(fmt::format(
          "recipe.deadline_ms = {}: the prediction alone took up to {:.1f} ms here, a late part is diverted",
          deadline_ms, slowest_ms));
  }

 private:
  static constexpr int kTries = 10;

  void compare_with_recipe(const Prediction& prediction) {
    const Recipe& recipe = config_.cycle.recipe;
    const Verdict verdict = judge(prediction, recipe, config_.cycle.point.rules);
    if (verdict.reason == Reason::model_mismatch)
      check_.errors.push_back(make_error(ErrorCode::refused, "predictor: " + verdict.detail));
    else if (prediction.threshold != recipe.threshold)
      check_.errors.push_back(make_error(
          ErrorCode::refused,
          fmt::format("recipe.threshold = {}: that of the operating point \"{}\" is {}, and what passes is decided by "
                      "the recipe's; save an operating point for another one (evaluate --save-operating-point)",
                      recipe.threshold, prediction.operating_point, prediction.threshold)));
  }

  const StationConfig& config_;
  DeviceCheck& check_;
};

}  // namespace

constexpr PartNumber kCheckedNumber = 1;  // any will do: there is no part

static std::string holder_of(const plc::PlcInputs& inputs) {
  if (!inputs.held) return "without registers for a station's identity";
  const plc::StationIdentity& holder = inputs.held->station;
  return holder.empty() ? "run by no station yet" : fmt::format("last run by \"{}\"", holder.id);
}

DeviceCheck check_devices(const StationConfig& config) {
  DeviceCheck check;
  const auto failed = [&](const auto& result) {
    if (!result) check.errors.push_back(result.error());
    return !result;
  };
  std::optional<Capture> capture;
  if (auto camera = in("camera", camera::open(config.camera)); !failed(camera)) {
    const auto started = in("camera", (*camera)->start());
    auto frame = started ? in("camera", (*camera)->grab(kCheckedNumber, system_clock().now() + Milliseconds(5000)))
                         : Result<camera::Frame>(started.error());
    if (!failed(frame)) {
      check.lines.push_back("camera     " + (*camera)->name());
      capture.emplace().views.push_back(std::move(frame->view));
    }
  }
  if (auto plc = in("plc", plc::open(config.plc)); !failed(plc)) {
    if (const auto inputs = in("plc", (*plc)->read_inputs()); !failed(inputs))
      check.lines.push_back(fmt::format("plc        {}: part {}, line {}, {}", (*plc)->name(), inputs->trigger_number,
                                        inputs->line_running ? "running" : "not running", holder_of(*inputs)));
  }
  StationDevices asked;
  if (const auto opened = open_predictor(config, asked); !failed(opened)) {
    if (capture) PredictionCheck(config, check).run(*asked.predictor, std::move(*capture));
    if (!capture) check.lines.push_back("predictor  not asked: there is no picture");
  }
  if (const auto release = check_release(config); !failed(release) && release->required)
    check.lines.push_back(fmt::format("release    number {} by {} at {}, signed with {}", release->number, release->by,
                                      release->at, release->key_name));
  if (!config.record_key.empty()) failed(in("record.key", SigningKey::read(config.record_key)));
  if (auto record = in("record.file", look_at_record(config)); !failed(record)) {
    check.lines.push_back(fmt::format("record     {}: {}", config.record_file.string(), *record));
  }
  return check;
}

}  // namespace lineguard::station
