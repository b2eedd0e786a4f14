// PredictionServer: packages behind HTTP. Endpoints, statuses and examples: docs/api.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/detector/model_watch.h>
#include <lineguard/http/server.h>

namespace lineguard::serving {

struct ServedModel {
  ModelIdentity identity;
  std::shared_ptr<Predictor> predictor;
  std::function<detector::ModelHealth()> health{};  // thread-safe; none: nothing looks after it
  package::PointInUse point{};                      // that answers are of
};

// Models by name: the newest version of each name in a folder of packages.
struct ModelFolder {
  std::vector<ServedModel> models;    // by name
  std::vector<std::string> problems;  // packages that cannot be served, and why
  std::vector<std::string> older;     // packages that a newer version stands in for: "models/tiles-1 (tiles version 1)"
};

struct LoadModelsOptions {
  int threads = 1;                          // cores of one prediction
  int parallel_requests = 2;                // predictions at once a model
  std::string operating_point = "default";  // whose threshold gives the label of an answer
  // A package that takes longer to load is a problem and left behind, so that it does not keep the others waiting; the
  // only one of a folder may take six times as long.
  std::chrono::milliseconds load_limit{10'000};
  detector::WatchConfig watch;  // of the files and the golden pictures of each model
};

// `folder` holds packages as subfolders, or is one itself. A package that is broken in any way, or
// takes too long to load, is a problem, not served; the version
// before it is served in its place, so that one damaged file does not stop the line; of a name whose newest version has
// no such operating point nothing is served. Errors: not_found (no folder, or
// nothing that can be served; says why).
Result<ModelFolder> load_models(const std::filesystem::path& folder, const LoadModelsOptions& options);

struct ServingConfig {
  http::ServerConfig http;
};

// Thread-safe.
class PredictionServer {
 public:
  // Errors: those of http::Server::start.
  static Result<std::unique_ptr<PredictionServer>> start(const ServingConfig& config, std::vector<ServedModel> models);
  ~PredictionServer();
  std::uint16_t port() const;
  // Readiness falls first, then requests that were accepted finish for up to `drain`. True where all did.
  bool stop(Milliseconds drain);

 private:
  struct State;
  explicit PredictionServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::serving
