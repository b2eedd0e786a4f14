#include "json_fields.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lineguard/http/client.h>
#include <lineguard/http/multipart.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::wire {
namespace {

constexpr std::chrono::seconds kLongestWait{30};

Result<std::string> picture_of(const ViewContent& content) {
  const auto as_text = [](const Bytes& bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  if (const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&content)) return as_text(**encoded);
  LINEGUARD_ASSIGN(const Bytes png, imaging::encode_png(*std::get<std::shared_ptr<const Image>>(content)));
  return as_text(png);
}

// The picture alone, or with its template as the fields `image` and `template`.
Result<void> fill_body(const View& view, http::Request& request) {
  LINEGUARD_ASSIGN(std::string picture, picture_of(view.content));
  if (!view.defect_free_template) {
    request.headers["Content-Type"] = "application/octet-stream";
    request.body = std::move(picture);
    return {};
  }
  LINEGUARD_ASSIGN(const std::string twin, picture_of(*view.defect_free_template));
  http::Multipart multipart = http::make_multipart({{"image", picture}, {"template", twin}});
  request.headers["Content-Type"] = std::move(multipart.content_type);
  request.body = std::move(multipart.body);
  return {};
}

}  // namespace

struct RemotePredictor::State {
  HostPort endpoint;
  std::string model;
  std::mutex mutex;
  std::vector<http::Client> idle;

  http::Client take() {
    std::lock_guard lock(mutex);
    if (idle.empty()) return http::Client(endpoint);
    http::Client client = std::move(idle.back());
    idle.pop_back();
    return client;
  }
  void put_back(http::Client client) {
    std::lock_guard lock(mutex);
    idle.push_back(std::move(client));
  }
};

RemotePredictor::RemotePredictor(std::unique_ptr<State> state) : state_(std::move(state)) {}
RemotePredictor::~RemotePredictor() = default;

Result<std::unique_ptr<RemotePredictor>> RemotePredictor::create(const std::string& url, const std::string& model) {
  auto state = std::make_unique<State>();
  LINEGUARD_ASSIGN(state->endpoint, http::parse_url(url));
  state->model = model;
  return std::unique_ptr<RemotePredictor>(new RemotePredictor(std::move(state)));
}

Result<Prediction> RemotePredictor::predict(const Capture& capture, const PredictOptions& options) {
  if (capture.views.size() != 1) return make_error(ErrorCode::unsupported, "a server takes one view for now");
  if (options.want_map) return make_error(ErrorCode::unsupported, "a server's answer has no map for now");
  const SteadyTime now = system_clock().now();
  const SteadyTime deadline = std::min(options.deadline, now + kLongestWait);
  http::Request request;
  request.method = "POST";
  request.target = fmt::format("/v1/inspect/{}{}", state_->model, options.want_embedding ? "?embedding=1" : "");
  const auto left_ms = std::chrono::duration_cast<Milliseconds>(deadline - now).count();
  request.headers["X-Lineguard-Deadline-Ms"] = std::to_string(std::max<std::int64_t>(left_ms, 0));
  LINEGUARD_TRY(fill_body(capture.views.front(), request));

  http::Client client = state_->take();
  auto response = client.send(request, deadline);
  if (!response) return response.error();
  state_->put_back(std::move(client));
  if (response->status >= 400) return error_of_answer(response->status, response->body);
  LINEGUARD_ASSIGN(const InspectLine line, parse_inspect_line(response->body));
  if (line.error) return *line.error;
  if (!line.prediction) return make_error(ErrorCode::corrupt_data, "the server's answer has no prediction");
  return *line.prediction;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::invalid_config:
    case ErrorCode::corrupt_data:
    case ErrorCode::no_template:
      return 400;
    case ErrorCode::permission_denied:
    case ErrorCode::refused:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::already_exists:
      return 409;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::unsupported:
      return 415;
    case ErrorCode::cancelled:
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::timeout:
      return 504;
    case ErrorCode::disk_full:
      return 507;
    case ErrorCode::bad_answer:
      return 502;
    case ErrorCode::io_error:
    case ErrorCode::device_error:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Error error_of_answer(int status, std::string_view body) {
  Error error{status == 503 || status == 429 ? ErrorCode::unavailable : ErrorCode::internal,
              fmt::format("the server answered {}", status)};
  const auto json = parse_object(body);
  if (!json) return error;
  const Fields fields(*json, "");
  const auto message = fields.text("error");
  const auto code = fields.text("code");
  if (message) error.message += ": " + *message;
  if (code) error.code = value_named(kErrorCodeNames, *code).value_or(error.code);
  return error;
}

}  // namespace lineguard::wire
