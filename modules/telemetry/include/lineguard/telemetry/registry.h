// The metrics of one process: counters, gauges and histograms with labels, exposed as Prometheus text. prometheus-cpp
// formats the text; nothing else in Lineguard does.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <lineguard/telemetry/latencies.h>

namespace lineguard::telemetry {

// A metric is declared once, as a constant, beside what it measures. Its name follows Prometheus' rules: a unit last
// (`_seconds`, `_bytes`), `_total` for what only grows.
struct Counter {
  std::string_view name, help;
};
struct Gauge {
  std::string_view name, help;
};
struct Histogram {
  std::string_view name, help;  // of seconds, in the buckets of kLatencyBounds_ms
};

using Labels = std::map<std::string, std::string>;

// What an exposition is sent as.
inline constexpr std::string_view kContentType = "text/plain; version=0.0.4";

// Thread-safe. One name for two metrics, or a name that Prometheus refuses, is a bug and ends the program.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  void add(const Counter& metric, const Labels& labels = {}, double amount = 1);
  void set(const Gauge& metric, const Labels& labels, double value);
  void observe_ms(const Histogram& metric, const Labels& labels, double ms);

  // What is counted elsewhere, for an exposition of a snapshot: once for each metric and labels.
  void add_counted(const Histogram& metric, const Labels& labels, const Latencies& latencies);

  std::string expose() const;  // text format 0.0.4

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::telemetry
