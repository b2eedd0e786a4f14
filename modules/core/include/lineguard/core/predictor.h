// Predictor: whatever turns a capture into a prediction, in this process or behind a server.
#pragma once

#include <lineguard/core/clock.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard {

struct PredictOptions {
  bool want_map = false;        // Prediction::map at the original size
  bool want_embedding = false;  // Prediction::embedding
  bool want_regions = true;
  bool want_faint_regions = false;          // Prediction::faint_regions; of a detector in this process only
  SteadyTime deadline = SteadyTime::max();  // a later answer is of no use: give up with `timeout`
};

class Predictor {
 public:
  virtual ~Predictor() = default;

  // Thread-safe; blocks until the prediction is there, failed, or the deadline passed.
  // Errors: corrupt_data / too_large / unsupported for the picture, timeout, unavailable, internal.
  virtual Result<Prediction> predict(const Capture& capture, const PredictOptions& options) = 0;
};

}  // namespace lineguard
