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

// Left, top, right, bottom change their names with the picture.
Tensor turned_sides(const Tensor& sides, int way) {
  std::vector<std::int64_t> order{0, 1, 2, 3};
  if (way & 4) order = {1, 0, 3, 2};
  if (way & 1) std::swap(order[0], order[2]);
  if (way & 2) std::swap(order[1], order[3]);
  return turned(sides, way).index_select(2, torch::tensor(order));
}

}  // namespace

Tiles::Tiles(const Job& job, Tensor tiles, Tensor cells, Tensor sides)
    : job_(&job), tiles_(std::move(tiles)), cells_(std::move(cells)), sides_(std::move(sides)) {}

Result<Tiles> Tiles::open(const Job& job) {
  const auto count = static_cast<std::int64_t>(job.pictures.size());
  const std::int64_t side = job.input_px, dense = job.dense_cells;
  try {
    Tensor sides;
    if (job.has_sides) {
      sides = torch::from_file(job.sides().string(), false, count * dense * dense * 4, torch::kFloat32)
                  .view({count, dense, dense, 4});
    }
    return Tiles(
        job,
        torch::from_file(job.tiles().string(), false, count * side * side * 3, torch::kUInt8)
            .view({count, side, side, 3}),
        torch::from_file(job.cells().string(), false, count * dense * dense, torch::kInt8).view({count, dense, dense}),
        std::move(sides));
  } catch (const std::exception& error) {
    return make_error(ErrorCode::io_error, job.folder.string() + ": " + error.what());
  }
}

Batch Tiles::plain(const std::vector<std::size_t>& pictures) const {
  std::vector<Tensor> tiles, cells, sides;
  std::vector<float> defective;
  for (const std::size_t i : pictures) {
    tiles.push_back(tiles_[static_cast<std::int64_t>(i)]);
    cells.push_back(cells_[static_cast<std::int64_t>(i)]);
    if (!job_->pictures[i].has_cells) cells.back() = torch::full_like(cells.back(), -1);
    if (job_->has_sides) sides.push_back(sides_[static_cast<std::int64_t>(i)]);
    defective.push_back(static_cast<float>(job_->pictures[i].defective));
  }
  return {torch::stack(tiles), torch::stack(cells).to(torch::kInt64), sides.empty() ? Tensor() : torch::stack(sides),
          torch::tensor(defective)};
}

Batch Tiles::varied(const std::vector<std::size_t>& pictures, std::mt19937_64& random) const {
  Batch batch = plain(pictures);
  std::vector<Tensor> tiles, cells, sides;
  for (std::int64_t i = 0; i < batch.tiles.size(0); ++i) {
    const int way = static_cast<int>(random() % 8);
    const double factor = 1 + kBrightness * (static_cast<double>(random() >> 11) * 0x1p-52 - 1);
    const Tensor brighter = (turned(batch.tiles[i], way).to(torch::kFloat32) * factor).clamp(0, 255);
    tiles.push_back(brighter.round().to(torch::kUInt8).contiguous());
    cells.push_back(turned(batch.cells[i], way).contiguous());
    if (job_->has_sides) sides.push_back(turned_sides(batch.sides[i], way).contiguous());
  }
  if (job_->has_sides) batch.sides = torch::stack(sides);
  batch.tiles = torch::stack(tiles);
  batch.cells = torch::stack(cells);
  return batch;
}

}  // namespace lineguard::finetune
