#include "anchor_copy.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/log.h>

namespace lineguard::record {
namespace {

constexpr std::chrono::seconds kPatience{1};

Result<std::vector<std::string>> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  auto read = for_each_line(file, [&](std::string_view line, std::int64_t) {
    lines.emplace_back(line);
    return true;
  });
  if (!read && read.error().code != ErrorCode::not_found) return read.error();
  return lines;
}

struct Compared {
  std::optional<Anchor> newest_unknown;
};

// Appends to the copy what it lacks.
Result<Compared> bring_up_to_date(const std::filesystem::path& anchors, const std::filesystem::path& copy) {
  LINEGUARD_ASSIGN(const auto here, lines_of(anchors));
  LINEGUARD_ASSIGN(const auto there, lines_of(copy));
  const std::set<std::string> known_here(here.begin(), here.end()), known_there(there.begin(), there.end());
  Compared compared;
  for (const std::string& line : there) {
    if (known_here.contains(line)) continue;
    if (auto anchor = parse_anchor_line(line)) compared.newest_unknown = std::move(*anchor);
  }
  std::vector<std::string> lacking;
  for (const std::string& line : here) {
    if (!known_there.contains(line)) lacking.push_back(line);
  }
  LINEGUARD_TRY(append_lines(copy, lacking));
  return compared;
}

}  // namespace

// Shared with the thread, which may outlive the object.
struct AnchorCopy::State {
  std::filesystem::path anchors, copy;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t wanted = 1, done = 0;
  bool ending = false, ended = false;
  std::string problem;
  std::optional<Anchor> newest_unknown;

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return done != wanted || ending; });
      if (done == wanted) break;
      const std::uint64_t until = wanted;
      lock.unlock();
      auto compared = bring_up_to_date(anchors, copy);
      lock.lock();
      take(compared);
      done = until;  // what was asked for meanwhile is done before the end, too
    }
    ended = true;
    changed.notify_all();
  }

  void take(const Result<Compared>& compared) {
    const std::string found = compared ? "" : compared.error().message;
    if (found != problem && !found.empty()) log_warning("record", "the anchors' second place: " + found);
    problem = found;
    if (compared && compared->newest_unknown && !newest_unknown) newest_unknown = compared->newest_unknown;
  }
};

AnchorCopy::AnchorCopy(const std::filesystem::path& anchors, const std::filesystem::path& copy) {
  if (copy.empty()) return;
  state_ = std::make_shared<State>();
  state_->anchors = anchors;
  state_->copy = copy;
  std::thread([state = state_] { state->run(); }).detach();
}

AnchorCopy::~AnchorCopy() {
  if (!state_) return;
  std::unique_lock lock(state_->mutex);
  state_->ending = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, kPatience, [&] { return state_->ended; });
}

void AnchorCopy::update() {
  if (!state_) return;
  std::lock_guard lock(state_->mutex);
  ++state_->wanted;
  state_->changed.notify_all();
}

std::string AnchorCopy::problem() const {
  if (!state_) return "";
  std::lock_guard lock(state_->mutex);
  return state_->problem;
}

std::optional<Anchor> AnchorCopy::newest_unknown() const {
  if (!state_) return std::nullopt;
  std::lock_guard lock(state_->mutex);
  return state_->newest_unknown;
}

}  // namespace lineguard::record
