#include <chrono>

#include <fmt/format.h>

#include <lineguard/core/log.h>
#include <lineguard/package/release.h>
#include <lineguard/package/ruled_point.h>
#include <lineguard/package/signed_document.h>
#include <lineguard/station/release_check.h>

namespace lineguard::station {
namespace {

constexpr std::chrono::seconds kLookPause{5};

Error refuse(const std::string& why) {
  return make_error(ErrorCode::refused, "release: " + why);
}

// The recipe's threshold and rules decide what passes: they must be those that were released.
Result<void> check_recipe(const Recipe& recipe, const package::PointInUse& named, const package::RuledPoint& point) {
  if (recipe.threshold != point.point.threshold)
    return refuse(fmt::format("the recipe's threshold {} is not that of the released operating point \"{}\", {}",
                              recipe.threshold, point.point.id, point.point.threshold));
  if (named.rules != point.rules)
    return refuse(
        fmt::format("the recipe's region rules are not those of the released operating point \"{}\"", point.point.id));
  if (!named.digest.empty() && named.digest != point.digest)
    return refuse(fmt::format("the recipe names another operating point \"{}\" (digest) than the one that was released",
                              point.point.id));
  return {};
}

}  // namespace

Result<ReleaseState> check_release(const StationConfig& config) {
  ReleaseState state;
  if (!config.release.required) return state;
  const Recipe& recipe = config.cycle.recipe;
  const auto keys = package::read_trusted_keys(config.release.trusted);
  if (!keys) return keys.error().in("release.trusted");
  const auto release = package::check_released(config.release.package,
                                               {recipe.package_digest, recipe.operating_point, recipe.id}, *keys);
  if (!release) return release.error().in("release");
  const auto point = package::read_ruled_point(config.release.package, recipe.operating_point);
  if (!point) return point.error().in("release");
  LINEGUARD_TRY(check_recipe(recipe, config.cycle.point, *point));
  return ReleaseState{true, release->number, release->by, release->at, release->key_name, ""};
}

ReleaseWatch::ReleaseWatch(const StationConfig& config, Station& station) : config_(config), station_(station) {
  if (!config.release.required) return;
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kLookPause, [&] { return ended_; })) {
      lock.unlock();
      look();
      lock.lock();
    }
  });
}

ReleaseWatch::~ReleaseWatch() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ReleaseWatch::look() {
  const auto checked = check_release(config_);
  const std::string problem = checked ? "" : checked.error().message;
  if (problem == problem_) return;
  problem_ = problem;
  station_.set_release_problem(problem);
  if (!problem.empty()) log_error("station", problem + ": takes effect at the next start");
  if (problem.empty()) log_info("station", "the release holds again");
}

}  // namespace lineguard::station
