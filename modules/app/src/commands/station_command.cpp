// lineguard station --config station.toml: inspects until SIGTERM or SIGINT.
#include "commands.h"

#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/host_port.h>
#include <lineguard/core/line_writer.h>
#include <lineguard/core/log.h>
#include <lineguard/core/signals.h>
#include <lineguard/http/recent_answer.h>
#include <lineguard/http/server.h>
#include <lineguard/station/open_devices.h>
#include <lineguard/station/release_check.h>

namespace lineguard::app {
namespace {

struct StationOptions {
  std::filesystem::path config;
  bool check = false, take_over = false;
};

http::ServerConfig status_server_config(const HostPort& endpoint, bool insecure) {
  http::ServerConfig config;
  config.address = endpoint.host;
  config.port = endpoint.port;
  config.insecure = insecure;
  config.workers = 1;
  config.max_connections = 64;
  config.memory_bytes = 16 << 20;
  config.max_body_bytes = 64 << 10;
  config.nice = 5;  // whoever asks, and however often: the cycle goes first
  return config;
}

// What shows the station never computes more often than now and then: a flood of requests takes no lock of the cycle's.
http::Router status_pages(const station::Station& station) {
  const auto status = std::make_shared<http::RecentAnswer>(
      [&station] { return http::json_response(200, status_json(*station.status())); });
  const auto metrics = std::make_shared<http::RecentAnswer>([&station] {
    return http::Response{200, {{"Content-Type", "text/plain; version=0.0.4"}}, metrics_text(*station.status())};
  });
  http::Router router;
  router.set_hint("there are /metrics and /v1/status");
  router.get_always("/v1/status", [status](const http::Request&) { return status->get(); });
  router.get_always("/metrics", [metrics](const http::Request&) { return metrics->get(); });
  return router;
}

// None where the configuration names no port.
Result<std::unique_ptr<http::Server>> serve_status(const station::StationConfig& config,
                                                   const station::Station& station) {
  if (config.http.empty()) return std::unique_ptr<http::Server>();
  LINEGUARD_ASSIGN(const HostPort endpoint, parse_host_port(config.http));
  auto server = http::Server::start(status_server_config(endpoint, config.http_insecure), status_pages(station));
  if (!server) return server.error().in("http");
  log_info("station", fmt::format("status on http://{}/v1/status", text_of({endpoint.host, (*server)->port()})));
  return server;
}

// Through a queue: a full pipe must not keep a stopped station from ending.
void print_summary(const station::StationStatus& status) {
  LineWriter& out = standard_output_lines();
  const station::CycleCounters& counters = status.counters;
  out.write(fmt::format("parts {}: passed {}, diverted {}", counters.parts(), counters.passed, counters.diverted));
  for (const Reason reason : all_reasons()) {
    if (reason != Reason::good && counters.because(reason) > 0)
      out.write(fmt::format("  {:<18} {}", to_string(reason), counters.because(reason)));
  }
  if (counters.label_disagreements > 0)
    out.write(fmt::format(
        "parts that the model would have decided otherwise: {}; its threshold or unknown band is not the recipe's",
        counters.label_disagreements));
  out.write(fmt::format("trigger to decision p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms (n {})",
                        status.times.percentile(0.5), status.times.percentile(0.99), status.times.max_ms(),
                        status.times.count()));
}

// Ends the process where a thread does not end: a camera, name server or disk that hangs. What counts is recorded and
// the outputs are safe by then.
class EndInTime {
 public:
  EndInTime(station::Station& station, const StopRequest& stop) {
    thread_ = std::thread([this, &station, &stop] {
      while (stop.signal() == 0 && !station.stopping()) {
        if (ended_within(Milliseconds(20))) return;
      }
      station.request_stop();
      if (ended_within(kLongestStop)) return;
      log_error("station", "stopped, but a device does not return: the process ends without it");
      flush_log(Milliseconds(500));
      std::_Exit(kRuntimeFailure);
    });
  }
  ~EndInTime() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  EndInTime(const EndInTime&) = delete;
  EndInTime& operator=(const EndInTime&) = delete;

 private:
  static constexpr Milliseconds kLongestStop{10000};  // the station's own limit is 8 s

  bool ended_within(Milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return ended_; });
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

// The status page opens when it is known whose the PLC is: a station that is refused never shows one.
Result<std::unique_ptr<http::Server>> serve_when_settled(const station::StationConfig& config,
                                                         const station::Station& station) {
  while (!station.settled()) std::this_thread::sleep_for(Milliseconds(5));
  if (station.status()->state == "stopped") return std::unique_ptr<http::Server>();
  return serve_status(config, station);
}

Result<void> inspect_until_stopped(const station::StationConfig& config, bool take_over) {
  LINEGUARD_ASSIGN(auto devices, station::open_devices(config));
  station::StationSettings settings = station::settings_of(config);
  settings.take_over = take_over;
  station::Station station(std::move(settings), std::move(devices));
  ignore_broken_pipes();
  const StopRequest stop(SecondSignal::changes_nothing);  // outputs are made safe before the end
  const EndInTime end_in_time(station, stop);
  const station::ReleaseWatch release_watch(config, station);
  log_info("station", fmt::format("{}: recipe {}, deadline {} ms", config.name, config.cycle.recipe.id,
                                  config.cycle.recipe.deadline.count()));
  Result<void> inspected;
  std::thread runs([&] { inspected = station.run(); });
  auto server = serve_when_settled(config, station);
  if (!server) station.request_stop();
  runs.join();
  if (server) server->reset();  // before the station that it tells of
  print_summary(*station.status());
  if (!server) return server.error();
  return inspected;
}

// Before any device is opened.
Result<void> refuse_open_address(const station::StationConfig& config) {
  if (config.http.empty() || config.http_insecure) return {};
  LINEGUARD_ASSIGN(const HostPort endpoint, parse_host_port(config.http));
  if (http::is_loopback(endpoint.host)) return {};
  return make_error(
      ErrorCode::invalid_config,
      fmt::format("http: {} is not a loopback address: other machines would reach the station's pages, and "
                  "there are no keys yet; http_insecure = true allows it",
                  config.http));
}

int run_station(const StationOptions& options) {
  const auto config = station::load_station_config(options.config);
  if (!config) return report_error(config.error());
  if (const auto allowed = refuse_open_address(*config); !allowed)
    return report_error(allowed.error().in(options.config.string()));
  if (options.check) {
    const station::DeviceCheck check = station::check_devices(*config);
    for (const std::string& line : check.lines) std::cout << line << '\n';
    for (const std::string& warning : check.warnings) std::cerr << "warning: " << warning << '\n';
    int code = kDone;
    for (const Error& error : check.errors) {
      const int own = report_error(error.in(options.config.string()));
      if (code == kDone) code = own;
    }
    return code;
  }
  const auto done = inspect_until_stopped(*config, options.take_over);
  return done ? kDone : report_error(done.error().in(options.config.string()));
}

}  // namespace

void add_station_command(CLI::App& root, Run& run) {
  auto options = std::make_shared<StationOptions>();
  CLI::App* command = root.add_subcommand("station", "Inspect the parts of a line: camera, prediction, PLC, record.");
  command->add_option("--config", options->config, "what the station is made of; docs/station.toml explains it")
      ->required()
      ->type_name("station.toml");
  command->add_flag("--check", options->check, "only look whether everything is there and answers");
  command->add_flag("--take-over", options->take_over,
                    "this once, take a PLC from another station that is silent; recorded");
  command->footer(
      "Ends on SIGTERM or SIGINT: parts on their way are finished, nothing is left half recorded.\n"
      "Example: lineguard station --config station.toml --check && lineguard station --config station.toml");
  command->callback([&run, options] { run = [options] { return run_station(*options); }; });
}

}  // namespace lineguard::app
