#include "masks/run_lengths.h"

#include "masks/outline_limits.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <lineguard/imaging/decode.h>

namespace lineguard::dataset {
namespace {

constexpr int kLongestNumber = 7;  // pieces of five bits: more than any picture has pixels, and no sum overflows

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
    if (i % 2 == 1 && runs[i] > 0) {
      if (found.empty() || found.back().end < at) found.push_back({at, at});  // else after a run of no pixel
      found.back().end += runs[i];
    }
    at += runs[i];
  }
  if (at != pixels) return problem(fmt::format("the runs make {} pixels, expected the mask's {}", at, pixels));
  return found;
}

// Set pixels of one column, or of several that are set as a whole; every number is that of a pixel inside.
struct Stripe {
  int left = 0, right = 0, top = 0, bottom = 0;
};

// Column by column, from top to bottom: at most three for a run.
std::vector<Stripe> stripes_of(const std::vector<SetRun>& runs, int height) {
  std::vector<Stripe> stripes;
  for (auto [at, end] : runs) {
    while (at < end) {
      const int column = static_cast<int>(at / height), row = static_cast<int>(at % height);
      const int whole = row == 0 ? static_cast<int>((end - at) / height) : 0;
      const int columns = std::max(1, whole);
      const int rows = whole > 0 ? height : static_cast<int>(std::min<std::int64_t>(end - at, height - row));
      stripes.push_back({column, column + columns - 1, row, row + rows - 1});
      at += std::int64_t{columns} * rows;
    }
  }
  return stripes;
}

// Adds a point; one in the middle of a straight line is left out.
void add(Outline& line, Point to) {
  if (!line.empty() && line.back() == to) return;
  if (line.size() > 1) {
    const Point a = line[line.size() - 2], b = line.back();
    const double across = (b.x - a.x) * (to.y - b.y) - (b.y - a.y) * (to.x - b.x);
    const double along = (b.x - a.x) * (to.x - b.x) + (b.y - a.y) * (to.y - b.y);
    if (across == 0 && along > 0) line.pop_back();
  }
  line.push_back(to);
}

// Stripes one beside the other, each with a row in common with the next: there is no hole between them.
class Piece {
 public:
  explicit Piece(const Stripe& first) : last_(first) {
    add(upper_, point(first.left, first.top));
    add(lower_, point(first.left, first.bottom));
  }

  const Stripe& last() const { return last_; }
  std::size_t points() const { return upper_.size() + lower_.size(); }

  void extend(const Stripe& next) {
    step(upper_, last_.top, next.top, std::max(last_.top, next.top), next.left);
    step(lower_, last_.bottom, next.bottom, std::min(last_.bottom, next.bottom), next.left);
    last_ = next;
  }

  Outline close() && {
    add(upper_, point(last_.right, last_.top));
    add(lower_, point(last_.right, last_.bottom));
    for (auto at = lower_.rbegin(); at != lower_.rend(); ++at) add(upper_, *at);
    if (upper_.size() > 1 && upper_.front() == upper_.back()) upper_.pop_back();
    upper_.shrink_to_fit();
    return std::move(upper_);
  }

 private:
  static Point point(int x, int y) { return {static_cast<double>(x), static_cast<double>(y)}; }

  // To the next column, through `inner`, the one of the two rows that both stripes have: a slanted line would cover
  // pixels of neither.
  void step(Outline& line, int from, int to, int inner, int next_column) {
    add(line, point(last_.right, from));
    if (std::abs(to - from) > 1) add(line, point(inner == to ? last_.right : next_column, inner));
    add(line, point(next_column, to));
  }

  Outline upper_, lower_;  // from left to right
  Stripe last_;
};

int rows_in_common(const Stripe& a, const Stripe& b) {
  return std::min(a.bottom, b.bottom) - std::max(a.top, b.top) + 1;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Which stripe of the next column goes on with each piece: of those that touch it the one with the most rows in common,
// each with one piece only. Both are in order from top to bottom.
std::vector<std::size_t> match(const std::vector<Piece>& open, std::span<const Stripe> column) {
  std::vector<std::size_t> next(open.size(), kNone);
  std::size_t first = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    while (first < open.size() && open[first].last().bottom < column[i].top) ++first;
    std::size_t best = kNone;
    const auto rows = [&](std::size_t piece, std::size_t stripe) {
      return rows_in_common(open[piece].last(), column[stripe]);
    };
    for (std::size_t k = first; k < open.size() && open[k].last().top <= column[i].bottom; ++k) {
      if (best == kNone || rows(k, i) > rows(best, i)) best = k;
    }
    if (best != kNone && (next[best] == kNone || rows(best, i) > rows(best, next[best]))) next[best] = i;
  }
  return next;
}

// The pieces that end in `column`; of `open` those that do not go on become outlines.
std::vector<Piece> go_on(std::vector<Piece> open, std::span<const Stripe> column, std::vector<Outline>& outlines) {
  const bool beside = !open.empty() && !column.empty() && open.front().last().right + 1 == column.front().left;
  const auto next = beside ? match(open, column) : std::vector<std::size_t>(open.size(), kNone);
  std::vector<Piece> pieces(column.begin(), column.end());
  for (std::size_t k = 0; k < open.size(); ++k) {
    if (next[k] == kNone) {
      outlines.push_back(std::move(open[k]).close());
      continue;
    }
    open[k].extend(column[next[k]]);
    pieces[next[k]] = std::move(open[k]);
  }
  return pieces;
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
  const std::vector<Stripe> stripes = stripes_of(set, size.height_px);
  std::vector<Outline> outlines;
  std::vector<Piece> open;
  std::size_t closed = 0, closed_points = 0;
  for (auto from = stripes.begin(); from != stripes.end();) {
    const auto to = std::find_if(from, stripes.end(), [&](const Stripe& stripe) { return stripe.left != from->left; });
    open = go_on(std::move(open), {from, to}, outlines);
    for (; closed < outlines.size(); ++closed) closed_points += outlines[closed].size();
    const auto points = std::transform_reduce(open.begin(), open.end(), closed_points, std::plus<>(),
                                              [](const Piece& piece) { return piece.points(); });
    LINEGUARD_TRY(check_limits(outlines.size() + open.size(), points, kObjectLimits));
    from = to;
  }
  go_on(std::move(open), {}, outlines);
  return outlines;
}

}  // namespace lineguard::dataset
