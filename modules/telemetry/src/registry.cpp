#include <exception>
#include <mutex>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <lineguard/core/check.h>
#include <lineguard/telemetry/registry.h>

namespace lineguard::telemetry {
namespace {

template <typename Kind>
using Families = std::map<std::string_view, prometheus::Family<Kind>*, std::less<>>;

// prometheus-cpp refuses a second family of one name: families are looked up here first.
template <typename Kind, typename Metric, typename Builder>
prometheus::Family<Kind>& family_of(Families<Kind>& families, prometheus::Registry& registry, const Metric& metric,
                                    Builder build) {
  if (const auto known = families.find(metric.name); known != families.end()) return *known->second;
  try {
    auto& family = build().Name(std::string(metric.name)).Help(std::string(metric.help)).Register(registry);
    // The key is the family's own copy of the name: a caller's may be gone later.
    return *families.emplace(family.GetName(), &family).first->second;
  } catch (const std::exception& problem) {
    check_failed("one metric a name", problem.what(), __FILE__, __LINE__);
  }
}

const prometheus::Histogram::BucketBoundaries& bounds_s() {
  static const auto bounds = [] {
    prometheus::Histogram::BucketBoundaries seconds;
    for (const double ms : kLatencyBounds_ms) seconds.push_back(ms / 1000);
    return seconds;
  }();
  return bounds;
}

}  // namespace

struct Registry::State {
  prometheus::Registry registry;
  std::mutex mutex;  // of the families; their values are atomic
  Families<prometheus::Counter> counters;
  Families<prometheus::Gauge> gauges;
  Families<prometheus::Histogram> histograms;

  prometheus::Histogram& histogram(const Histogram& metric, const Labels& labels) {
    std::lock_guard lock(mutex);
    return family_of(histograms, registry, metric, prometheus::BuildHistogram).Add(labels, bounds_s());
  }
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

void Registry::add(const Counter& metric, const Labels& labels, double amount) {
  std::lock_guard lock(state_->mutex);
  family_of(state_->counters, state_->registry, metric, prometheus::BuildCounter).Add(labels).Increment(amount);
}

void Registry::set(const Gauge& metric, const Labels& labels, double value) {
  std::lock_guard lock(state_->mutex);
  family_of(state_->gauges, state_->registry, metric, prometheus::BuildGauge).Add(labels).Set(value);
}

void Registry::observe_ms(const Histogram& metric, const Labels& labels, double ms) {
  state_->histogram(metric, labels).Observe(ms / 1000);
}

void Registry::add_counted(const Histogram& metric, const Labels& labels, const Latencies& latencies) {
  const auto& counts = latencies.in_bucket();
  state_->histogram(metric, labels).ObserveMultiple({counts.begin(), counts.end()}, latencies.sum_ms() / 1000);
}

std::string Registry::expose() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace lineguard::telemetry
