#include "answers.h"
#include "request_pictures.h"
#include "template_cache.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/picture_sum.h>
#include <lineguard/core/stop_scope.h>
#include <lineguard/http/metrics.h>
#include <lineguard/http/recent_answer.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/serving/prediction_server.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/named_template.h>
#include <lineguard/wire/question.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::serving {
namespace {

constexpr std::string_view kInspect = "/v1/inspect/";

// A failing answer names the question that it answers, as one for another part must not be taken for this one's.
http::Response refuse(const Error& error, const std::optional<wire::Question>& question) {
  http::Response response = http::json_response(wire::status_of(error.code), wire::to_error_json(error, question));
  wire::seal_body(response);
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
Result<Received> received_of(const http::Request& request, const Capture& capture, const KeptTemplate* kept) {
  LINEGUARD_ASSIGN(const auto asked, wire::read_question(request));
  if (!asked) return Received{};
  wire::Question question = wire::received_question(*asked, capture);
  if (kept) question.templates = {kept->sum};  // of what was sent once, not of its pixels
  std::string difference = wire::first_difference(question, *asked);
  return Received{std::move(question), std::move(difference)};
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

// The status says that the template alone is missing: the client sends it again.
http::Response unknown_template(std::string_view digest, const std::optional<wire::Question>& question) {
  const Error error = make_error(
      ErrorCode::no_template,
      fmt::format("there is no template of the SHA-256 {} here (any more): send it as the form's field template",
                  digest));
  http::Response response = http::json_response(wire::kUnknownTemplateStatus, wire::to_error_json(error, question));
  wire::seal_body(response);
  return response;
}

// What a request is about, ready to be predicted.
struct Inspection {
  Capture capture;
  std::shared_ptr<const KeptTemplate> kept;  // of its template, where that is named or to be kept
};

}  // namespace

struct PredictionServer::State {
  explicit State(std::uint64_t memory)
      : memory_bytes(memory - memory / kShareOfTemplates), templates(memory / kShareOfTemplates) {}

  static constexpr std::uint64_t kShareOfTemplates = 8;  // an eighth of the memory
  const std::uint64_t memory_bytes;                      // for all requests together
  TemplateCache templates;
  std::map<std::string, ServedModel, std::less<>> models;
  http::Metrics metrics;
  std::atomic<bool> ready{true};
  std::atomic<const http::Server*> running{nullptr};  // for its load; null while it starts
  std::unique_ptr<http::Server> server;               // last: its threads use the rest

  http::RecentAnswer metrics_page{[this] { return expose_metrics(); }};

  http::Router routes();
  std::optional<http::Response> check_head(const http::Request& request) const;
  std::optional<http::Response> check_body(const http::Request& request) const;
  http::Response inspect(const http::Request& request, http::Work& work);
  Result<Inspection> open_inspection(const RequestPictures& pictures);
  Result<std::shared_ptr<const KeptTemplate>> keep_template(const RequestPictures& pictures, const ViewContent& twin);
  http::Response expose_metrics();
  http::Response unknown_model(std::string_view name, const http::Request& request) const;
  void expose_health();
  bool is_ready() const;  // no model failed its self-test
  http::Response show_model(const http::Request& request) const;
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
  metrics.set("lineguard_request_memory_bytes",
              "Held by requests (bodies, decoded pictures, answers) and by templates that are kept", {},
              static_cast<double>(load.memory_bytes + templates.held_bytes()));
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

http::Response PredictionServer::State::show_model(const http::Request& request) const {
  const auto model = models.find(request.path_value("model"));
  if (model == models.end()) return unknown_model(request.path_value("model"), request);
  return http::json_response(200, model_json(model->second));
}

http::Router PredictionServer::State::routes() {
  http::Router router;
  router.set_hint("see docs/api.md");
  router.get_always("/v1/health/live",
                    [](const http::Request&) { return http::json_response(200, "{\"live\":true}\n"); });
  router.get_always("/v1/health/ready", [this](const http::Request&) {
    const bool is = is_ready();
    return http::json_response(is ? 200 : 503, fmt::format("{{\"ready\":{}}}\n", is));
  });
  router.get_always("/metrics", [this](const http::Request&) { return metrics_page.get(); });
  router.get("/v1/models", [this](const http::Request&) { return http::json_response(200, models_json(models)); });
  router.get("/v1/models/{model}", [this](const http::Request& request) { return show_model(request); });
  http::Route route;
  route.method = "POST";
  route.path = "/v1/inspect/{model}";
  route.runs_on = http::RunsOn::worker;
  route.handler = [this](const http::Request& request, http::Work& work) { return inspect(request, work); };
  route.check_head = [this](const http::Request& request) { return check_head(request); };
  route.check_body = [this](const http::Request& request) { return check_body(request); };
  router.add(std::move(route));
  return router;
}

// On the socket thread, before the body is read.
std::optional<http::Response> PredictionServer::State::check_head(const http::Request& request) const {
  if (!models.contains(request.path_value("model"))) return unknown_model(request.path_value("model"), request);
  if (const auto wanted = read_parameters(request); !wanted) return refuse(wanted.error(), request);
  if (const auto announced = check_announced(request); !announced) return refuse(announced.error(), request);
  return std::nullopt;
}

// On the socket thread: what can never be predicted takes no worker.
std::optional<http::Response> PredictionServer::State::check_body(const http::Request& request) const {
  const auto pictures = pictures_of(request);
  if (!pictures) return refuse(pictures.error(), request);
  const auto cost = cost_of(*pictures, read_parameters(request).value());
  if (!cost) return refuse(cost.error(), request);
  return http::refuse_what_never_fits(request.body.size() + *cost, memory_bytes);
}

// A template that was sent with its digest is kept under it, decoded. Null where it can't be: the predictor says what
// is wrong with it. Errors: corrupt_data where the digest is another one's.
Result<std::shared_ptr<const KeptTemplate>> PredictionServer::State::keep_template(const RequestPictures& pictures,
                                                                                   const ViewContent& twin) {
  if (auto known = templates.find(pictures.template_digest)) return known;
  const std::string digest = wire::template_digest(pictures.twin->content_type, pictures.twin->bytes);
  if (digest != pictures.template_digest)
    return make_error(ErrorCode::corrupt_data, fmt::format("the template's SHA-256 is {}, the header {} says {}",
                                                           digest, wire::kTemplateHeader, pictures.template_digest));
  const PictureSum sum = sum_of({"", twin, "", std::nullopt});
  if (const auto* pixels = std::get_if<std::shared_ptr<const Image>>(&twin))
    return templates.keep(digest, **pixels, sum);
  const auto& encoded = *std::get<std::shared_ptr<const Bytes>>(twin);
  auto image = imaging::decode(encoded, {}, [] { return StopScope::stop_requested(); });
  if (!image) return std::shared_ptr<const KeptTemplate>();
  return templates.keep(digest, std::move(*image), sum);
}

Result<Inspection> PredictionServer::State::open_inspection(const RequestPictures& pictures) {
  Inspection inspection;
  inspection.capture.captured_at = system_clock().utc_now();
  LINEGUARD_ASSIGN(ViewContent image, content_of(pictures.image));
  View& view = inspection.capture.views.emplace_back(View{"", std::move(image), "request", std::nullopt});
  if (pictures.twin) {
    LINEGUARD_ASSIGN(view.defect_free_template, content_of(*pictures.twin));
    if (pictures.template_digest.empty()) return inspection;
    LINEGUARD_ASSIGN(inspection.kept, keep_template(pictures, *view.defect_free_template));
  } else if (!pictures.template_digest.empty()) {
    inspection.kept = templates.find(pictures.template_digest);
  }
  // It lives as long as anyone looks at its pixels.
  if (inspection.kept)
    view.defect_free_template = std::shared_ptr<const Image>(inspection.kept, &inspection.kept->image);
  return inspection;
}

// On a worker; the checks have refused what is wrong.
http::Response PredictionServer::State::inspect(const http::Request& request, http::Work& work) {
  const std::string name(request.path_value("model"));
  const ServedModel& model = models.find(name)->second;
  const PredictOptions options = read_parameters(request).value();
  const StopScope stop(work.stop_token());
  const SteadyTime start = system_clock().now();
  metrics.observe_seconds("lineguard_wait_seconds", "From a request's header to a worker: its body and the queue",
                          {{"model", name}}, milliseconds_between(request.received, start) / 1000);
  const RequestPictures pictures = pictures_of(request).value();
  if (auto refused = work.hold(cost_of(pictures, options).value())) return *std::move(refused);
  auto inspection = open_inspection(pictures);
  if (!inspection) return refuse(inspection.error(), request);
  Capture& capture = inspection->capture;
  const auto received = received_of(request, capture, inspection->kept.get());
  if (!received) return refuse(received.error(), request);
  const std::optional<wire::Question>& question = received->question;
  if (!pictures.template_digest.empty() && !capture.views[0].defect_free_template)
    return unknown_template(pictures.template_digest, question);
  if (!received->difference.empty()) {
    metrics.add("lineguard_damaged_requests_total", "Requests whose body is not the one that their sums are of",
                {{"model", name}});
    return refuse(
        {ErrorCode::corrupt_data, "the request's body is not the one that its sums are of: " + received->difference},
        question);
  }
  if (question) capture.part_number = question->part;
  auto prediction = model.predictor->predict(capture, options);
  metrics.observe_seconds("lineguard_inspect_seconds", "Decode and prediction, without waiting", {{"model", name}},
                          milliseconds_between(start, system_clock().now()) / 1000);
  if (!prediction) return refuse(prediction.error(), question);
  metrics.observe_seconds("lineguard_decode_seconds", "Decoding the picture", {{"model", name}},
                          prediction->decode_ms / 1000);
  metrics.add("lineguard_predictions_total", "Predictions by the server's own, informative label",
              {{"model", name}, {"label", std::string(to_string(prediction->label))}});
  const std::string rule = model.point.rule_of(*prediction);
  auto response = http::json_response(
      200,
      wire::to_json(
          {request.id, "request", std::move(*prediction), std::nullopt, {}, {}, question, model.point.digest, rule}) +
          "\n");
  if (inspection->kept) response.headers[wire::kTemplateHeader] = inspection->kept->digest;
  wire::seal_body(response);
  return response;
}

PredictionServer::PredictionServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
PredictionServer::~PredictionServer() = default;

std::uint16_t PredictionServer::port() const {
  return state_->server->port();
}

Result<std::unique_ptr<PredictionServer>> PredictionServer::start(const ServingConfig& config,
                                                                  std::vector<ServedModel> models) {
  auto state = std::make_unique<State>(config.http.memory_bytes);
  for (ServedModel& model : models) {
    state->metrics.set("lineguard_model_info", "The models being served",
                       {{"model", model.identity.name},
                        {"version", std::to_string(model.identity.version)},
                        {"digest", model.identity.digest}},
                       1);
    const std::string name = model.identity.name;
    state->models.emplace(name, std::move(model));
  }
  http::ServerConfig http = config.http;
  http.memory_bytes = state->memory_bytes;
  State* raw = state.get();
  LINEGUARD_ASSIGN(state->server,
                   http::Server::start(http, state->routes(), [raw](const http::Request& request, int status) {
                     raw->note(request, status);
                   }));
  state->running = state->server.get();
  return std::unique_ptr<PredictionServer>(new PredictionServer(std::move(state)));
}

bool PredictionServer::stop(Milliseconds drain) {
  state_->ready = false;
  return state_->server->stop(drain);
}

}  // namespace lineguard::serving
