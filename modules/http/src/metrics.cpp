#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <lineguard/http/metrics.h>

namespace lineguard::http {

// The registry refuses a second family of one name: families are looked up here first.
struct Metrics::State {
  prometheus::Registry registry;
  mutable std::mutex mutex;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
  std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;
};

namespace {

template <typename Family, typename Build>
Family& family_of(std::map<std::string, Family*>& families, prometheus::Registry& registry, const std::string& name,
                  const std::string& help, Build build) {
  Family*& family = families[name];
  if (!family) family = &build().Name(name).Help(help).Register(registry);
  return *family;
}

}  // namespace

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::add(const std::string& name, const std::string& help, const Labels& labels, double amount) {
  std::lock_guard lock(state_->mutex);
  family_of(state_->counters, state_->registry, name, help, prometheus::BuildCounter).Add(labels).Increment(amount);
}

void Metrics::set(const std::string& name, const std::string& help, const Labels& labels, double value) {
  std::lock_guard lock(state_->mutex);
  family_of(state_->gauges, state_->registry, name, help, prometheus::BuildGauge).Add(labels).Set(value);
}

void Metrics::observe_seconds(const std::string& name, const std::string& help, const Labels& labels, double seconds) {
  static const prometheus::Histogram::BucketBoundaries bounds = {
      0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10};
  std::lock_guard lock(state_->mutex);
  family_of(state_->histograms, state_->registry, name, help, prometheus::BuildHistogram)
      .Add(labels, bounds)
      .Observe(seconds);
}

std::string Metrics::expose() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace lineguard::http
