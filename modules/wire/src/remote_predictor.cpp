#include "sent_pictures.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/id.h>
#include <lineguard/core/picture_sum.h>
#include <lineguard/core/words.h>
#include <lineguard/http/client.h>
#include <lineguard/http/multipart.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/named_template.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::wire {
namespace {

constexpr std::chrono::seconds kLongestWait{30};

PictureSum sum_of_content(const ViewContent& content) {
  return sum_of({"", content, "", std::nullopt});
}

struct Asked {
  Question question;
  http::Request request;
};

// The picture alone, and the digest of its template where the server keeps that one; else both as the fields `image`
// and `template` of a form.
Asked ask(const Capture& capture, const std::string& digest, bool template_is_kept) {
  const View& view = capture.views.front();
  Asked asked;
  asked.question.nonce = new_id();
  asked.question.part = capture.part_number;
  asked.question.pictures.push_back(sum_of_content(view.content));
  asked.request.method = "POST";
  SentPicture picture = sent_picture(view.content);
  if (view.defect_free_template) {
    asked.question.templates.push_back(sum_of_content(*view.defect_free_template));
    asked.request.headers[kTemplateHeader] = digest;
  }
  if (view.defect_free_template && !template_is_kept) {
    const SentPicture twin = sent_picture(*view.defect_free_template);
    http::Multipart form = http::make_multipart(
        {{"image", {picture.bytes, picture.content_type}}, {"template", {twin.bytes, twin.content_type}}});
    asked.request.headers["Content-Type"] = std::move(form.content_type);
    asked.request.body = std::move(form.body);
  } else {
    asked.request.headers["Content-Type"] = std::move(picture.content_type);
    asked.request.body = picture.bytes;  // its only copy on this side
  }
  asked.request.headers.merge(to_headers(asked.question));
  return asked;
}

Error bad_answer(const std::string& what) {
  return make_error(ErrorCode::bad_answer, "the server's answer can't be used: " + what);
}

// An answer, and whether it is sure to be the one to this question: only then is its connection used again.
struct Answer {
  Result<Prediction> prediction;
  bool belongs = false;
  bool template_kept = false, template_unknown = false;  // what the server says of the template that was named
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
  if (response.status == kUnknownTemplateStatus) answered.templates = asked.templates;  // it has none to take sums of
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
  // One view is sent, without its name.
  const auto named = std::ranges::find_if_not(line->prediction->regions, &std::string::empty, &Region::view);
  if (named != line->prediction->regions.end())
    return {bad_answer(fmt::format("a region lies in the view \"{}\", none of that name was sent",
                                   on_one_line(named->view, 80))),
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

std::string target_of(const std::string& model, const PredictOptions& options) {
  std::string target = "/v1/inspect/" + model;
  if (options.want_map) target += "?map=1";
  if (options.want_embedding) target += options.want_map ? "&embedding=1" : "?embedding=1";
  return target;
}

}  // namespace

struct RemotePredictor::State {
  HostPort endpoint;
  std::string model, operating_point_digest;
  std::mutex mutex;
  std::vector<http::Client> idle;
  SentTemplates templates;

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
  Answer exchange(Asked asked, const PredictOptions& options, SteadyTime deadline);
};

Answer RemotePredictor::State::exchange(Asked asked, const PredictOptions& options, SteadyTime deadline) {
  asked.request.target = target_of(model, options);
  const auto left = std::chrono::duration_cast<Milliseconds>(deadline - system_clock().now());
  asked.request.headers["X-Lineguard-Deadline-Ms"] = std::to_string(std::max<std::int64_t>(left.count(), 0));
  http::Client client = take();
  const auto response = client.send(asked.request, deadline);
  if (!response) return {protocol_fault(response.error())};
  Answer answer = read_answer(*response, asked.question, model, operating_point_digest);
  if (answer.belongs) put_back(std::move(client));
  answer.template_unknown = response->status == kUnknownTemplateStatus;
  answer.template_kept = !response->header(kTemplateHeader).empty();
  return answer;
}

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
  const SteadyTime deadline = std::min(options.deadline, system_clock().now() + kLongestWait);
  const View& view = capture.views.front();
  const std::string digest =
      view.defect_free_template ? state_->templates.digest_of(*view.defect_free_template) : std::string();
  const bool kept = state_->templates.is_kept(digest);
  Answer answer = state_->exchange(ask(capture, digest, kept), options, deadline);
  if (answer.template_unknown && kept) {
    state_->templates.set_kept(digest, false);
    answer = state_->exchange(ask(capture, digest, false), options, deadline);
  }
  if (!answer.prediction) return answer.prediction;
  if (answer.template_kept) state_->templates.set_kept(digest, true);
  answer.prediction->pictures.front().view = view.name;
  for (Region& region : answer.prediction->regions) region.view = view.name;
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
