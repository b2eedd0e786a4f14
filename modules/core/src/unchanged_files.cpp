#include "read_watch.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include <lineguard/core/unchanged_files.h>

namespace lineguard {

struct UnchangedFiles::State {
  mutable std::mutex mutex;
  std::unordered_map<std::string, std::string> digests;  // by file; empty: not read yet
  std::optional<Error> changed;

  Result<void> note(const std::string& name, const Result<std::string>& digest);
};

namespace {

std::mutex active_mutex;
std::vector<std::shared_ptr<UnchangedFiles::State>> active;
std::atomic<std::size_t> active_count{0};

std::string key_of(const std::filesystem::path& file) {
  return file.lexically_normal().string();
}

std::vector<std::shared_ptr<UnchangedFiles::State>> all_active() {
  std::lock_guard lock(active_mutex);
  return active;
}

}  // namespace

Result<void> UnchangedFiles::State::note(const std::string& name, const Result<std::string>& digest) {
  std::lock_guard lock(mutex);
  const auto known = digests.find(name);
  if (known == digests.end()) return {};
  if (known->second.empty()) {
    if (digest) known->second = *digest;
    return {};
  }
  if (digest && *digest == known->second) return {};
  Error error =
      make_error(ErrorCode::corrupt_data,
                 name + ": was changed while it was in use; what was read of it before is not what it is now");
  if (!digest) error = make_error(digest.error().code, digest.error().message + " (it could be read before)");
  if (!changed) changed = error;
  return error;
}

UnchangedFiles::UnchangedFiles(const std::vector<std::filesystem::path>& files) : state_(std::make_shared<State>()) {
  for (const auto& file : files) state_->digests.emplace(key_of(file), "");
  std::lock_guard lock(active_mutex);
  active.push_back(state_);
  active_count = active.size();
}

UnchangedFiles::~UnchangedFiles() {
  std::lock_guard lock(active_mutex);
  std::erase(active, state_);
  active_count = active.size();
}

Result<void> UnchangedFiles::check() const {
  std::lock_guard lock(state_->mutex);
  if (state_->changed) return *state_->changed;
  return {};
}

bool is_watched(const std::filesystem::path& file) {
  if (active_count == 0) return false;
  const std::string name = key_of(file);
  const auto names_it = [&name](const auto& state) {
    std::lock_guard lock(state->mutex);
    return state->digests.contains(name);
  };
  return std::ranges::any_of(all_active(), names_it);
}

Result<void> note_read(const std::filesystem::path& file, const Result<std::string>& digest) {
  for (const auto& state : all_active()) LINEGUARD_TRY(state->note(key_of(file), digest));
  return {};
}

}  // namespace lineguard
