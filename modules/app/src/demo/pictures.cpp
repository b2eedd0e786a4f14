#include "demo/pictures.h"

#include <algorithm>
#include <random>
#include <sstream>

#include <fmt/format.h>

#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSeed = 3;

// By hand: std::shuffle may differ between libraries, and the choice must be the same everywhere.
void mix(std::vector<Cell>& cells, unsigned seed) {
  std::mt19937 random(seed);
  for (std::size_t i = cells.size(); i > 1; --i) std::swap(cells[i - 1], cells[random() % i]);
}

struct LabelLine {
  std::string image, type;
  double probability = 0;
};

Result<LabelLine> parse_line(const std::string& line, const std::string& where) {
  LabelLine parsed;
  std::istringstream words(line);
  if (words >> parsed.image >> parsed.probability >> parsed.type && parsed.probability >= 0 && parsed.probability <= 1)
    return parsed;
  return make_error(
      ErrorCode::corrupt_data,
      where + ": expected \"images/cell0001.png  1.0  mono\": a picture, a probability of 0 to 1, a type");
}

}  // namespace

Result<DemoPictures> read_demo_pictures(const fs::path& folder, std::size_t training) {
  const fs::path root = fs::absolute(folder).lexically_normal();
  const fs::path labels = root / "labels.csv";
  LINEGUARD_ASSIGN(const std::string text, read_text_file(labels));
  DemoPictures pictures;
  std::vector<Cell> good;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    LINEGUARD_ASSIGN(const LabelLine cell, parse_line(line, fmt::format("{}, line {}", labels.string(), number)));
    const bool is_good = cell.probability == 0, is_defective = cell.probability == 1;
    if (cell.type != "mono" || (!is_good && !is_defective)) {
      ++pictures.left_out;
    } else {
      (is_good ? good : pictures.held_back).push_back({root / cell.image, is_defective});
    }
  }
  if (good.size() < 2 || pictures.held_back.empty())
    return make_error(ErrorCode::refused, fmt::format("{}: {} good and {} defective mono cells; both are needed",
                                                      labels.string(), good.size(), pictures.held_back.size()));
  mix(good, kSeed);
  const auto taught = static_cast<std::ptrdiff_t>(std::min(training, good.size() / 2));
  pictures.training.assign(good.begin(), good.begin() + taught);
  pictures.held_back.insert(pictures.held_back.end(), good.begin() + taught, good.end());
  const auto by_name = [](const Cell& a, const Cell& b) { return a.file < b.file; };
  std::ranges::sort(pictures.training, by_name);
  std::ranges::sort(pictures.held_back, by_name);
  return pictures;
}

Result<void> write_cells_csv(const DemoPictures& pictures, const fs::path& file) {
  std::string text = "image,label,part,split\n";
  const auto add = [&text](const std::vector<Cell>& cells, const char* split) {
    for (const Cell& cell : cells)
      text += fmt::format("\"{}\",{},{},{}\n", cell.file.string(), cell.defective ? "defective" : "good",
                          cell.file.stem().string(), split);
  };
  add(pictures.training, "train");
  add(pictures.held_back, "test");
  return write_file_atomically(file, text);
}

std::vector<Cell> choose_parts(const std::vector<Cell>& held_back, std::size_t parts) {
  std::vector<Cell> good, defective, chosen;
  for (const Cell& cell : held_back) (cell.defective ? defective : good).push_back(cell);
  mix(good, kSeed + 1);
  mix(defective, kSeed + 2);
  const std::size_t wanted_defective = std::max<std::size_t>(1, parts / 4);
  for (std::size_t i = 0; i < parts; ++i) {
    const bool take_defective = i < wanted_defective;
    const auto& from = take_defective ? defective : good;
    chosen.push_back(from[(take_defective ? i : i - wanted_defective) % from.size()]);
  }
  mix(chosen, kSeed + 3);
  return chosen;
}

}  // namespace lineguard::app
