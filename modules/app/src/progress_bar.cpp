#include "progress_bar.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace lineguard::app {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct BarState {
  std::string stage;
  SteadyClock::time_point started, drawn;
};

std::string time_left(double elapsed_s, std::size_t done, std::size_t total) {
  if (done == 0 || elapsed_s < 1) return "";
  const long left_s = std::lround(elapsed_s * static_cast<double>(total - done) / static_cast<double>(done));
  return left_s < 60 ? fmt::format("{} s left", left_s) : fmt::format("{} min {} s left", left_s / 60, left_s % 60);
}

void draw(BarState& state, std::string_view stage, std::size_t done, std::size_t total) {
  const auto now = SteadyClock::now();
  if (state.stage != stage) state = BarState{std::string(stage), now, {}};
  const bool finished = done >= total;
  if (!finished && now - state.drawn < std::chrono::milliseconds(100)) return;
  state.drawn = now;
  constexpr std::size_t kCells = 30;
  const std::size_t filled = total ? kCells * done / total : kCells;
  const double elapsed_s = std::chrono::duration<double>(now - state.started).count();
  fmt::print(stderr, "\r\x1b[K{:<24} [{:#<{}}{:.<{}}] {}/{}  {}", stage, "", filled, "", kCells - filled, done, total,
             time_left(elapsed_s, done, total));
  if (finished) fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace

ProgressFunction terminal_progress() {
  if (!isatty(STDERR_FILENO)) return {};
  auto state = std::make_shared<BarState>();
  return [state](std::string_view stage, std::size_t done, std::size_t total) { draw(*state, stage, done, total); };
}

}  // namespace lineguard::app
