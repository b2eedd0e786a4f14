// What the server adds to a prediction: a 100 KB picture through RemotePredictor, loopback and PredictionServer, minus
// the same predictor called in process. Each request is timed by itself; the counters are medians over all of them, in
// milliseconds. Promised: overhead_p50_ms under 0.5.
#include <algorithm>
#include <numeric>

#include <benchmark/benchmark.h>

#include <lineguard/core/check.h>
#include <lineguard/serving/prediction_server.h>
#include <lineguard/wire/remote_predictor.h>

namespace lineguard::serving {
namespace {

const ModelIdentity kModel{"tiles", 1, std::string(64, 'a')};

// Reads every byte once and answers with a prediction of ordinary size.
class ReadingPredictor final : public Predictor {
 public:
  Result<Prediction> predict(const Capture& capture, const PredictOptions&) override {
    const Bytes& bytes = *std::get<std::shared_ptr<const Bytes>>(capture.views.at(0).content);
    Prediction prediction;
    prediction.score = std::accumulate(bytes.begin(), bytes.end(), 0.0,
                                       [](double sum, std::byte byte) { return sum + std::to_integer<int>(byte); });
    prediction.label = Label::defective;
    prediction.model = kModel;
    prediction.image_size = {640, 480};
    for (int i = 0; i < 3; ++i) {
      prediction.regions.push_back({{10, 10, 20, 20}, 0.5, "", {{10, 10}, {30, 10}, {30, 30}, {10, 30}}});
    }
    return prediction;
  }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double timed_ms(Predictor& predictor, const Capture& capture) {
  const SteadyTime start = system_clock().now();
  const auto prediction = predictor.predict(capture, {});
  const double elapsed_ms = milliseconds_between(start, system_clock().now());
  LINEGUARD_CHECK(prediction.ok(), "every request of the benchmark is answered");
  return elapsed_ms;
}

void ServerOverhead(benchmark::State& state) {
  const auto local = std::make_shared<ReadingPredictor>();
  auto server = PredictionServer::start({{.port = 0}}, {{kModel, local}});
  LINEGUARD_CHECK(server.ok(), "a free port is there");
  auto remote = wire::RemotePredictor::create("http://127.0.0.1:" + std::to_string((*server)->port()), kModel.name);
  LINEGUARD_CHECK(remote.ok(), "the address is right");
  Capture capture;
  const auto body_bytes = static_cast<std::size_t>(state.range(0));
  capture.views.push_back({"", std::make_shared<const Bytes>(body_bytes, std::byte{7}), "bench"});

  std::vector<double> over_http, in_process;
  for (auto _ : state) {
    over_http.push_back(timed_ms(**remote, capture));
    in_process.push_back(timed_ms(*local, capture));
  }
  state.counters["http_p50_ms"] = median(over_http);
  state.counters["in_process_p50_ms"] = median(in_process);
  state.counters["overhead_p50_ms"] = median(over_http) - median(in_process);
}
BENCHMARK(ServerOverhead)->Arg(100'000)->Arg(1'000'000)->Iterations(2000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace lineguard::serving
