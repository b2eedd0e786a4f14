#include <algorithm>
#include <map>

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
  if (fs::exists(folder / "manifest.toml")) return {folder};
  std::vector<fs::path> packages;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (fs::exists(it->path() / "manifest.toml", code)) packages.push_back(it->path());
  }
  std::ranges::sort(packages);  // which of two equals is served must not depend on the file system
  return packages;
}

std::map<std::string, Found> newest_versions(const fs::path& folder, std::vector<std::string>& problems) {
  std::map<std::string, Found> newest;
  for (const fs::path& path : package_folders(folder)) {
    const auto manifest = package::read_manifest(path);
    if (!manifest) {
      problems.push_back(manifest.error().message);
      continue;
    }
    Found& found = newest[manifest->name];
    if (found.version == manifest->version) {
      problems.push_back(fmt::format("{} and {} are both version {} of {}: the first is served", found.path.string(),
                                     path.string(), manifest->version, manifest->name));
    }
    if (manifest->version > found.version) found = {path, manifest->version};
  }
  return newest;
}

}  // namespace

Result<ModelFolder> load_models(const fs::path& folder, const LoadModelsOptions& options) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) return make_error(ErrorCode::not_found, "there is no folder " + folder.string());
  ModelFolder loaded;
  for (const auto& [name, found] : newest_versions(folder, loaded.problems)) {
    detector::LoadOptions load;
    load.threads = options.threads;
    load.parallel_requests = options.parallel_requests;
    auto detector = detector::Detector::load(found.path, load);
    if (!detector) {
      loaded.problems.push_back(detector.error().message);
      continue;
    }
    const ModelIdentity identity = (*detector)->model();
    loaded.models.push_back({identity, std::shared_ptr<Predictor>(std::move(*detector))});
  }
  if (!loaded.models.empty()) return loaded;
  const std::string why = loaded.problems.empty() ? "it holds no package (a folder with a manifest.toml)"
                                                  : fmt::format("{}", fmt::join(loaded.problems, "\n"));
  return make_error(ErrorCode::refused, fmt::format("nothing to serve in {}: {}", folder.string(), why));
}

}  // namespace lineguard::serving
