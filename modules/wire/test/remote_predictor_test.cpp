#include <algorithm>
#include <functional>
#include <set>
#include <span>

#include <gtest/gtest.h>

#include <lineguard/core/picture_sum.h>
#include <lineguard/http/multipart.h>
#include <lineguard/http/server.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/pixels.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::wire {
namespace {

Capture some_capture(int fill = 7) {
  Capture capture;
  capture.part_number = 42;
  capture.views.push_back({"", std::make_shared<const Bytes>(Bytes(10, static_cast<std::byte>(fill))), "a.jpg", {}});
  return capture;
}

InspectLine some_line() {
  InspectLine line;
  line.prediction.emplace();
  line.prediction->label = Label::defective;
  line.prediction->score = 0.1 + 0.2;
  line.prediction->image_size = {20, 10};
  line.prediction->regions = {{{1, 2, 3, 4}, 0.5, "", {}, ""}};
  line.prediction->model = {"tiles", 3, std::string(64, 'a')};
  return line;
}

http::Response sealed(http::Response response) {
  seal_body(response);
  return response;
}

// What a right server repeats.
Question received(const http::Request& request) {
  const auto content_of = [](std::string_view type, std::string_view body) -> ViewContent {
    if (is_pixels(type)) return std::make_shared<const Image>(image_of(*read_pixel_format(type), body).value());
    Bytes bytes(body.size());
    std::ranges::transform(body, bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
    return std::make_shared<const Bytes>(std::move(bytes));
  };
  const std::string_view type = request.header("Content-Type");
  Capture capture;
  if (http::is_multipart(type)) {
    const http::Fields fields = http::parse_multipart(type, request.body).value();
    const auto field = [&](const char* name) {
      return content_of(fields.at(name).content_type, fields.at(name).content);
    };
    capture.views.push_back({"", field("image"), "", field("template")});
  } else {
    capture.views.push_back({"", content_of(type, request.body), "", {}});
  }
  return received_question(**read_question(request), capture);
}

class RemotePredictorTest : public ::testing::Test {
 protected:
  void answer(const std::function<http::Response(const http::Request&)>& handler) {
    http::Route route;
    route.method = "POST";
    route.path = "/v1/inspect/{model}";
    route.runs_on = http::RunsOn::worker;
    route.handler = [this, handler](const http::Request& request, http::Work&) {
      last_ = request;
      return handler(request);
    };
    http::Router router;
    router.add(std::move(route));
    auto started = http::Server::start({.port = 0}, std::move(router));
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
    auto created = RemotePredictor::create("http://127.0.0.1:" + std::to_string(server_->port()), "tiles");
    ASSERT_TRUE(created);
    predictor_ = std::move(*created);
  }
  void answer_with(const http::Response& response) {
    answer([response](const http::Request&) { return response; });
  }
  // Answers rightly but for what `change` does.
  void answer_changed(const std::function<void(InspectLine&)>& change) {
    answer([change](const http::Request& request) {
      InspectLine line = some_line();
      line.question = received(request);
      change(line);
      return sealed(http::json_response(200, to_json(line)));
    });
  }
  Result<Prediction> predict(const Capture& capture = some_capture()) {
    return predictor_->predict(capture, {.deadline = system_clock().now() + std::chrono::seconds(20)});
  }
  void expect_bad_answer(const std::string& words) {
    const auto prediction = predict();
    ASSERT_FALSE(prediction) << words;
    EXPECT_EQ(prediction.error().code, ErrorCode::bad_answer) << prediction.error().message;
    EXPECT_NE(prediction.error().message.find(words), std::string::npos) << prediction.error().message;
  }
  http::Request last_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<RemotePredictor> predictor_;
};

TEST_F(RemotePredictorTest, SendsTheWholePictureAndReadsThePrediction) {
  answer_changed([](InspectLine&) {});
  const auto prediction = predict();
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->score, 0.1 + 0.2);
  EXPECT_EQ(prediction->model.version, 3);
  EXPECT_EQ(prediction->pictures, sums_of(some_capture()));
  EXPECT_EQ(last_.target, "/v1/inspect/tiles");
  EXPECT_EQ(last_.body, std::string(10, 7));
  EXPECT_EQ(last_.header("X-Lineguard-Part"), "42");
  EXPECT_FALSE(last_.header("X-Lineguard-Deadline-Ms").empty());
}

TEST_F(RemotePredictorTest, AnotherOperatingPointOfThatIdIsNoRecipes) {
  const std::string named(64, 'a'), other(64, 'b');
  std::string said = named;
  answer_changed([&](InspectLine& line) { line.operating_point_digest = said; });
  predictor_ = *RemotePredictor::create("http://127.0.0.1:" + std::to_string(server_->port()), "tiles", named);
  const std::string id = some_line().prediction->operating_point;
  EXPECT_EQ(predict()->operating_point, id);
  said = other;
  EXPECT_EQ(predict()->operating_point, id + " (digest " + other + ")");
  said = "";
  EXPECT_EQ(predict()->operating_point, id + " (digest not said)");
}

TEST_F(RemotePredictorTest, PixelsAreBoundByTheirOwnSums) {
  answer_changed([](InspectLine&) {});
  Capture capture;
  capture.views.push_back({"front", std::make_shared<const Image>(Image({4, 3}, 1)), "camera", {}});
  const auto prediction = predict(capture);
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->pictures, sums_of(capture));
}

TEST_F(RemotePredictorTest, PixelsGoAsPixels) {
  answer_changed([](InspectLine&) {});
  Image image({4, 3}, 3, PixelDepth::u16);
  int value = 0;
  for (std::byte& byte : image.bytes()) byte = static_cast<std::byte>(value++);
  Capture capture;
  capture.views.push_back({"front", std::make_shared<const Image>(image), "camera", {}});
  ASSERT_TRUE(predict(capture));
  EXPECT_EQ(last_.header("Content-Type"), pixel_media_type(image));
  EXPECT_TRUE(std::ranges::equal(std::as_bytes(std::span(last_.body)), image.bytes()));
}

TEST_F(RemotePredictorTest, RegionsLieInTheViewThatWasSent) {
  answer_changed([](InspectLine&) {});
  Capture capture = some_capture();
  capture.views[0].name = "front";
  const auto prediction = predict(capture);
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->regions.at(0).view, "front");
  answer_changed([](InspectLine& line) { line.prediction->regions[0].view = "back"; });
  expect_bad_answer("view \"back\"");
}

TEST_F(RemotePredictorTest, ATemplateIsSentAgainOnlyWhereItIsGone) {
  std::set<std::string> kept;
  std::vector<std::string> sent;  // "form", "named" and "unknown"
  answer([&](const http::Request& request) {
    const std::string digest(request.header("X-Lineguard-Template"));
    const bool form = http::is_multipart(request.header("Content-Type"));
    sent.push_back(form ? "form" : kept.contains(digest) ? "named" : "unknown");
    InspectLine line = some_line();
    line.question = received(request);
    if (!form) line.question->templates = {sum_of({"", std::make_shared<const Bytes>(20), "", {}})};
    if (sent.back() == "unknown") {
      line.question->templates.clear();
      return sealed(http::json_response(412, to_error_json(make_error(ErrorCode::no_template, "gone"), line.question)));
    }
    kept.insert(digest);
    http::Response response = sealed(http::json_response(200, to_json(line)));
    response.headers["X-Lineguard-Template"] = digest;
    return response;
  });
  Capture capture = some_capture();
  capture.views[0].defect_free_template = std::make_shared<const Bytes>(20);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(predict(capture));
  kept.clear();
  ASSERT_TRUE(predict(capture));
  EXPECT_EQ(sent, (std::vector<std::string>{"form", "named", "named", "unknown", "form"}));
}

// A server that does not know of digests gets the template each time.
TEST_F(RemotePredictorTest, AServerThatKeepsNothingGetsTheTemplateEachTime) {
  answer_changed([](InspectLine&) {});
  Capture capture = some_capture();
  capture.views[0].defect_free_template = std::make_shared<const Bytes>(20);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(predict(capture));
    EXPECT_TRUE(http::is_multipart(last_.header("Content-Type")));
  }
}

TEST_F(RemotePredictorTest, EveryQuestionHasAnotherNonce) {
  answer_changed([](InspectLine&) {});
  ASSERT_TRUE(predict());
  const std::string first(last_.header("X-Lineguard-Nonce"));
  ASSERT_TRUE(predict());
  EXPECT_NE(last_.header("X-Lineguard-Nonce"), first);
}

// A proxy that repeats, delays or swaps answers.
TEST_F(RemotePredictorTest, TheAnswerBeforeIsNone) {
  std::string before;
  answer([&before](const http::Request& request) {
    InspectLine line = some_line();
    line.question = received(request);
    const std::string now = to_json(line);
    const std::string sent = before.empty() ? now : before;
    before = now;
    return sealed(http::json_response(200, sent));
  });
  ASSERT_TRUE(predict());
  expect_bad_answer("nonce");
}

TEST_F(RemotePredictorTest, AnAnswerForAnotherPictureModelOrPartIsNone) {
  answer_changed([](InspectLine& line) { line.question->pictures[0].xxh3 += 1; });
  expect_bad_answer("sum");
  answer_changed([](InspectLine& line) { line.question->pictures[0].bytes += 1; });
  expect_bad_answer("sum");
  answer_changed([](InspectLine& line) { line.question->pictures.clear(); });
  expect_bad_answer("0 pictures");
  answer_changed([](InspectLine& line) { line.question->part = 43; });
  expect_bad_answer("part 43");
  answer_changed([](InspectLine& line) { line.prediction->model.name = "cells"; });
  expect_bad_answer("cells");
  answer_changed([](InspectLine& line) { line.prediction->regions[0].box.x = 500; });
  expect_bad_answer("outside");
}

TEST_F(RemotePredictorTest, AnOlderServersAnswerNamesTheVersions) {
  answer_changed([](InspectLine& line) { line.question.reset(); });
  expect_bad_answer("older");
  answer([](const http::Request& request) {
    InspectLine line = some_line();
    line.question = received(request);
    return http::json_response(200, to_json(line));
  });
  expect_bad_answer("older");
}

// One digit of the score, or any other byte, changed on the way: nothing but the body's sum notices.
TEST_F(RemotePredictorTest, OneChangedByteAnywhereInAnAnswerIsNoticed) {
  std::size_t at = 0, size = 1;
  answer([&](const http::Request& request) {
    InspectLine line = some_line();
    line.question = received(request);
    http::Response response = sealed(http::json_response(200, to_json(line)));
    size = response.body.size();
    response.body[at] = static_cast<char>(response.body[at] ^ 1);
    return response;
  });
  for (; at < size; at += 3) expect_bad_answer("damaged");
  answer([](const http::Request& request) {
    auto response = sealed(http::json_response(
        400, to_error_json(make_error(ErrorCode::corrupt_data, "truncated JPEG"), received(request))));
    response.body[response.body.find("JPEG")] = 'j';
    return response;
  });
  expect_bad_answer("damaged");
}

TEST_F(RemotePredictorTest, AnErrorKeepsItsCodeAndItsWords) {
  answer([](const http::Request& request) {
    return http::json_response(400,
                               to_error_json(make_error(ErrorCode::corrupt_data, "truncated JPEG"), received(request)));
  });
  const auto prediction = predict();
  ASSERT_FALSE(prediction);
  EXPECT_EQ(prediction.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(prediction.error().message.find("truncated JPEG"), std::string::npos);
}

// Else the camera would be blamed for another part's picture, or for bytes that were damaged on their way.
TEST_F(RemotePredictorTest, AnErrorOfAnotherQuestionIsABadAnswer) {
  answer([](const http::Request& request) {
    Question other = received(request);
    other.nonce = "another";
    return http::json_response(400, to_error_json(make_error(ErrorCode::corrupt_data, "truncated JPEG"), other));
  });
  expect_bad_answer("nonce");
  answer([](const http::Request& request) {
    Question other = received(request);
    other.pictures[0].xxh3 = 1;
    return http::json_response(400, to_error_json(make_error(ErrorCode::corrupt_data, "damaged"), other));
  });
  expect_bad_answer("sum");
  answer_with(http::error_response(400, "corrupt_data", "truncated JPEG"));
  expect_bad_answer("truncated JPEG");
}

TEST_F(RemotePredictorTest, TheServersOwnRefusalsKeepTheirMeaning) {
  answer_with(http::error_response(503, "unavailable", "the queue is full"));
  EXPECT_EQ(predict().error().code, ErrorCode::unavailable);
  answer_with(http::error_response(504, "timeout", "late"));
  EXPECT_EQ(predict().error().code, ErrorCode::timeout);
  answer_with({503, {}, "<html>busy</html>"});
  EXPECT_EQ(predict().error().code, ErrorCode::unavailable);
}

TEST_F(RemotePredictorTest, AnAnswerOfAnotherProtocolIsNoPrediction) {
  const std::string deep = R"({"schema":"lineguard.inspect/1","image":)" + std::string(100'000, '[');
  for (const std::string& body : {std::string("<html>hello</html>"), std::string("{}"), std::string("[1]"), deep,
                                  std::string(R"({"schema":"lineguard.inspect/1","image":"a","image":"b"})"),
                                  R"({"schema":)" + std::string(1'000'000, '9') + "}"}) {
    answer_with({200, {}, body});
    const auto prediction = predict();
    ASSERT_FALSE(prediction);
    EXPECT_EQ(prediction.error().code, ErrorCode::bad_answer) << prediction.error().message;
    EXPECT_LT(prediction.error().message.size(), 1'500u);
  }
  answer_with({204, {}, ""});
  expect_bad_answer("204");
}

TEST_F(RemotePredictorTest, WordsOfAServerStandOnOneLine) {
  answer([](const http::Request& request) {
    return http::json_response(
        500, to_error_json(make_error(ErrorCode::internal, "one\n2026-11-30 error \x1b[31mtwo"), received(request)));
  });
  const auto prediction = predict();
  ASSERT_FALSE(prediction);
  for (const char c : prediction.error().message) EXPECT_FALSE(static_cast<unsigned char>(c) < 32) << int{c};
}

TEST_F(RemotePredictorTest, NoServerIsUnavailableAndAPassedDeadlineATimeout) {
  answer_with({});
  EXPECT_EQ(predictor_->predict(some_capture(), {.deadline = system_clock().now()}).error().code, ErrorCode::timeout);
  server_.reset();
  EXPECT_EQ(predictor_->predict(some_capture(), {}).error().code, ErrorCode::unavailable);
}

TEST(Status, EveryCodeHasOne) {
  EXPECT_EQ(status_of(ErrorCode::too_large), 413);
  EXPECT_EQ(status_of(ErrorCode::unavailable), 503);
}

}  // namespace
}  // namespace lineguard::wire
