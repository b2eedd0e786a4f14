#include "recent_pictures.h"

#include <algorithm>
#include <utility>

namespace lineguard::training {

RecentPictures::RecentPictures(std::size_t most) : most_(std::max<std::size_t>(most, 1)) {}

Result<std::shared_ptr<const Image>> RecentPictures::get(const std::string& name,
                                                         const std::function<Result<Image>()>& read) {
  const auto entry = entry_of(name);
  std::lock_guard lock(entry->reading);
  if (!entry->image) {
    LINEGUARD_ASSIGN(Image image, read());
    entry->image = std::make_shared<const Image>(std::move(image));
  }
  return entry->image;
}

std::shared_ptr<RecentPictures::Entry> RecentPictures::entry_of(const std::string& name) {
  std::lock_guard lock(mutex_);
  const auto held = std::ranges::find(entries_, name, [](const auto& entry) { return entry->name; });
  if (held != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, held);
    return entries_.front();
  }
  entries_.push_front(std::make_shared<Entry>());
  entries_.front()->name = name;
  if (entries_.size() > most_) entries_.pop_back();
  return entries_.front();
}

}  // namespace lineguard::training
