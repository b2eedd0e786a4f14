#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>
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
      problems.push_back(fmt::format("{} and {} are both version {} of {}: the first is served", same->path.string(),
                                     path.string(), manifest->version, manifest->name));
      continue;
    }
    of_model.push_back({path, manifest->version});
  }
  for (auto& [name, of_model] : versions) std::ranges::sort(of_model, std::greater<>(), &Found::version);
  return versions;
}

// One that was damaged is no reason to serve none: the version before it then.
std::optional<ServedModel> load_newest(const std::vector<Found>& versions, const LoadModelsOptions& options,
                                       ModelFolder& loaded) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    auto detector = detector::Detector::load(versions[i].path, {.threads = options.threads,
                                                                .parallel_requests = options.parallel_requests,
                                                                .operating_point = options.operating_point});
    if (detector) {
      for (std::size_t older = i + 1; older < versions.size(); ++older)
        loaded.older.push_back(fmt::format("{} ({} version {})", versions[older].path.string(),
                                           (*detector)->model().name, versions[older].version));
      const ModelIdentity identity = (*detector)->model();
      return ServedModel{identity, std::shared_ptr<Predictor>(std::move(*detector))};
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
  for (const auto& [name, versions] : find_versions(folder, loaded.problems)) {
    if (auto model = load_newest(versions, options, loaded)) loaded.models.push_back(std::move(*model));
  }
  if (!loaded.models.empty()) return loaded;
  const std::string why = loaded.problems.empty() ? "it holds no package (a folder with a manifest.toml)"
                                                  : fmt::format("{}", fmt::join(loaded.problems, "\n"));
  return make_error(ErrorCode::not_found, fmt::format("nothing to serve in {}: {}", folder.string(), why));
}

}  // namespace lineguard::serving
