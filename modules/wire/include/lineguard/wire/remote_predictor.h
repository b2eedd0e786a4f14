// RemotePredictor: a prediction server behind the Predictor interface.
#pragma once

#include <memory>
#include <string>

#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>

namespace lineguard::wire {

// Thread-safe: each concurrent call uses a connection of its own, kept alive between calls.
class RemotePredictor final : public Predictor {
 public:
  // url: "http://127.0.0.1:8080"; nothing is sent yet. Errors: invalid_argument, unsupported (https).
  static Result<std::unique_ptr<RemotePredictor>> create(const std::string& url, const std::string& model);
  ~RemotePredictor() override;

  // Sends the whole first view to POST /v1/inspect/{model}: encoded pictures as they are, pixels as PNG. Tells the
  // server the time left. Without a deadline it gives up after 30 s. Errors: what the server answered, by its code;
  // timeout; unavailable (no server, or it is too busy); corrupt_data (not our protocol); unsupported (a map is asked
  // for, or several views).
  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override;

 private:
  struct State;
  explicit RemotePredictor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The HTTP status that goes with an error, and the error that an answer with a status of 400 or more carries.
int status_of(ErrorCode code);
Error error_of_answer(int status, std::string_view body);

}  // namespace lineguard::wire
