// lineguard station --config station.toml: inspects until SIGTERM or SIGINT.
#include "commands.h"
#include "commands/station_devices.h"

#include <csignal>
#include <iostream>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include <lineguard/core/line_writer.h>
#include <lineguard/core/log.h>
#include <lineguard/core/signals.h>
#include <lineguard/http/client.h>
#include <lineguard/http/server.h>

namespace lineguard::app {
namespace {

struct StationOptions {
  std::filesystem::path config;
  bool check = false;
};

// /metrics, /v1/status and health; none where the configuration names no port.
Result<std::unique_ptr<http::Server>> serve_status(const std::string& address, const station::Station& station) {
  if (address.empty()) return std::unique_ptr<http::Server>();
  LINEGUARD_ASSIGN(const HostPort endpoint, parse_host_port(address));
  http::ServerConfig config;
  config.address = endpoint.host;
  config.port = endpoint.port;
  config.workers = 1;
  const auto immediate = [&station](const http::Request& request) -> std::optional<http::Response> {
    if (request.method != "GET") return http::error_response(405, "invalid_argument", "only GET is answered here");
    if (request.path() == "/v1/status") return http::json_response(200, status_json(station.status()));
    if (request.path() == "/metrics") {
      return http::Response{200, {{"Content-Type", "text/plain; version=0.0.4"}}, metrics_text(station.status())};
    }
    return http::error_response(404, "not_found", "there are /metrics and /v1/status");
  };
  auto server = http::Server::start(config, immediate, [](const http::Request&) { return http::Response{}; });
  if (!server) return server.error().in("http");
  log_info("station", fmt::format("status on http://{}:{}/v1/status", endpoint.host, (*server)->port()));
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

Result<void> inspect_until_stopped(const station::StationConfig& config) {
  LINEGUARD_ASSIGN(auto devices, open_devices(config));
  station::Station station(settings_of(config), std::move(devices));
  LINEGUARD_ASSIGN(auto server, serve_status(config.http, station));
  ignore_broken_pipes();
  const StopRequest stop(SecondSignal::changes_nothing);  // outputs are made safe before the end
  std::thread passes_it_on([&] {
    stop.wait();
    station.request_stop();
  });
  log_info("station", fmt::format("{}: recipe {}, deadline {} ms", config.name, config.cycle.recipe.id,
                                  config.cycle.recipe.deadline.count()));
  station.run();
  passes_it_on.join();
  server.reset();  // before the station that it tells of
  print_summary(station.status());
  return {};
}

int run_station(const StationOptions& options) {
  const auto config = station::load_station_config(options.config);
  if (!config) return report_error(config.error());
  if (options.check) {
    const DeviceCheck check = check_devices(*config);
    for (const std::string& line : check.lines) std::cout << line << '\n';
    for (const std::string& warning : check.warnings) std::cerr << "warning: " << warning << '\n';
    int code = kDone;
    for (const Error& error : check.errors) {
      const int own = report_error(error.in(options.config.string()));
      if (code == kDone) code = own;
    }
    return code;
  }
  const auto done = inspect_until_stopped(*config);
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
  command->footer(
      "Ends on SIGTERM or SIGINT: parts on their way are finished, nothing is left half recorded.\n"
      "Example: lineguard station --config station.toml --check && lineguard station --config station.toml");
  command->callback([&run, options] { run = [options] { return run_station(*options); }; });
}

}  // namespace lineguard::app
