#include <cstdlib>
#include <vector>

#include <lineguard/features/installed_backbone.h>

namespace lineguard::features {
namespace fs = std::filesystem;

Result<fs::path> find_installed_backbone() {
  std::vector<fs::path> places;
  if (const char* named = std::getenv("LINEGUARD_BACKBONE")) places.emplace_back(named);
  std::error_code code;
  const fs::path program = fs::read_symlink("/proc/self/exe", code);
  if (!code) places.push_back(program.parent_path().parent_path() / "share/lineguard/backbone/backbone.xml");
  places.emplace_back(fs::path(LINEGUARD_DEPS_DIR) / "backbone/backbone.xml");
  std::string tried;
  for (const fs::path& place : places) {
    if (fs::exists(place, code)) return place;
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  return make_error(ErrorCode::not_found, "no backbone is installed; looked for " + tried);
}

}  // namespace lineguard::features
