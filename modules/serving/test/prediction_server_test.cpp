#include "temp_folder.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <span>
#include <thread>

#include <gtest/gtest.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/picture_sum.h>
#include <lineguard/core/stop_scope.h>
#include <lineguard/http/client.h>
#include <lineguard/http/multipart.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/serving/prediction_server.h>
#include <lineguard/telemetry/testing/metric_names.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::serving {
namespace {

std::string text_of(const ViewContent& content) {
  const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&content);
  const std::span<const std::byte> bytes =
      encoded ? std::span(**encoded) : std::get<std::shared_ptr<const Image>>(content)->bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Answers with the picture's size as its score, its template's as threshold; "bad" is no picture, "wait" blocks until
// the test opens the gate.
class FakePredictor final : public Predictor {
 public:
  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override {
    const View& view = capture.views.at(0);
    const std::string text = text_of(view.content);
    ++calls;
    if (text == "bad") return make_error(ErrorCode::corrupt_data, "not a picture");
    if (text == "deadline" && options.deadline != SteadyTime::max()) return make_error(ErrorCode::timeout, "too late");
    if (text == "broken") return make_error(ErrorCode::internal, "the runtime failed");
    while (text == "until stopped" && !StopScope::stop_requested()) std::this_thread::yield();
    if (StopScope::stop_requested()) ++stopped;
    if (text == "wait") gate.get_future().wait();
    Prediction prediction;
    prediction.score = static_cast<double>(text.size());
    if (view.defect_free_template)
      prediction.threshold = static_cast<double>(text_of(*view.defect_free_template).size());
    prediction.label = Label::good;
    prediction.model = {"tiles", 2, std::string(64, 'b')};
    prediction.image_size = {2, 1};
    if (options.want_map) prediction.map = FloatMap{{2, 1}, {0.5f, 1.0f}};
    if (options.want_embedding) prediction.embedding = {1, 2, 3};
    return prediction;
  }
  std::atomic<int> calls{0}, stopped{0};
  std::promise<void> gate;
};

class Serving : public ::testing::Test {
 protected:
  void SetUp() override { start({.port = 0, .workers = 1, .queue = 0, .max_body_bytes = 1000}); }
  void start(const http::ServerConfig& config) {
    std::vector<ServedModel> models = {{{"tiles", 2, std::string(64, 'b')}, predictor_}};
    auto started = PredictionServer::start({config}, std::move(models));
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  http::Response send(const std::string& method, const std::string& target, const std::string& body = "",
                      const http::Headers& headers = {}) {
    http::Client client({"127.0.0.1", server_->port()});
    auto response = client.send({method, target, headers, body}, system_clock().now() + std::chrono::seconds(20));
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : http::Response{0, {}, ""};
  }
  std::shared_ptr<FakePredictor> predictor_ = std::make_shared<FakePredictor>();
  std::unique_ptr<PredictionServer> server_;
};

TEST_F(Serving, APictureBecomesAPredictionWithModelAndId) {
  const http::Response response = send("POST", "/v1/inspect/tiles", "12345");
  ASSERT_EQ(response.status, 200);
  auto line = wire::parse_inspect_line(response.body);
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->prediction->score, 5);
  EXPECT_EQ(line->prediction->model.digest, std::string(64, 'b'));
  EXPECT_EQ(line->id.size(), 32u);
}

TEST_F(Serving, TheRootSaysWhatAnswersHere) {
  const http::Response page = send("GET", "/");
  EXPECT_EQ(page.status, 200);
  for (const char* text : {"Lineguard prediction server", "tiles", "/v1/models", "/metrics", "/v1/health/ready"})
    EXPECT_NE(page.body.find(text), std::string::npos) << text;
  const http::Response json = send("GET", "/", "", {{"Accept", "application/json"}});
  EXPECT_NE(json.body.find("lineguard.about/1"), std::string::npos) << json.body;
}

TEST_F(Serving, MapAndEmbeddingAreOptIn) {
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", "1").body.find("embedding"), std::string::npos);
  const std::string body = send("POST", "/v1/inspect/tiles?map=1&embedding=1", "1").body;
  EXPECT_NE(body.find("\"embedding\":[1.0,2.0,3.0]"), std::string::npos) << body;
  EXPECT_NE(body.find("\"float32_base64\":\"AAAAPwAAgD8=\""), std::string::npos) << body;
  EXPECT_EQ(send("POST", "/v1/inspect/tiles?map=0", "1").body.find("float32_base64"), std::string::npos);
}

// A hundred bytes may claim a hundred megapixels; without a map they are predicted, or refused, as ever.
TEST_F(Serving, NoMapOfAHugePicture) {
  start({.port = 0, .workers = 1, .queue = 0, .memory_bytes = 1'000'000'000});
  std::string bmp("BM", 2);
  const auto add = [&](std::uint32_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) bmp += static_cast<char>(number >> (8 * i));
  };
  for (const std::uint32_t number : {100u, 0u, 54u, 40u, 10'000u, 10'000u}) add(number, 4);
  add(1, 2);
  add(24, 2);
  for (int i = 0; i < 6; ++i) add(0, 4);
  const http::Response refused = send("POST", "/v1/inspect/tiles?map=1", bmp);
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_NE(refused.body.find("up to 25 megapixels, this one has 10000x10000 pixels"), std::string::npos)
      << refused.body;
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", bmp).status, 200);
}

std::string png_header(std::uint32_t width_px, std::uint32_t height_px, char bits = 8, char colour_type = 0) {
  std::string png("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16);
  for (const std::uint32_t number : {width_px, height_px}) {
    for (int shift = 24; shift >= 0; shift -= 8) png += static_cast<char>(number >> shift);
  }
  return png + std::string({bits, colour_type, '\0', '\0', '\0'});
}

// By its header, while its bytes are few: a side that no picture has, or more pixels than may be held.
TEST_F(Serving, APictureThatCanNeverFitTakesNoWorker) {
  start({.port = 0, .workers = 1, .queue = 0, .memory_bytes = 200'000'000});
  const std::string huge[] = {png_header(1, 99'999'999), png_header(99'999'999, 1), png_header(30'000, 30'000),
                              png_header(9'000, 9'000, 16, 2)};
  for (const std::string& png : huge) {
    const http::Response refused = send("POST", "/v1/inspect/tiles", png);
    EXPECT_EQ(refused.status, 413) << refused.body;
    EXPECT_NE(refused.body.find("\"code\":\"too_large\""), std::string::npos) << refused.body;
  }
  EXPECT_EQ(send("POST", "/v1/inspect/tiles?map=1", png_header(4'900, 4'900)).status, 413);
  EXPECT_EQ(predictor_->calls, 0);
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", png_header(4'900, 4'900)).status, 200);
}

// A deadline that passes, and a client that leaves, reach the predictor.
TEST_F(Serving, ThePredictorIsToldThatNobodyWaits) {
  // On a busy machine a deadline may pass before the request comes to a worker.
  for (int deadline_ms = 20; predictor_->stopped < 1 && deadline_ms < 60'000; deadline_ms *= 2) {
    const int status =
        send("POST", "/v1/inspect/tiles", "until stopped", {{"X-Lineguard-Deadline-Ms", std::to_string(deadline_ms)}})
            .status;
    EXPECT_TRUE(status == 504 || status == 503) << status;
    std::this_thread::sleep_for(Milliseconds(20));  // the predictor hears of it after the client
  }
  EXPECT_GE(predictor_->stopped, 1);
}

TEST_F(Serving, ThePredictionsIdIsTheRequests) {
  const http::Response response = send("POST", "/v1/inspect/tiles", "1", {{"X-Request-Id", "part-7"}});
  EXPECT_EQ(response.header("X-Request-Id"), "part-7");
  EXPECT_EQ(wire::parse_inspect_line(response.body)->id, "part-7");
}

struct BadRequest {
  std::string method, target, body;
  int status;
  std::string words;
};

TEST_F(Serving, BadRequestsGetTheRightStatusAndSayWhatWasExpected) {
  const BadRequest cases[] = {
      {"POST", "/v1/inspect/tiles", "", 400, "no body"},
      {"POST", "/v1/inspect/tiles", "bad", 400, "not a picture"},
      {"POST", "/v1/inspect/tiles", "broken", 500, "the runtime failed"},
      {"POST", "/v1/inspect/cookies", "x", 404, "served are: tiles"},
      {"POST", "/v1/inspect/tiles?heatmap=1", "1", 400, "heatmap=1 is not known, allowed: map, embedding, each 0 or 1"},
      {"POST", "/v1/inspect/tiles?map=yes", "1", 400, "map=yes is not known, allowed: map, embedding, each 0 or 1"},
      {"GET", "/v1/inspect/tiles", "", 405, "POST"},
      {"DELETE", "/v1/models", "", 405, "GET"},
      {"GET", "/nowhere", "", 404, "docs/api.md"},
      {"POST", "/v1/inspect/tiles", std::string(1001, 'x'), 413, "1000 bytes"},
  };
  for (const BadRequest& bad : cases) {
    const http::Response response = send(bad.method, bad.target, bad.body);
    EXPECT_EQ(response.status, bad.status) << bad.target;
    EXPECT_NE(response.body.find(bad.words), std::string::npos) << response.body;
    EXPECT_NE(response.body.find("\"code\""), std::string::npos) << response.body;
  }
}

TEST_F(Serving, ListsModelsHealthAndMetrics) {
  EXPECT_NE(send("GET", "/v1/models").body.find("\"version\":2"), std::string::npos);
  EXPECT_EQ(send("GET", "/v1/models/tiles").status, 200);
  EXPECT_EQ(send("GET", "/v1/models/x").status, 404);
  EXPECT_EQ(send("GET", "/v1/health/live").status, 200);
  EXPECT_EQ(send("GET", "/v1/health/ready").status, 200);
  send("POST", "/v1/inspect/tiles", "1");
  send("POST", "/v1/inspect/tiles", "bad");
  const std::string metrics = send("GET", "/metrics").body;
  EXPECT_NE(metrics.find("lineguard_requests_total{model=\"tiles\",status=\"200\"} 1"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("lineguard_requests_total{model=\"tiles\",status=\"400\"} 1"), std::string::npos);
  EXPECT_NE(metrics.find("version=\"2\""), std::string::npos);
}

TEST_F(Serving, AFullQueueAnswers503AndDrainingFinishesWhatWasAccepted) {
  std::jthread waiting([&] { EXPECT_EQ(send("POST", "/v1/inspect/tiles", "wait").status, 200); });
  while (predictor_->calls < 1) std::this_thread::yield();
  const http::Response refused = send("POST", "/v1/inspect/tiles", "1");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  std::jthread stopper([&] { EXPECT_TRUE(server_->stop(std::chrono::seconds(20))); });
  predictor_->gate.set_value();
}

// Whoever refused a request: the metrics count it, or they would look best under overload.
TEST_F(Serving, MetricsCountWhatTheServerItselfRefused) {
  std::jthread waiting([&] { EXPECT_EQ(send("POST", "/v1/inspect/tiles", "wait").status, 200); });
  while (predictor_->calls < 1) std::this_thread::yield();
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", "1").status, 503);
  EXPECT_EQ(send("POST", "/v1/inspect/made-up", "1").status, 404);
  predictor_->gate.set_value();
  waiting.join();
  const std::string metrics = send("GET", "/metrics").body;
  EXPECT_NE(metrics.find("lineguard_requests_total{model=\"tiles\",status=\"503\"} 1"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("{model=\"(unknown)\",status=\"404\"} 1"), std::string::npos) << metrics;
  EXPECT_EQ(metrics.find("made-up"), std::string::npos);
}

TEST_F(Serving, ThePredictorIsToldTheDeadline) {
  const http::Headers patient = {{"X-Lineguard-Deadline-Ms", "60000"}};
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", "deadline", patient).status, 504);
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", "deadline").status, 200);
}

TEST_F(Serving, ManyClientsOverAShortQueueGet200Or503) {
  start({.port = 0, .workers = 2, .queue = 4});
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 200; ++i) {
      clients.emplace_back([&] {
        const int status = send("POST", "/v1/inspect/tiles", std::string(1000, 'x')).status;
        if (status == 200 || status == 503) ++answered;
      });
    }
  }
  EXPECT_EQ(answered, 200);
}

TEST_F(Serving, APortInUseIsNamed) {
  auto second = PredictionServer::start({{.port = server_->port()}}, {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(server_->port())), std::string::npos);
}

http::Headers headers_for(const std::string& body, const std::string& nonce = "0a1b") {
  Capture capture;
  Bytes bytes(body.size());
  std::ranges::transform(body, bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  capture.views.push_back({"", std::make_shared<const Bytes>(std::move(bytes)), "", {}});
  return wire::to_headers(wire::received_question({nonce, PartNumber{7}, {}, {}}, capture));
}

TEST_F(Serving, AnAnswerRepeatsItsQuestion) {
  const auto line = wire::parse_inspect_line(send("POST", "/v1/inspect/tiles", "12345", headers_for("12345")).body);
  ASSERT_TRUE(line) << line.error().message;
  ASSERT_TRUE(line->question);
  EXPECT_EQ(line->question->nonce, "0a1b");
  EXPECT_EQ(line->question->part, 7u);
  ASSERT_EQ(line->question->pictures.size(), 1u);
  EXPECT_EQ(line->question->pictures[0].bytes, 5u);
}

TEST_F(Serving, ABodyThatIsNotTheOneThatWasSentIsRefusedAndCounted) {
  const http::Response refused = send("POST", "/v1/inspect/tiles", "12345", headers_for("12346"));
  EXPECT_EQ(refused.status, 400);
  const auto answer = wire::parse_error_answer(refused.body);
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code, ErrorCode::corrupt_data);
  ASSERT_TRUE(answer.question);
  EXPECT_EQ(answer.question->nonce, "0a1b");
  ASSERT_EQ(answer.question->pictures.size(), 1u);  // so that the asker sees that it was not the picture's fault
  EXPECT_EQ(answer.question->pictures[0].bytes, 5u);
  EXPECT_EQ(predictor_->calls, 0);
  EXPECT_NE(send("GET", "/metrics").body.find("lineguard_damaged_requests_total{model=\"tiles\"} 1"),
            std::string::npos);
}

TEST_F(Serving, EveryMetricIsDocumented) {
  server_.reset();
  std::vector<ServedModel> models = {
      {{"tiles", 2, std::string(64, 'b')}, predictor_, [] { return detector::ModelHealth{}; }}};
  auto started = PredictionServer::start({{.port = 0}}, std::move(models));
  ASSERT_TRUE(started) << started.error().message;
  server_ = std::move(*started);
  send("POST", "/v1/inspect/tiles", "1");
  send("POST", "/v1/inspect/tiles", "12345", headers_for("12346"));
  auto documented =
      telemetry::testing::documented_names(read_text_file(LINEGUARD_SOURCE_DIR "/docs/api.md").value(), "lineguard_");
  std::erase_if(documented, [](const std::string& name) { return name.starts_with("lineguard_station_"); });
  EXPECT_EQ(telemetry::testing::exposed_names(send("GET", "/metrics").body), documented);
}

TEST_F(Serving, ErrorsRepeatTheNonceWhereverTheyComeFrom) {
  for (const std::string body : {"bad", "broken"})
    EXPECT_EQ(wire::parse_error_answer(send("POST", "/v1/inspect/tiles", body, headers_for(body)).body).question->nonce,
              "0a1b");
  for (const std::string target : {"/v1/inspect/cookies", "/v1/inspect/tiles?map=2"})
    EXPECT_EQ(wire::parse_error_answer(send("POST", target, "x", headers_for("x")).body).question->nonce, "0a1b");
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", "x", {{"X-Lineguard-Nonce", "a b"}}).status, 400);
}

TEST_F(Serving, AModelsHealthIsShown) {
  auto health = std::make_shared<detector::ModelHealth>();
  std::vector<ServedModel> models = {{{"tiles", 2, std::string(64, 'b')}, predictor_, [health] { return *health; }}};
  server_.reset();
  auto started = PredictionServer::start({{.port = 0}}, std::move(models));
  ASSERT_TRUE(started) << started.error().message;
  server_ = std::move(*started);
  EXPECT_EQ(send("GET", "/v1/health/ready").status, 200);
  EXPECT_NE(send("GET", "/v1/models").body.find("\"files_changed\":false"), std::string::npos);
  health->files_changed = "\"network.bin\" is another";
  EXPECT_NE(send("GET", "/v1/models").body.find("\"files_changed\":true"), std::string::npos);
  EXPECT_NE(send("GET", "/metrics").body.find("lineguard_model_files_changed{model=\"tiles\"} 1"), std::string::npos);
  EXPECT_EQ(send("GET", "/v1/health/ready").status, 200);
  health->self_test_failed = "a golden picture scores 7";
  EXPECT_EQ(send("GET", "/v1/health/ready").status, 503);
  // /metrics are computed anew a few times a second only.
  while (send("GET", "/metrics").body.find("lineguard_model_self_test_failed{model=\"tiles\"} 1") ==
         std::string::npos) {
    std::this_thread::yield();
  }
}

TEST_F(Serving, ARemotePredictorSeesTheSameScore) {
  auto remote = wire::RemotePredictor::create("http://127.0.0.1:" + std::to_string(server_->port()), "tiles");
  ASSERT_TRUE(remote);
  Capture capture;
  capture.views.push_back({"", std::make_shared<const Bytes>(7), "x"});
  auto prediction = (*remote)->predict(capture, {});
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->score, 7);
}

// ---- pixels

const std::string kPixels = "application/vnd.lineguard.pixels";

TEST_F(Serving, PixelsArePredictedAsTheyAre) {
  const http::Response response = send("POST", "/v1/inspect/tiles", std::string(24, 'x'),
                                       {{"Content-Type", kPixels + "; width=4; height=2; channels=3; bits=8"}});
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(wire::parse_inspect_line(response.body)->prediction->score, 24);
  const std::string type = kPixels + ";width=2;height=2;channels=1;bits=8;row_bytes=4";  // padding is left out
  const auto form = http::make_multipart({{"image", {"ab--cd--", type}}, {"template", {"abcdefgh", type}}});
  const http::Response both = send("POST", "/v1/inspect/tiles", form.body, {{"Content-Type", form.content_type}});
  ASSERT_EQ(both.status, 200) << both.body;
  EXPECT_EQ(wire::parse_inspect_line(both.body)->prediction->score, 4);
  EXPECT_EQ(wire::parse_inspect_line(both.body)->prediction->threshold, 4);
}

TEST_F(Serving, PixelsOfAnotherLengthAreRefusedWithBoth) {
  const std::string type = kPixels + "; width=4; height=2; channels=3; bits=8";
  for (const std::size_t length : {1u, 23u, 25u}) {
    const http::Response refused =
        send("POST", "/v1/inspect/tiles", std::string(length, 'x'), {{"Content-Type", type}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.body.find("found " + std::to_string(length) + " bytes of pixels, expected 24"), std::string::npos)
        << refused.body;
  }
  const auto form = http::make_multipart({{"image", {"short", type}}});
  const http::Response in_form = send("POST", "/v1/inspect/tiles", form.body, {{"Content-Type", form.content_type}});
  EXPECT_EQ(in_form.status, 400);
  EXPECT_NE(in_form.body.find("the field image: found 5 bytes"), std::string::npos) << in_form.body;
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", "x", {{"Content-Type", kPixels}}).status, 400);
  EXPECT_EQ(predictor_->calls, 0);
}

TEST_F(Serving, PixelsBeyondTheLimitsAreRefusedByTheirHeader) {
  for (const char* size : {"width=65536; height=1", "width=20000; height=20000"}) {
    const http::Response refused =
        send("POST", "/v1/inspect/tiles", "x", {{"Content-Type", kPixels + "; channels=1; bits=8; " + size}});
    EXPECT_EQ(refused.status, 413) << refused.body;
  }
  start({.port = 0, .workers = 1, .queue = 0, .memory_bytes = 2'000'000});
  const http::Response costly = send("POST", "/v1/inspect/tiles", std::string(550'000, 'x'),
                                     {{"Content-Type", kPixels + "; width=1000; height=550; channels=1; bits=8"}});
  EXPECT_EQ(costly.status, 413) << costly.body;
  EXPECT_EQ(predictor_->calls, 0);
}

TEST_F(Serving, ACamerasPixelsHaveTheScoreAndSumsOfTheirOwn) {
  auto remote = wire::RemotePredictor::create("http://127.0.0.1:" + std::to_string(server_->port()), "tiles");
  Capture capture;
  capture.views.push_back({"front", std::make_shared<const Image>(Image({5, 3}, 1, PixelDepth::u16)), "camera", {}});
  const auto prediction = (*remote)->predict(capture, {});
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->score, 30);
  EXPECT_EQ(prediction->pictures, sums_of(capture));
}

TEST_F(Serving, AnEmbeddingAndAMapThatAreAskedForArrive) {
  auto remote = wire::RemotePredictor::create("http://127.0.0.1:" + std::to_string(server_->port()), "tiles");
  Capture capture;
  capture.views.push_back({"", std::make_shared<const Bytes>(7), "x", {}});
  auto prediction = (*remote)->predict(capture, {.want_map = true, .want_embedding = true});
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->embedding, (std::vector<float>{1, 2, 3}));
  ASSERT_TRUE(prediction->map);
  EXPECT_EQ(prediction->map->values, (std::vector<float>{0.5f, 1.0f}));
  prediction = (*remote)->predict(capture, {});
  ASSERT_TRUE(prediction);
  EXPECT_TRUE(prediction->embedding.empty());
  EXPECT_FALSE(prediction->map);
}

// ---- templates

std::string png_of(Size size) {
  const Bytes png = imaging::encode_png(Image(size, 1)).value();
  return {reinterpret_cast<const char*>(png.data()), png.size()};
}

TEST_F(Serving, ATemplateIsSentOnceAndThenNamed) {
  const std::string png = png_of({20, 10}), digest = sha256_hex(png);
  const http::Response unknown = send("POST", "/v1/inspect/tiles", "12345", {{"X-Lineguard-Template", digest}});
  EXPECT_EQ(unknown.status, 412) << unknown.body;
  EXPECT_NE(unknown.body.find("no_template"), std::string::npos) << unknown.body;
  EXPECT_EQ(predictor_->calls, 0);

  const auto form = http::make_multipart({{"image", {"12345"}}, {"template", {png}}});
  http::Headers headers{{"Content-Type", form.content_type}, {"X-Lineguard-Template", digest}};
  const http::Response kept = send("POST", "/v1/inspect/tiles", form.body, headers);
  ASSERT_EQ(kept.status, 200) << kept.body;
  EXPECT_EQ(kept.header("X-Lineguard-Template"), digest);

  const http::Response named = send("POST", "/v1/inspect/tiles", "12345", {{"X-Lineguard-Template", digest}});
  ASSERT_EQ(named.status, 200) << named.body;
  EXPECT_EQ(wire::parse_inspect_line(named.body)->prediction->threshold, 200) << "its pixels, decoded once";

  headers["X-Lineguard-Template"] = std::string(64, '0');
  const http::Response other = send("POST", "/v1/inspect/tiles", form.body, headers);
  EXPECT_EQ(other.status, 400);
  EXPECT_NE(other.body.find(digest), std::string::npos) << other.body;
  EXPECT_EQ(send("POST", "/v1/inspect/tiles", "x", {{"X-Lineguard-Template", "abc"}}).status, 400);
}

// Templates that are kept are of the memory for requests, and few: who comes back late sends it again.
TEST_F(Serving, KeptTemplatesAreBoundedAndSentAgainWhereGone) {
  start({.port = 0, .workers = 1, .queue = 0, .memory_bytes = 8'000'000});
  auto remote = wire::RemotePredictor::create("http://127.0.0.1:" + std::to_string(server_->port()), "tiles");
  const auto capture_with = [](int width_px) {
    const Bytes png = imaging::encode_png(Image({width_px, 1000}, 1)).value();
    Capture capture;
    capture.views.push_back({"", std::make_shared<const Bytes>(5), "x", {}});
    capture.views[0].defect_free_template = std::make_shared<const Bytes>(png);
    return capture;
  };
  const Capture first = capture_with(600), second = capture_with(601);  // a million bytes are kept: one of the two
  for (const Capture* capture : {&first, &first, &second, &first, &second, &second}) {
    const auto prediction = (*remote)->predict(*capture, {});
    ASSERT_TRUE(prediction) << prediction.error().message;
    EXPECT_EQ(prediction->threshold, capture == &first ? 600'000 : 601'000);
  }
  const std::string metrics = send("GET", "/metrics").body;
  const auto value = metrics.find("lineguard_request_memory_bytes 6");
  EXPECT_NE(value, std::string::npos) << "the one that is kept is counted: " << metrics;
  EXPECT_NE(metrics.find("status=\"412\"} 2"), std::string::npos) << metrics;  // first, and second, were gone once
}

TEST(ModelFolder, NothingToServeSaysWhy) {
  const test::TempFolder folder;
  EXPECT_EQ(load_models(folder / "none", {}).error().code, ErrorCode::not_found);
  const auto empty = load_models(folder.path(), {});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::not_found);
  EXPECT_NE(empty.error().message.find("manifest.toml"), std::string::npos);
  ASSERT_TRUE(write_file_atomically(folder / "broken" / "manifest.toml", "name = 3\n"));
  EXPECT_NE(load_models(folder.path(), {}).error().message.find("name is an integer"), std::string::npos);
}

}  // namespace
}  // namespace lineguard::serving
