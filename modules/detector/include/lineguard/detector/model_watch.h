// ModelWatch: a thread that looks after a model while it serves: whether its files on disk are still those that it was
// loaded from, and whether it still gives its golden pictures the scores of its training.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <lineguard/core/clock.h>
#include <lineguard/detector/detector.h>

namespace lineguard::detector {

struct WatchConfig {
  std::chrono::milliseconds disk_interval{3'000};         // 0: never
  std::chrono::milliseconds self_test_interval{600'000};  // from one round of golden pictures to the next; 0: never
  std::chrono::milliseconds quiet{50};                    // no prediction for so long: the model counts as idle
};

struct ModelHealth {
  std::string files_changed;     // in words; empty: as they were
  std::string self_test_failed;  // likewise; from then on every prediction is `unavailable`
  std::int64_t self_tests = 0;   // rounds of golden pictures that were finished
};

// Runs at the lowest priority, and golden pictures one at a time while no prediction runs or waits. Logs a warning once
// where the files change, an error where the self-test fails.
class ModelWatch {
 public:
  ModelWatch(std::shared_ptr<Detector> detector, const WatchConfig& config);
  ~ModelWatch();
  ModelWatch(const ModelWatch&) = delete;
  ModelWatch& operator=(const ModelWatch&) = delete;

  ModelHealth health() const;  // thread-safe

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A detector with its watch, where a Predictor is asked for: in the station.
class WatchedDetector final : public Predictor {
 public:
  WatchedDetector(std::shared_ptr<Detector> detector, const WatchConfig& config)
      : detector_(detector), watch_(std::move(detector), config) {}
  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override {
    return detector_->predict(capture, options);
  }
  ModelHealth health() const { return watch_.health(); }  // thread-safe

 private:
  std::shared_ptr<Detector> detector_;
  ModelWatch watch_;
};

}  // namespace lineguard::detector
