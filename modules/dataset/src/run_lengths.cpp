#include "run_lengths.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/image.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/overlay.h>
#include <lineguard/imaging/properties.h>

namespace lineguard::dataset {
namespace {

constexpr int kLongestNumber = 7;  // pieces of five bits: more than any picture has pixels, and no sum overflows
constexpr double kSpeckPx = 4;     // side of a hole that counts

Error problem(std::string what) {
  return make_error(ErrorCode::corrupt_data, std::move(what));
}

// Pixels from `begin` to before `end`, counted down the columns.
struct SetRun {
  std::int64_t begin = 0, end = 0;
};

Result<std::vector<SetRun>> set_runs(const std::vector<std::int64_t>& runs, std::int64_t pixels) {
  std::vector<SetRun> found;
  std::int64_t at = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i] < 0) return problem(fmt::format("run {} is {}: expected 0 or more", i, runs[i]));
    if (runs[i] > pixels - at) return problem(fmt::format("run {} goes beyond the mask's {} pixels", i, pixels));
    if (i % 2 == 1 && runs[i] > 0) found.push_back({at, at + runs[i]});
    at += runs[i];
  }
  if (at != pixels) return problem(fmt::format("the runs make {} pixels, expected the mask's {}", at, pixels));
  if (found.empty()) return problem("the mask marks no pixel");
  return found;
}

// A part of the picture as a mask of its own.
struct Patch {
  int left = 0, top = 0;
  Image mask;
};

Patch patch_of(const std::vector<SetRun>& runs, int height) {
  int top = height, bottom = 0;
  const auto column = [&](std::int64_t at) { return static_cast<int>(at / height); };
  const auto row = [&](std::int64_t at) { return static_cast<int>(at % height); };
  for (const SetRun& run : runs) {
    const bool several = column(run.begin) != column(run.end - 1);
    top = std::min(top, several ? 0 : row(run.begin));
    bottom = std::max(bottom, several ? height : row(run.end - 1) + 1);
  }
  const int left = column(runs.front().begin), right = column(runs.back().end - 1) + 1;
  Patch patch{left, top, Image({right - left, bottom - top}, 1)};
  for (const SetRun& run : runs) {
    for (std::int64_t at = run.begin; at < run.end; ++at)
      patch.mask.row_u8(row(at) - top)[static_cast<std::size_t>(column(at) - left)] = 255;
  }
  return patch;
}

// Columns where pieces begin: the first, and the first of each hole.
std::set<int> cuts_of(const Image& mask) {
  Image unset(mask.size(), 1);
  std::ranges::transform(mask.bytes(), unset.bytes().begin(), [](std::byte b) { return ~b; });
  std::set<int> cuts{0};
  for (const Box& gap : imaging::component_boxes(unset)) {
    const bool inside =
        gap.x > 0 && gap.y > 0 && gap.x + gap.width < mask.width_px() && gap.y + gap.height < mask.height_px();
    if (inside && std::max(gap.width, gap.height) >= kSpeckPx) cuts.insert(static_cast<int>(gap.x));
  }
  return cuts;
}

Image columns_of(const Image& mask, int from, int to) {
  Image part({to - from, mask.height_px()}, 1);
  for (int y = 0; y < mask.height_px(); ++y)
    std::copy_n(mask.row_u8(y).begin() + from, to - from, part.row_u8(y).begin());
  return part;
}

}  // namespace

Result<std::vector<std::int64_t>> decompress_runs(std::string_view text) {
  std::vector<std::int64_t> runs;
  for (std::size_t at = 0; at < text.size();) {
    std::int64_t number = 0;
    for (int piece = 0;; ++piece) {
      if (piece == kLongestNumber) return problem(fmt::format("run {} has too many digits", runs.size()));
      if (at == text.size()) return problem("the text of counts ends within a number");
      const int bits = text[at] - '0';
      if (bits < 0 || bits > 63) return problem(fmt::format("character {} of counts is none of COCO's", at));
      ++at;
      number |= static_cast<std::int64_t>(bits & 31) << (5 * piece);
      if (bits & 32) continue;
      if (bits & 16) number -= std::int64_t{1} << (5 * (piece + 1));
      break;
    }
    runs.push_back(runs.size() > 2 ? number + runs[runs.size() - 2] : number);
  }
  return runs;
}

Result<std::vector<Outline>> outlines_of_runs(const std::vector<std::int64_t>& runs, Size size) {
  const std::int64_t pixels = std::int64_t{size.width_px} * size.height_px, most = imaging::DecodeLimits{}.max_pixels;
  if (size.width_px < 1 || size.height_px < 1 || pixels > most) {
    return make_error(ErrorCode::too_large,
                      fmt::format("the mask is {} x {}, expected 1 to {} pixels", size.width_px, size.height_px, most));
  }
  LINEGUARD_ASSIGN(const std::vector<SetRun> set, set_runs(runs, pixels));
  const Patch patch = patch_of(set, size.height_px);
  std::set<int> cuts = cuts_of(patch.mask);
  cuts.insert(patch.mask.width_px());
  std::vector<Outline> outlines;
  for (auto from = cuts.begin(), to = std::next(from); to != cuts.end(); from = to++) {
    for (Outline& outline : imaging::outlines_of(columns_of(patch.mask, *from, *to))) {
      for (Point& point : outline) point = {point.x + patch.left + *from, point.y + patch.top};
      outlines.push_back(std::move(outline));
    }
  }
  return outlines;
}

}  // namespace lineguard::dataset
