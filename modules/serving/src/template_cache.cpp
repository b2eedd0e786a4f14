#include "template_cache.h"

#include <algorithm>
#include <utility>

namespace lineguard::serving {

KeptTemplate::KeptTemplate(std::string named, Image pixels, PictureSum sent, http::MemoryBudget& budget)
    : digest(std::move(named)), image(std::move(pixels)), sum(std::move(sent)), memory(budget) {}

std::shared_ptr<const KeptTemplate> TemplateCache::find_locked(std::string_view digest) {
  const auto found = std::ranges::find_if(kept_, [&](const auto& one) { return one->digest == digest; });
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return kept_.front();
}

std::shared_ptr<const KeptTemplate> TemplateCache::find(std::string_view digest) {
  std::lock_guard lock(mutex_);
  return find_locked(digest);
}

std::shared_ptr<const KeptTemplate> TemplateCache::keep(std::string digest, Image image, PictureSum sum) {
  const std::uint64_t bytes = image.bytes().size();
  std::lock_guard lock(mutex_);
  if (auto known = find_locked(digest)) return known;
  if (bytes > budget_.largest_request_bytes()) return nullptr;
  auto made = std::make_shared<KeptTemplate>(std::move(digest), std::move(image), std::move(sum), budget_);
  while (!made->memory.resize(bytes)) {
    if (kept_.empty()) return nullptr;
    kept_.pop_back();
  }
  kept_.push_front(made);
  return made;
}

}  // namespace lineguard::serving
