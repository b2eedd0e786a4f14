// package_fuzz_seeds FOLDER: each file of a small package, behind the number of its kind.
#include <filesystem>
#include <fstream>
#include <string>

#include <lineguard/core/files.h>
#include <lineguard/package/package.h>

int main(int, char** arguments) {
  using namespace lineguard;
  namespace fs = std::filesystem;
  const fs::path folder = arguments[1], made = folder / "made";
  package::Manifest manifest;
  manifest.name = "tiles";
  manifest.classes = {"crack"};
  manifest.metrics = {{"image AUROC", 0.9, 0.8, 0.95, 61}};
  manifest.preprocessing.roi = Box{0.1, 0.2, 0.5, 0.6};
  if (!package::write_golden(made, {{"good_1.png", 0.25}, {"defect_1.png", 0.5, "twin.png"}})) return 1;
  if (!package::write_manifest(made, manifest) || !package::write_operating_point(made, {})) return 1;
  char kind = 0;
  for (const std::string name :
       {"manifest.toml", "golden/scores.toml", "operating_points/default.toml", "files.sha256"}) {
    const auto text = read_text_file(made / name);
    if (!text) return 1;
    std::ofstream(folder / ("seed_" + std::to_string(kind)), std::ios::binary) << kind << *text;
    ++kind;
  }
  fs::remove_all(made);
}
