// TemplateCache: templates that clients name by their digest, decoded, so that each is sent and decoded once. The
// module's own.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>
#include <lineguard/http/memory_budget.h>

namespace lineguard::serving {

struct KeptTemplate {
  KeptTemplate(std::string digest, Image image, PictureSum sum, http::MemoryBudget& budget);
  const std::string digest;
  const Image image;
  const PictureSum sum;     // of what was sent
  http::HeldMemory memory;  // of the cache's budget, until nobody uses it any more
};

// Thread-safe. The least recently used one goes first. Must outlive what it gave.
class TemplateCache {
 public:
  // As many bytes of pixels at most, those in use by predictions included.
  explicit TemplateCache(std::uint64_t limit_bytes) : budget_(limit_bytes) {}

  // Null: it is not here (any more).
  std::shared_ptr<const KeptTemplate> find(std::string_view digest);
  // Null where there is no room: it is too large (over three quarters), or all that is kept is in use.
  std::shared_ptr<const KeptTemplate> keep(std::string digest, Image image, PictureSum sum);
  std::uint64_t held_bytes() const { return budget_.held_bytes(); }

 private:
  std::shared_ptr<const KeptTemplate> find_locked(std::string_view digest);

  http::MemoryBudget budget_;
  std::mutex mutex_;
  std::list<std::shared_ptr<const KeptTemplate>> kept_;  // the newest used one first
};

}  // namespace lineguard::serving
