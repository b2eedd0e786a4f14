#include <string>

#include <gtest/gtest.h>

#include <lineguard/telemetry/registry.h>
#include <lineguard/telemetry/testing/metric_names.h>

namespace lineguard::telemetry {
namespace {

constexpr Counter kRequests{"lineguard_requests_total", "Requests"};
constexpr Gauge kQueue{"lineguard_queue", "Waiting"};
constexpr Histogram kPredict{"lineguard_predict_seconds", "Prediction"};

TEST(Registry, ExposesPrometheusText) {
  Registry registry;
  registry.add(kRequests, {{"status", "200"}}, 2);
  registry.add(kRequests, {{"status", "503"}});
  registry.set(kQueue, {}, 3);
  registry.observe_ms(kPredict, {}, 4);
  const std::string text = registry.expose();
  for (const char* line :
       {"# HELP lineguard_requests_total Requests\n", "# TYPE lineguard_requests_total counter\n",
        "lineguard_requests_total{status=\"200\"} 2\n", "lineguard_requests_total{status=\"503\"} 1\n",
        "# TYPE lineguard_queue gauge\n", "lineguard_queue 3\n", "# TYPE lineguard_predict_seconds histogram\n",
        "lineguard_predict_seconds_bucket{le=\"0.002\"} 0\n", "lineguard_predict_seconds_bucket{le=\"0.005\"} 1\n",
        "lineguard_predict_seconds_bucket{le=\"+Inf\"} 1\n", "lineguard_predict_seconds_count 1\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(Registry, ALabelMayHoldAnything) {
  Registry registry;
  registry.add(kRequests, {{"model", "a \"b\"\\\nc"}});
  EXPECT_NE(registry.expose().find("{model=\"a \\\"b\\\"\\\\\\nc\"} 1\n"), std::string::npos) << registry.expose();
}

TEST(Registry, LatenciesOfASnapshotAreExposedAsIfObservedOneByOne) {
  Registry at_once, one_by_one;
  Latencies latencies;
  for (const double ms : {0.5, 1.0, 1.1, 75.0, 99.0, 100.0, 20'000.0}) {
    latencies.add(ms);
    one_by_one.observe_ms(kPredict, {}, ms);
  }
  at_once.add_counted(kPredict, {}, latencies);
  EXPECT_EQ(at_once.expose(), one_by_one.expose());
  EXPECT_EQ(latencies.count(), 7u);
  EXPECT_EQ(latencies.in_bucket().back(), 1u);
}

TEST(Registry, BoundsGrow) {
  for (std::size_t i = 1; i < kLatencyBounds_ms.size(); ++i) EXPECT_LT(kLatencyBounds_ms[i - 1], kLatencyBounds_ms[i]);
}

TEST(RegistryDeathTest, OneNameForTwoMetricsIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Registry registry;
        registry.add(kRequests);
        registry.set(Gauge{kRequests.name, "of another kind"}, {}, 1);
      },
      "one metric a name");
}

TEST(MetricNames, AreFoundInBothTexts) {
  Registry registry;
  registry.add(kRequests);
  registry.observe_ms(kPredict, {}, 1);
  EXPECT_EQ(testing::exposed_names(registry.expose()),
            testing::documented_names("| `lineguard_requests_total`, `lineguard_predict_seconds` | `model` | …",
                                      "lineguard_"));
}

}  // namespace
}  // namespace lineguard::telemetry
