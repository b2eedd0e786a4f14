#include "answers.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/id.h>
#include <lineguard/http/metrics.h>
#include <lineguard/http/multipart.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/serving/prediction_server.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/question.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::serving {
namespace {

constexpr std::string_view kInspect = "/v1/inspect/";
constexpr std::string_view kModels = "/v1/models";

// A failing answer names the question that it answers, as one for another part must not be taken for this one's.
http::Response refuse(const Error& error, const std::optional<wire::Question>& question) {
  http::Response response = http::json_response(wire::status_of(error.code), wire::to_error_json(error, question));
  if (response.status == 503) response.headers["Retry-After"] = "1";
  return response;
}

// Before the body was looked at: without sums.
http::Response refuse(const Error& error, const http::Request& request) {
  const auto asked = wire::read_question(request);
  if (!asked || !*asked) return refuse(error, std::nullopt);
  return refuse(error, wire::Question{(*asked)->nonce, (*asked)->part, {}, {}});
}

// What was received of what a request with a nonce asks about, and in words how that differs from what was sent.
struct Received {
  std::optional<wire::Question> question;  // none without a nonce
  std::string difference;
};
Result<Received> received_of(const http::Request& request, const Capture& capture) {
  LINEGUARD_ASSIGN(const auto asked, wire::read_question(request));
  if (!asked) return Received{};
  wire::Question question = wire::received_question(*asked, capture);
  std::string difference = wire::first_difference(question, *asked);
  return Received{std::move(question), std::move(difference)};
}

http::Response wrong_method(std::string allowed) {
  http::Response response = http::error_response(405, "unsupported", "this address takes " + allowed);
  response.headers["Allow"] = std::move(allowed);
  return response;
}

std::shared_ptr<const Bytes> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return std::make_shared<const Bytes>(first, first + text.size());
}

// What the request's parameters ask for, and its deadline.
Result<PredictOptions> read_parameters(const http::Request& request) {
  PredictOptions options;
  options.deadline = request.deadline;
  for (const auto& [name, value] : request.parameters()) {
    if ((name != "map" && name != "embedding") || (value != "0" && value != "1")) {
      return make_error(
          ErrorCode::invalid_argument,
          fmt::format("the parameter {}={} is not known, allowed: map, embedding, each 0 or 1", name, value));
    }
    (name == "map" ? options.want_map : options.want_embedding) = value == "1";
  }
  return options;
}

// The body is the picture, or a form with the fields `image` and, for models that compare, `template`.
Result<Capture> capture_of(const http::Request& request) {
  Capture capture;
  capture.captured_at = system_clock().utc_now();
  const std::string_view type = request.header("Content-Type");
  if (!http::is_multipart(type)) {
    capture.views.push_back({"", bytes_of(request.body), "request", std::nullopt});
    return capture;
  }
  LINEGUARD_ASSIGN(const http::Fields fields, http::parse_multipart(type, request.body));
  const auto image = fields.find("image"), twin = fields.find("template");
  if (image == fields.end()) return make_error(ErrorCode::invalid_argument, "the form has no field \"image\"");
  for (const auto& [name, content] : fields) {
    if (name != "image" && name != "template") {
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("the form has a field \"{}\", allowed: image, template", name));
    }
  }
  capture.views.push_back({"", bytes_of(image->second), "request", std::nullopt});
  if (twin != fields.end()) capture.views[0].defect_free_template = bytes_of(twin->second);
  return capture;
}

// A map is four bytes a pixel and in the answer more than five: a small file may hold a picture of which that is
// gigabytes.
Result<void> refuse_large_map(const Capture& capture) {
  constexpr std::int64_t kMostPixels = 25'000'000;
  for (const View& view : capture.views) {
    const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&view.content);
    const auto info = encoded ? imaging::read_info(**encoded) : make_error(ErrorCode::internal, "pixels");
    if (!info) continue;  // the predictor says what is wrong with it
    if (std::int64_t{info->size.width_px} * info->size.height_px > kMostPixels)
      return make_error(ErrorCode::too_large,
                        fmt::format("map=1 is for pictures of up to {} megapixels, this one has {}x{} pixels",
                                    kMostPixels / 1'000'000, info->size.width_px, info->size.height_px));
  }
  return {};
}

}  // namespace

struct PredictionServer::State {
  std::map<std::string, ServedModel, std::less<>> models;
  http::Metrics metrics;
  std::atomic<bool> ready{true};
  std::atomic<const http::Server*> running{nullptr};  // for its load; null while it starts
  std::unique_ptr<http::Server> server;               // last: its threads use the rest

  std::optional<http::Response> answer_at_once(const http::Request& request);
  http::Response inspect(const http::Request& request);
  http::Response expose_metrics();
  http::Response unknown_model(std::string_view name, const http::Request& request) const;
  void expose_health();
  bool is_ready() const;  // no model failed its self-test
  void note(const http::Request& request, int status);
};

http::Response PredictionServer::State::unknown_model(std::string_view name, const http::Request& request) const {
  std::vector<std::string> names;
  for (const auto& [known, model] : models) names.push_back(known);
  return refuse({ErrorCode::not_found,
                 fmt::format("there is no model \"{}\" here; served are: {}", name, fmt::join(names, ", "))},
                request);
}

void PredictionServer::State::expose_health() {
  for (const auto& [name, model] : models) {
    if (!model.health) continue;
    const detector::ModelHealth health = model.health();
    metrics.set("lineguard_model_files_changed", "1: the package on disk is not the one that was loaded",
                {{"model", name}}, health.files_changed.empty() ? 0 : 1);
    metrics.set("lineguard_model_self_test_failed", "1: a golden picture has another score, nothing is predicted",
                {{"model", name}}, health.self_test_failed.empty() ? 0 : 1);
    metrics.set("lineguard_model_self_tests", "Rounds of golden pictures since the start", {{"model", name}},
                static_cast<double>(health.self_tests));
  }
}

bool PredictionServer::State::is_ready() const {
  return ready && std::ranges::all_of(models, [](const auto& entry) {
           return !entry.second.health || entry.second.health().self_test_failed.empty();
         });
}

http::Response PredictionServer::State::expose_metrics() {
  expose_health();
  const http::Server* serving = running;
  const http::ServerLoad load = serving ? serving->load() : http::ServerLoad{};
  metrics.set("lineguard_queue_waiting", "Requests that wait for a worker", {}, static_cast<double>(load.waiting));
  metrics.set("lineguard_requests_running", "Requests being predicted", {}, static_cast<double>(load.running));
  metrics.set("lineguard_connections", "Open connections", {}, static_cast<double>(load.connections));
  return {200, {{"Content-Type", "text/plain; version=0.0.4"}}, metrics.expose()};
}

// On the socket thread: every inspection, whoever answered it.
void PredictionServer::State::note(const http::Request& request, int status) {
  if (!request.path().starts_with(kInspect)) return;
  const std::string_view asked = request.path().substr(kInspect.size());
  // Names that clients make up must not become ever more time series.
  const std::string model = models.contains(asked) ? std::string(asked) : "(unknown)";
  metrics.add("lineguard_requests_total", "Inspection requests by model and status",
              {{"model", model}, {"status", std::to_string(status)}});
  metrics.observe_seconds("lineguard_request_seconds", "From a request's header to its answer", {{"model", model}},
                          milliseconds_between(request.received, system_clock().now()) / 1000);
}

// On the socket thread: everything that needs no prediction.
std::optional<http::Response> PredictionServer::State::answer_at_once(const http::Request& request) {
  const std::string_view path = request.path();
  if (path.starts_with(kInspect)) {
    const std::string_view name = path.substr(kInspect.size());
    if (!models.contains(name)) return unknown_model(name, request);
    if (request.method != "POST") return wrong_method("POST");
    if (const auto wanted = read_parameters(request); !wanted) return refuse(wanted.error(), request);
    if (!request.body.empty()) return std::nullopt;
    return refuse({ErrorCode::invalid_argument, "the request has no body; expected a JPEG, PNG, BMP or TIFF picture"},
                  request);
  }
  const bool known =
      path == "/v1/health/live" || path == "/v1/health/ready" || path == "/metrics" || path.starts_with(kModels);
  if (known && request.method != "GET" && request.method != "HEAD") return wrong_method("GET");
  if (path == "/v1/health/live") return http::json_response(200, "{\"live\":true}\n");
  if (path == "/v1/health/ready") {
    const bool is = is_ready();
    return http::json_response(is ? 200 : 503, fmt::format("{{\"ready\":{}}}\n", is));
  }
  if (path == "/metrics") return expose_metrics();
  if (path == kModels) return http::json_response(200, models_json(models));
  if (path.starts_with("/v1/models/")) {
    const auto model = models.find(path.substr(kModels.size() + 1));
    if (model == models.end()) return unknown_model(path.substr(kModels.size() + 1), request);
    return http::json_response(200, model_json(model->second));
  }
  return refuse({ErrorCode::not_found, fmt::format("there is nothing at {}; see docs/api.md", path)}, request);
}

// On a worker.
http::Response PredictionServer::State::inspect(const http::Request& request) {
  const std::string name(request.path().substr(kInspect.size()));
  const ServedModel& model = models.find(name)->second;
  const PredictOptions options = read_parameters(request).value();  // answer_at_once() refused what is wrong
  const SteadyTime start = system_clock().now();
  metrics.observe_seconds("lineguard_wait_seconds", "From a request's header to a worker: its body and the queue",
                          {{"model", name}}, milliseconds_between(request.received, start) / 1000);
  auto capture = capture_of(request);
  if (!capture) return refuse(capture.error(), request);
  const auto received = received_of(request, *capture);
  if (!received) return refuse(received.error(), request);
  const std::optional<wire::Question>& question = received->question;
  if (!received->difference.empty()) {
    metrics.add("lineguard_damaged_requests_total", "Requests whose body is not the one that their sums are of",
                {{"model", name}});
    return refuse(
        {ErrorCode::corrupt_data, "the request's body is not the one that its sums are of: " + received->difference},
        question);
  }
  if (question) capture->part_number = question->part;
  if (options.want_map) {
    if (const auto fits = refuse_large_map(*capture); !fits) return refuse(fits.error(), question);
  }
  auto prediction = model.predictor->predict(*capture, options);
  metrics.observe_seconds("lineguard_inspect_seconds", "Decode and prediction, without waiting", {{"model", name}},
                          milliseconds_between(start, system_clock().now()) / 1000);
  if (!prediction) return refuse(prediction.error(), question);
  metrics.observe_seconds("lineguard_decode_seconds", "Decoding the picture", {{"model", name}},
                          prediction->decode_ms / 1000);
  metrics.add("lineguard_predictions_total", "Predictions by the server's own, informative label",
              {{"model", name}, {"label", std::string(to_string(prediction->label))}});
  return http::json_response(200, inspect_json(new_id(), std::move(*prediction), question));
}

PredictionServer::PredictionServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
PredictionServer::~PredictionServer() = default;

std::uint16_t PredictionServer::port() const {
  return state_->server->port();
}

Result<std::unique_ptr<PredictionServer>> PredictionServer::start(const ServingConfig& config,
                                                                  std::vector<ServedModel> models) {
  auto state = std::make_unique<State>();
  for (ServedModel& model : models) {
    state->metrics.set("lineguard_model_info", "The models being served",
                       {{"model", model.identity.name},
                        {"version", std::to_string(model.identity.version)},
                        {"digest", model.identity.digest}},
                       1);
    const std::string name = model.identity.name;
    state->models.emplace(name, std::move(model));
  }
  State* raw = state.get();
  LINEGUARD_ASSIGN(state->server,
                   http::Server::start(
                       config.http, [raw](const http::Request& request) { return raw->answer_at_once(request); },
                       [raw](const http::Request& request) { return raw->inspect(request); },
                       [raw](const http::Request& request, int status) { raw->note(request, status); }));
  state->running = state->server.get();
  return std::unique_ptr<PredictionServer>(new PredictionServer(std::move(state)));
}

bool PredictionServer::stop(Milliseconds drain) {
  state_->ready = false;
  return state_->server->stop(drain);
}

}  // namespace lineguard::serving
