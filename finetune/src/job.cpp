#include "job.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>

namespace lineguard::finetune {
namespace fs = std::filesystem;
namespace {

template <typename T>
T number(const nlohmann::json& json, const char* key, T low, T high) {
  const T value = json.at(key).get<T>();
  if (!(value >= low && value <= high))
    throw std::runtime_error(fmt::format("{} is {}, allowed are {} to {}", key, value, low, high));
  return value;
}

Job parse(const nlohmann::json& json) {
  if (json.at("format") != "lineguard-finetune/1") throw std::runtime_error("format is not lineguard-finetune/1");
  Job job;
  job.input_px = number(json, "input_px", 64, 1024);
  job.dense_cells = number(json, "dense_cells", 1, 256);
  job.context_cells = number(json, "context_cells", 1, 15);
  job.classes = number(json, "classes", 0, 126);
  job.has_sides = json.value("sides", false);
  job.cell_taps = json.at("cell_taps").get<std::vector<std::string>>();
  job.picture_taps = json.at("picture_taps").get<std::vector<std::string>>();
  job.frozen_to = json.at("frozen_to").get<std::string>();
  job.epochs = number(json, "epochs", 1, 1000);
  job.patience = number(json, "patience", 1, 1000);
  job.learning_rate = number(json, "learning_rate", 1e-7, 1.0);
  job.batch = number(json, "batch", 1, 256);
  job.seed = json.at("seed").get<std::int64_t>();
  for (const auto& row : json.at("pictures")) {
    job.pictures.push_back(
        {number(row, "defective", 0.0, 1.0), row.at("validation").get<bool>(), row.at("cells").get<bool>()});
  }
  if (job.picture_taps.empty()) throw std::runtime_error("picture_taps is empty");
  if (job.count(false) < 2 || job.count(true) < 1)
    throw std::runtime_error("pictures has fewer than two to learn from or none to validate with");
  return job;
}

Result<void> expect_size(const fs::path& file, std::uintmax_t bytes) {
  std::error_code code;
  const auto found = fs::file_size(file, code);
  if (code) return make_error(ErrorCode::not_found, file.string() + ": " + code.message());
  if (found == bytes) return {};
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("{} has {} bytes, job.json asks for {}", file.string(), found, bytes));
}

}  // namespace

std::size_t Job::count(bool validation) const {
  return static_cast<std::size_t>(std::ranges::count(pictures, validation, &JobPicture::validation));
}

Result<Job> read_job(const fs::path& folder) {
  const fs::path file = folder / "job.json";
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  Job job;
  try {
    job = parse(nlohmann::json::parse(text));
  } catch (const std::exception& error) {
    return make_error(ErrorCode::corrupt_data, file.string() + ": " + error.what());
  }
  job.folder = folder;
  LINEGUARD_ASSIGN(job.digest, sha256_hex_of_file(file));
  const std::uintmax_t count = job.pictures.size();
  const auto side = static_cast<std::uintmax_t>(job.input_px), dense = static_cast<std::uintmax_t>(job.dense_cells);
  LINEGUARD_TRY(expect_size(job.tiles(), count * side * side * 3));
  LINEGUARD_TRY(expect_size(job.cells(), count * dense * dense));
  if (job.has_sides) LINEGUARD_TRY(expect_size(job.sides(), count * dense * dense * 4 * sizeof(float)));
  return job;
}

}  // namespace lineguard::finetune
