// Metrics: counters, gauges and histograms with labels, exposed as Prometheus text. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lineguard::http {

using Labels = std::map<std::string, std::string>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The first use of a name fixes its kind and its help text.
  void add(const std::string& name, const std::string& help, const Labels& labels, double amount = 1);
  void set(const std::string& name, const std::string& help, const Labels& labels, double value);
  // Bucket bounds 1 ms to 10 s; give seconds.
  void observe_seconds(const std::string& name, const std::string& help, const Labels& labels, double seconds);

  std::string expose() const;  // text format 0.0.4

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::http
