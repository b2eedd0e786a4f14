// The pictures that were read last: tiles of one picture are learned from one after the other, and are cut out of one
// decoding.
#pragma once

#include "vocabulary.h"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>

namespace lineguard::training {

// Thread-safe; holds at most `most` pictures beside those in use.
class RecentPictures {
 public:
  explicit RecentPictures(std::size_t most);
  // What `read` makes of what `name` stands for; called once while the picture is held, also where several threads ask
  // at once. Errors: those of `read`, which is tried again the next time.
  Result<std::shared_ptr<const Image>> get(const std::string& name, const std::function<Result<Image>()>& read);

 private:
  struct Entry {
    std::string name;
    std::mutex reading;
    std::shared_ptr<const Image> image;  // none: not read yet
  };
  std::shared_ptr<Entry> entry_of(const std::string& name);

  const std::size_t most_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Entry>> entries_;  // the latest first
};

}  // namespace lineguard::training
