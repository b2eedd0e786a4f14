// lineguard station --config station.toml: inspects until SIGTERM or SIGINT.
#include "commands.h"
#include "commands/station_devices.h"

#include <csignal>
#include <iostream>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include <lineguard/core/host_port.h>
#include <lineguard/core/log.h>
#include <lineguard/core/signals.h>
#include <lineguard/http/recent_answer.h>
#include <lineguard/http/server.h>

namespace lineguard::app {
namespace {

struct StationOptions {
  std::filesystem::path config;
  bool check = false;
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
      [&station] { return http::json_response(200, status_json(station.status())); });
  const auto metrics = std::make_shared<http::RecentAnswer>([&station] {
    return http::Response{200, {{"Content-Type", "text/plain; version=0.0.4"}}, metrics_text(station.status())};
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

void print_summary(const station::StationStatus& status) {
  const station::CycleCounters& counters = status.counters;
  std::cout << fmt::format("parts {}: passed {}, diverted {}\n", counters.parts(), counters.passed, counters.diverted);
  for (const Reason reason : all_reasons()) {
    if (reason != Reason::good && counters.because(reason) > 0) {
      std::cout << fmt::format("  {:<18} {}\n", to_string(reason), counters.because(reason));
    }
  }
  if (counters.label_disagreements > 0)
    std::cout << fmt::format(
        "parts that the model would have decided otherwise: {}; its threshold or unknown band is not the recipe's\n",
        counters.label_disagreements);
  std::cout << fmt::format("trigger to decision p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms (n {})\n",
                           status.times.percentile(0.5), status.times.percentile(0.99), status.times.max_ms(),
                           status.times.count());
}

Result<void> inspect_until_stopped(const station::StationConfig& config) {
  LINEGUARD_ASSIGN(auto devices, open_devices(config));
  station::Station station(settings_of(config), std::move(devices));
  LINEGUARD_ASSIGN(auto server, serve_status(config, station));
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
