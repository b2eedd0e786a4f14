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
  // `operating_point_digest`: that answers must be of; empty: any. One that is not names its own digest in
  // Prediction::operating_point, so that it is no recipe's.
  static Result<std::unique_ptr<RemotePredictor>> create(const std::string& url, const std::string& model,
                                                         const std::string& operating_point_digest = "");
  ~RemotePredictor() override;

  // Sends the whole view to POST /v1/inspect/{model}: encoded pictures as they are, pixels as pixels. A
  // template is sent once and then named by its digest, until the server does not have it any more. Tells the
  // server the time left. Without a deadline it gives up after 30 s. The request carries a nonce, the part and the sums
  // of its pictures; an answer that does not repeat them belongs to another question, one whose body has another sum
  // was damaged; its connection is not used again. Prediction::pictures are the sums that the server took of what it
  // received. Errors: what the server answered, by its code; timeout; unavailable (no server, or it is too busy);
  // bad_answer (not our protocol, or of another question, model, part or picture); unsupported (several views).
  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override;

 private:
  struct State;
  explicit RemotePredictor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The HTTP status that goes with an error.
int status_of(ErrorCode code);

}  // namespace lineguard::wire
