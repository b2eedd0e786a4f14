// What /metrics of the prediction server exposes. docs/api.md says the same, and a test compares the two.
#pragma once

#include <lineguard/telemetry/registry.h>

namespace lineguard::serving {

inline constexpr telemetry::Counter kRequests{"lineguard_requests_total", "Inspection requests by model and status"};
inline constexpr telemetry::Counter kPredictions{"lineguard_predictions_total",
                                                 "Predictions by the server's own, informative label"};
inline constexpr telemetry::Counter kDamagedRequests{"lineguard_damaged_requests_total",
                                                     "Requests whose body does not match its checksums"};

inline constexpr telemetry::Histogram kRequestSeconds{"lineguard_request_seconds",
                                                      "From a request's header to its answer"};
inline constexpr telemetry::Histogram kWaitSeconds{"lineguard_wait_seconds",
                                                   "From a request's header to a worker: its body and the queue"};
inline constexpr telemetry::Histogram kInspectSeconds{"lineguard_inspect_seconds",
                                                      "Decode and prediction, without waiting"};
inline constexpr telemetry::Histogram kDecodeSeconds{"lineguard_decode_seconds", "Decoding the picture"};

inline constexpr telemetry::Gauge kQueueWaiting{"lineguard_queue_waiting", "Requests that wait for a worker"};
inline constexpr telemetry::Gauge kRequestsRunning{"lineguard_requests_running", "Requests being predicted"};
inline constexpr telemetry::Gauge kRequestMemory{
    "lineguard_request_memory_bytes",
    "Held by requests (bodies, decoded pictures, answers) and by templates that are kept"};
inline constexpr telemetry::Gauge kConnections{"lineguard_connections", "Open connections"};
inline constexpr telemetry::Gauge kModelInfo{"lineguard_model_info", "The models being served"};
inline constexpr telemetry::Gauge kFilesChanged{"lineguard_model_files_changed",
                                                "1: the package on disk is not the one that was loaded"};
inline constexpr telemetry::Gauge kSelfTestFailed{"lineguard_model_self_test_failed",
                                                  "1: a golden picture has another score, nothing is predicted"};
inline constexpr telemetry::Gauge kSelfTests{"lineguard_model_self_tests", "Rounds of golden pictures since the start"};

}  // namespace lineguard::serving
