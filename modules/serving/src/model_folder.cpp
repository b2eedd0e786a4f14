#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <lineguard/core/files.h>
#include <lineguard/core/words.h>
#include <lineguard/detector/detector.h>
#include <lineguard/package/package.h>
#include <lineguard/serving/prediction_server.h>

namespace lineguard::serving {
namespace fs = std::filesystem;
namespace {

struct Found {
  fs::path path;
  std::int64_t version = 0;
};

std::vector<fs::path> package_folders(const fs::path& folder) {
  std::vector<fs::path> packages;
  std::error_code code;
  if (fs::exists(folder / "manifest.toml", code)) return {folder};
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (!is_staging(it->path()) && fs::exists(it->path() / "manifest.toml", code)) packages.push_back(it->path());
  }
  std::ranges::sort(packages);  // which of two equals is served must not depend on the file system
  return packages;
}

// Of each model, the newest first.
std::map<std::string, std::vector<Found>> find_versions(const fs::path& folder, std::vector<std::string>& problems) {
  std::map<std::string, std::vector<Found>> versions;
  for (const fs::path& path : package_folders(folder)) {
    const auto manifest = package::read_manifest(path);
    if (!manifest) {
      problems.push_back(manifest.error().message);
      continue;
    }
    auto& of_model = versions[manifest->name];
    const auto same = std::ranges::find(of_model, manifest->version, &Found::version);
    if (same != of_model.end()) {
      problems.push_back(fmt::format("{} and {} are both version {} of {}: the first is served",
                                     on_one_line(same->path.string()), on_one_line(path.string()), manifest->version,
                                     manifest->name));
      continue;
    }
    of_model.push_back({path, manifest->version});
  }
  for (auto& [name, of_model] : versions) std::ranges::sort(of_model, std::greater<>(), &Found::version);
  return versions;
}

using DetectorResult = Result<std::shared_ptr<detector::Detector>>;

DetectorResult load_detector(const fs::path& package, const detector::LoadOptions& options) {
  try {
    LINEGUARD_ASSIGN(auto detector, detector::Detector::load(package, options));
    return std::shared_ptr<detector::Detector>(std::move(detector));
  } catch (const std::exception& error) {
    return make_error(ErrorCode::internal, fmt::format("{}: {}", on_one_line(package.string()), error.what()));
  }
}

// In a thread of its own: work of the runtime can't be called off, so one that takes too long is left behind with the
// lowest priority, and what it loads is dropped.
DetectorResult load_in_time(const fs::path& package, const detector::LoadOptions& options, Milliseconds limit) {
  struct Loading {
    std::promise<DetectorResult> loaded;
    std::atomic<pid_t> thread{0};
  };
  const auto loading = std::make_shared<Loading>();
  auto loaded = loading->loaded.get_future();
  try {
    std::thread([loading, package, options] {
      loading->thread = gettid();
      loading->loaded.set_value(load_detector(package, options));
    }).detach();
  } catch (const std::system_error& error) {
    return make_error(ErrorCode::unavailable, fmt::format("{}: {}", on_one_line(package.string()), error.what()));
  }
  if (loaded.wait_for(limit) == std::future_status::ready) return loaded.get();
  if (const pid_t thread = loading->thread) setpriority(PRIO_PROCESS, static_cast<id_t>(thread), 19);
  return make_error(ErrorCode::timeout, fmt::format("{}: it was not loaded within {} ms: it is left out",
                                                    on_one_line(package.string()), limit.count()));
}

ServedModel served(std::shared_ptr<detector::Detector> detector, const detector::WatchConfig& config) {
  const auto watch = std::make_shared<detector::ModelWatch>(detector, config);
  const package::PointInUse point = detector->point_in_use();
  return {detector->model(), std::move(detector), [watch] { return watch->health(); }, point};
}

// One that was damaged is no reason to serve none: the version before it then.
std::optional<ServedModel> load_newest(const std::vector<Found>& versions, const LoadModelsOptions& options,
                                       Milliseconds limit, ModelFolder& loaded) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    auto detector = load_in_time(versions[i].path,
                                 {.threads = options.threads,
                                  .parallel_requests = options.parallel_requests,
                                  .operating_point = options.operating_point},
                                 limit);
    if (detector) {
      for (std::size_t older = i + 1; older < versions.size(); ++older)
        loaded.older.push_back(fmt::format("{} ({} version {})", on_one_line(versions[older].path.string()),
                                           (*detector)->model().name, versions[older].version));
      return served(std::move(*detector), options.watch);
    }
    loaded.problems.push_back(detector.error().message);
    // A version before it with that point would be another model than the one that was released.
    const auto points = package::list_operating_points(versions[i].path);
    if (!points.empty() && std::ranges::find(points, options.operating_point) == points.end()) return {};
  }
  return {};
}

}  // namespace

Result<ModelFolder> load_models(const fs::path& folder, const LoadModelsOptions& options) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) return make_error(ErrorCode::not_found, "there is no folder " + folder.string());
  ModelFolder loaded;
  constexpr int kAlone = 6;
  const auto found = find_versions(folder, loaded.problems);
  const bool alone = found.size() == 1 && found.begin()->second.size() == 1;
  for (const auto& [name, versions] : found) {
    if (auto model = load_newest(versions, options, options.load_limit * (alone ? kAlone : 1), loaded))
      loaded.models.push_back(std::move(*model));
  }
  if (!loaded.models.empty()) return loaded;
  const std::string why = loaded.problems.empty() ? "it holds no package (a folder with a manifest.toml)"
                                                  : fmt::format("{}", fmt::join(loaded.problems, "\n"));
  return make_error(ErrorCode::not_found, fmt::format("nothing to serve in {}: {}", folder.string(), why));
}

}  // namespace lineguard::serving
