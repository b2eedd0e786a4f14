#include "tiles.h"

namespace lineguard::finetune {
using torch::Tensor;
namespace {

constexpr double kBrightness = 0.15;

Tensor turned(Tensor x, int way) {  // the first two dimensions are height and width
  if (way & 4) x = x.transpose(0, 1);
  if (way & 1) x = x.flip(1);
  if (way & 2) x = x.flip(0);
  return x;
}

}  // namespace

Tiles::Tiles(const Job& job, Tensor tiles, Tensor cells)
    : job_(&job), tiles_(std::move(tiles)), cells_(std::move(cells)) {}

Result<Tiles> Tiles::open(const Job& job) {
  const auto count = static_cast<std::int64_t>(job.pictures.size());
  const std::int64_t side = job.input_px, dense = job.dense_cells;
  try {
    return Tiles(
        job,
        torch::from_file(job.tiles().string(), false, count * side * side * 3, torch::kUInt8)
            .view({count, side, side, 3}),
        torch::from_file(job.cells().string(), false, count * dense * dense, torch::kInt8).view({count, dense, dense}));
  } catch (const std::exception& error) {
    return make_error(ErrorCode::io_error, job.folder.string() + ": " + error.what());
  }
}

Batch Tiles::plain(const std::vector<std::size_t>& pictures) const {
  std::vector<Tensor> tiles, cells;
  std::vector<float> defective;
  for (const std::size_t i : pictures) {
    tiles.push_back(tiles_[static_cast<std::int64_t>(i)]);
    cells.push_back(cells_[static_cast<std::int64_t>(i)]);
    if (!job_->pictures[i].has_cells) cells.back() = torch::full_like(cells.back(), -1);
    defective.push_back(static_cast<float>(job_->pictures[i].defective));
  }
  return {torch::stack(tiles), torch::stack(cells).to(torch::kInt64), torch::tensor(defective)};
}

Batch Tiles::varied(const std::vector<std::size_t>& pictures, std::mt19937_64& random) const {
  Batch batch = plain(pictures);
  std::vector<Tensor> tiles, cells;
  for (std::int64_t i = 0; i < batch.tiles.size(0); ++i) {
    const int way = static_cast<int>(random() % 8);
    const double factor = 1 + kBrightness * (static_cast<double>(random() >> 11) * 0x1p-52 - 1);
    const Tensor brighter = (turned(batch.tiles[i], way).to(torch::kFloat32) * factor).clamp(0, 255);
    tiles.push_back(brighter.round().to(torch::kUInt8).contiguous());
    cells.push_back(turned(batch.cells[i], way).contiguous());
  }
  batch.tiles = torch::stack(tiles);
  batch.cells = torch::stack(cells);
  return batch;
}

}  // namespace lineguard::finetune
