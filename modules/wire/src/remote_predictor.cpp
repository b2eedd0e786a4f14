#include <algorithm>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/checksum.h>
#include <lineguard/core/id.h>
#include <lineguard/core/picture_sum.h>
#include <lineguard/core/words.h>
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

PictureSum sum_of_bytes(std::string_view bytes) {
  return {"", bytes.size(), xxh3(std::as_bytes(std::span(bytes.data(), bytes.size())))};
}

// The picture alone, or with its template as the fields `image` and `template`; their sums go into the question.
Result<void> fill_body(const View& view, http::Request& request, Question& question) {
  LINEGUARD_ASSIGN(std::string picture, picture_of(view.content));
  question.pictures.push_back(sum_of_bytes(picture));
  if (!view.defect_free_template) {
    request.headers["Content-Type"] = "application/octet-stream";
    request.body = std::move(picture);
    return {};
  }
  LINEGUARD_ASSIGN(const std::string twin, picture_of(*view.defect_free_template));
  question.templates.push_back(sum_of_bytes(twin));
  http::Multipart multipart = http::make_multipart({{"image", picture}, {"template", twin}});
  request.headers["Content-Type"] = std::move(multipart.content_type);
  request.body = std::move(multipart.body);
  return {};
}

Error bad_answer(const std::string& what) {
  return make_error(ErrorCode::bad_answer, "the server's answer can't be used: " + what);
}

// An answer, and whether it is sure to be the one to this question: only then is its connection used again.
struct Answer {
  Result<Prediction> prediction;
  bool belongs = false;
};

// Of a failing answer that does not say to which question it belongs: the server's own, before it knew the request.
// What it says of a picture would be said of another part's.
Error unbound_error(int status, const ErrorAnswer& answer) {
  const std::string said = answer.error ? ": " + answer.error->message : "";
  const std::string text = fmt::format("the server answered {}{}", status, said);
  if (status == 429 || status == 503) return make_error(ErrorCode::unavailable, text);
  if (status == 408 || status == 504) return make_error(ErrorCode::timeout, text);
  if (status == 413) return make_error(ErrorCode::too_large, text);
  return bad_answer(fmt::format("status {} for no question that it names{}", status, said));
}

Answer read_failure(const http::Response& response, const Question& asked) {
  const ErrorAnswer answer = parse_error_answer(response.body);
  if (!answer.error || !answer.question) return {unbound_error(response.status, answer), false};
  // A request that could not be understood has no pictures to repeat.
  Question answered = *answer.question;
  if (answered.pictures.empty() && answered.templates.empty()) {
    answered.pictures = asked.pictures;
    answered.templates = asked.templates;
  }
  const std::string different = first_difference(asked, answered);
  if (!different.empty()) return {bad_answer(different), false};
  return {
      make_error(answer.error->code, fmt::format("the server answered {}: {}", response.status, answer.error->message)),
      true};
}

// Another picture's regions would be shown, and recorded, in this one.
bool regions_fit(const Prediction& prediction) {
  constexpr double kRounding = 1;
  return std::ranges::all_of(prediction.regions, [&](const Region& region) {
    const Box& box = region.box;
    return box.x >= -kRounding && box.y >= -kRounding && box.width >= 0 && box.height >= 0 &&
           box.x + box.width <= prediction.image_size.width_px + kRounding &&
           box.y + box.height <= prediction.image_size.height_px + kRounding;
  });
}

Answer read_answer(const http::Response& response, const Question& asked, const std::string& model,
                   const std::string& point_digest) {
  const BodySeal seal = check_body(response);
  if (seal == BodySeal::broken) return {bad_answer("it was damaged on its way: its body has another sum"), false};
  if (response.status >= 400) return read_failure(response, asked);
  if (response.status != 200) return {bad_answer(fmt::format("status {}", response.status)), false};
  auto line = parse_inspect_line(response.body);
  if (!line) return {bad_answer(line.error().message), false};
  if (!line->question || seal == BodySeal::missing)
    return {
        bad_answer("it does not repeat the question (nonce and sums of the pictures), or has no sum of its own: the "
                   "server's Lineguard is older than this one's, use the same version for both"),
        false};
  const std::string different = first_difference(asked, *line->question);
  if (!different.empty()) return {bad_answer(different), false};
  if (line->error) return {*line->error, true};
  if (!line->prediction) return {bad_answer("it has no prediction"), false};
  if (line->prediction->model.name != model)
    return {bad_answer(fmt::format("it is of the model \"{}\", asked was \"{}\"",
                                   on_one_line(line->prediction->model.name, 80), model)),
            false};
  if (!regions_fit(*line->prediction)) return {bad_answer("a region lies outside its picture"), false};
  line->prediction->pictures = std::move(line->question->pictures);
  if (!point_digest.empty() && line->operating_point_digest != point_digest)
    line->prediction->operating_point +=
        fmt::format(" (digest {})",
                    line->operating_point_digest.empty() ? "not said" : on_one_line(line->operating_point_digest, 80));
  return {std::move(*line->prediction), true};
}

// A transport's complaint about the answer must not pass for one about the picture.
Error protocol_fault(const Error& error) {
  if (error.code != ErrorCode::corrupt_data && error.code != ErrorCode::too_large) return error;
  return make_error(ErrorCode::bad_answer, error.message);
}

}  // namespace

struct RemotePredictor::State {
  HostPort endpoint;
  std::string model, operating_point_digest;
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

Result<std::unique_ptr<RemotePredictor>> RemotePredictor::create(const std::string& url, const std::string& model,
                                                                 const std::string& operating_point_digest) {
  auto state = std::make_unique<State>();
  LINEGUARD_ASSIGN(state->endpoint, http::parse_url(url));
  state->model = model;
  state->operating_point_digest = operating_point_digest;
  return std::unique_ptr<RemotePredictor>(new RemotePredictor(std::move(state)));
}

Result<Prediction> RemotePredictor::predict(const Capture& capture, const PredictOptions& options) {
  if (capture.views.size() != 1) return make_error(ErrorCode::unsupported, "a server takes one view for now");
  if (options.want_map) return make_error(ErrorCode::unsupported, "a server's answer has no map for now");
  const SteadyTime now = system_clock().now();
  const SteadyTime deadline = std::min(options.deadline, now + kLongestWait);
  const View& view = capture.views.front();
  Question asked;
  asked.nonce = new_id();
  asked.part = capture.part_number;
  http::Request request;
  request.method = "POST";
  request.target = fmt::format("/v1/inspect/{}{}", state_->model, options.want_embedding ? "?embedding=1" : "");
  LINEGUARD_TRY(fill_body(view, request, asked));
  request.headers.merge(to_headers(asked));
  const auto left_ms = std::chrono::duration_cast<Milliseconds>(deadline - now).count();
  request.headers["X-Lineguard-Deadline-Ms"] = std::to_string(std::max<std::int64_t>(left_ms, 0));

  http::Client client = state_->take();
  auto response = client.send(request, deadline);
  if (!response) return protocol_fault(response.error());
  Answer answer = read_answer(*response, asked, state_->model, state_->operating_point_digest);
  if (answer.belongs) state_->put_back(std::move(client));
  if (!answer.prediction) return answer.prediction;
  for (Region& region : answer.prediction->regions) region.view = view.name;
  PictureSum& judged = answer.prediction->pictures.front();
  judged.view = view.name;
  if (std::holds_alternative<std::shared_ptr<const Image>>(view.content)) judged = sum_of(view);  // it was sent as PNG
  return answer.prediction;
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

}  // namespace lineguard::wire
