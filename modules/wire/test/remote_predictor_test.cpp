#include <gtest/gtest.h>

#include <lineguard/http/server.h>
#include <lineguard/wire/inspect_line.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::wire {
namespace {

Capture some_capture() {
  Capture capture;
  capture.views.push_back({"", std::make_shared<const Bytes>(Bytes(10, std::byte{7})), "a.jpg"});
  return capture;
}

// A server that gives every request the same answer and keeps the last request.
class RemotePredictorTest : public ::testing::Test {
 protected:
  void answer_with(const http::Response& response) {
    auto started = http::Server::start({.port = 0}, {}, [this, response](const http::Request& request) {
      last_ = request;
      return response;
    });
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
    auto created = RemotePredictor::create("http://127.0.0.1:" + std::to_string(server_->port()), "tiles");
    ASSERT_TRUE(created);
    predictor_ = std::move(*created);
  }
  http::Request last_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<RemotePredictor> predictor_;
};

TEST_F(RemotePredictorTest, SendsTheWholePictureAndReadsThePrediction) {
  InspectLine line;
  line.prediction.emplace();
  line.prediction->label = Label::defective;
  line.prediction->score = 0.1 + 0.2;
  line.prediction->image_size = {20, 10};
  line.prediction->model = {"tiles", 3, std::string(64, 'a')};
  answer_with(http::json_response(200, to_json(line)));
  auto prediction = predictor_->predict(some_capture(), {.deadline = system_clock().now() + std::chrono::seconds(20)});
  ASSERT_TRUE(prediction) << prediction.error().message;
  EXPECT_EQ(prediction->score, 0.1 + 0.2);
  EXPECT_EQ(prediction->model.version, 3);
  EXPECT_EQ(last_.target, "/v1/inspect/tiles");
  EXPECT_EQ(last_.body, std::string(10, 7));
  EXPECT_FALSE(last_.header("X-Lineguard-Deadline-Ms").empty());
}

TEST_F(RemotePredictorTest, AnErrorKeepsItsCodeAndItsWords) {
  answer_with(http::error_response(400, "corrupt_data", "truncated JPEG"));
  auto prediction = predictor_->predict(some_capture(), {});
  ASSERT_FALSE(prediction);
  EXPECT_EQ(prediction.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(prediction.error().message.find("truncated JPEG"), std::string::npos);
}

TEST_F(RemotePredictorTest, AnAnswerOfAnotherProtocolIsNoPrediction) {
  answer_with({200, {}, "<html>hello</html>"});
  EXPECT_EQ(predictor_->predict(some_capture(), {}).error().code, ErrorCode::corrupt_data);
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
  EXPECT_EQ(error_of_answer(503, "busy").code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace lineguard::wire
