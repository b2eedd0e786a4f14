#include "../commands.h"

#include <malloc.h>
#include <memory>
#include <poll.h>

#include <fmt/format.h>

#include <lineguard/core/host_port.h>
#include <lineguard/core/log.h>
#include <lineguard/core/signals.h>
#include <lineguard/core/supervisor.h>
#include <lineguard/http/client.h>
#include <lineguard/http/server.h>
#include <lineguard/serving/prediction_server.h>

namespace lineguard::app {
namespace {

struct ServeArguments {
  std::string models, http = "127.0.0.1:8080", operating_point = "default";
  int workers = 2, queue = 16, threads = 1, drain_s = 10, load_limit_s = 10, self_test_s = 600, memory_mb = 512;
  bool insecure = false;
};

// Before models are loaded.
Result<void> refuse_open_address(const HostPort& endpoint, const ServeArguments& arguments) {
  if (arguments.insecure || http::is_loopback(endpoint.host)) return {};
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("--http {} is not a loopback address: other machines would reach the server, and there "
                                "are no keys and no TLS yet; --insecure allows it",
                                arguments.http));
}

// An address that answers for `endpoint` from this machine: whoever listens everywhere is asked on loopback.
HostPort asked_here(HostPort endpoint, std::uint16_t port) {
  if (endpoint.host == "0.0.0.0") endpoint.host = "127.0.0.1";
  if (endpoint.host == "::") endpoint.host = "::1";
  endpoint.port = port;
  return endpoint;
}

// Until a signal. The supervisor hears that the server lives only while it answers a request over its own socket.
void wait_while_alive(const StopRequest& stop, const HostPort& endpoint) {
  supervisor::Watchdog watchdog(system_clock());
  if (!watchdog.watched()) return stop.wait();
  http::Client client(endpoint);
  http::Request request;
  request.target = "/v1/health/live";
  while (stop.signal() == 0) {
    const auto answer = client.send(request, system_clock().now() + Milliseconds(2000));
    if (answer && answer->status == 200) watchdog.report_alive();
    pollfd asked{stop.fd(), POLLIN, 0};
    poll(&asked, 1, 1000);
  }
}

Result<int> run_serve(const ServeArguments& arguments) {
  const StopRequest stop;
  mallopt(M_ARENA_MAX, 2);  // a heap for every worker would only grow the memory
  LINEGUARD_ASSIGN(const HostPort endpoint, parse_host_port(arguments.http));
  LINEGUARD_TRY(refuse_open_address(endpoint, arguments));
  log_info("serve", "loading " + arguments.models);
  LINEGUARD_ASSIGN(auto loaded, serving::load_models(
                                    arguments.models,
                                    {.threads = arguments.threads,
                                     .parallel_requests = arguments.workers,
                                     .operating_point = arguments.operating_point,
                                     .load_limit = std::chrono::seconds(arguments.load_limit_s),
                                     .watch = {.self_test_interval = std::chrono::seconds(arguments.self_test_s)}}));
  for (const std::string& problem : loaded.problems) log_warning("serve", problem);
  for (const std::string& older : loaded.older) log_info("serve", "not served, there is a newer version: " + older);
  for (const serving::ServedModel& model : loaded.models) {
    log_info("serve", fmt::format("{} version {}, digest {}", model.identity.name, model.identity.version,
                                  model.identity.digest));
  }
  serving::ServingConfig config;
  config.http.address = endpoint.host;
  config.http.port = endpoint.port;
  config.http.insecure = arguments.insecure;
  config.http.memory_bytes = static_cast<std::uint64_t>(arguments.memory_mb) << 20;
  config.http.workers = arguments.workers;
  config.http.queue = static_cast<std::size_t>(arguments.queue);
  LINEGUARD_ASSIGN(auto server, serving::PredictionServer::start(config, std::move(loaded.models)));
  log_info("serve", "listening on http://" + text_of({endpoint.host, server->port()}));
  supervisor::report_ready("listening on http://" + text_of({endpoint.host, server->port()}));
  wait_while_alive(stop, asked_here(endpoint, server->port()));
  supervisor::report_stopping();
  log_info("serve", "draining");
  if (!server->stop(std::chrono::seconds(arguments.drain_s))) {
    return make_error(ErrorCode::timeout, "not every request was finished when the time to drain was over");
  }
  log_info("serve", "stopped");
  return kDone;
}

}  // namespace

void add_serve_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* command = root.add_subcommand("serve", "Answer predictions over HTTP");
  command->add_option("--models", arguments->models, "Folder of packages; the newest version of each name is served")
      ->required();
  command->add_option("--http", arguments->http, "Address to listen on; port 0 takes a free one")
      ->capture_default_str();
  command->add_flag("--insecure", arguments->insecure,
                    "Listen beyond loopback: whoever reaches the address may ask, there are no keys and no TLS yet");
  command
      ->add_option("--operating-point", arguments->operating_point,
                   "Whose threshold gives the label, of every model (evaluate --save-operating-point)")
      ->capture_default_str();
  command->add_option("--workers", arguments->workers, "Predictions at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--queue", arguments->queue, "Requests that may wait; beyond them 503")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  command
      ->add_option("--memory-mb", arguments->memory_mb,
                   "What requests may hold together: bodies, decoded pictures, answers; beyond it 503")
      ->check(CLI::Range(64, 1'000'000))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "Cores of one prediction")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--drain", arguments->drain_s, "Seconds that accepted requests may take after SIGTERM")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  command
      ->add_option("--load-limit", arguments->load_limit_s,
                   "Seconds that a package may take to load; one that takes longer is not served")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command
      ->add_option("--self-test", arguments->self_test_s,
                   "Seconds from one round of golden pictures to the next, while idle; 0: none")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  command->footer(
      "Endpoints: POST /v1/inspect/{model}, GET /v1/models, /v1/health/live, /v1/health/ready, /metrics (docs/api.md)\n"
      "Examples:\n"
      "  lineguard serve --models models/ --http 0.0.0.0:8080 --insecure\n"
      "  curl --data-binary @part.jpg http://127.0.0.1:8080/v1/inspect/tiles");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto done = run_serve(*arguments);
      return done ? *done : report_error(done.error());
    };
  });
}

}  // namespace lineguard::app
