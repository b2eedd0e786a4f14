// What a client sends of a picture, and which templates its server keeps. The module's own.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include <lineguard/core/types.h>

namespace lineguard::wire {

// A picture as it goes over the wire. `bytes` are the content's own, which must outlive it.
struct SentPicture {
  std::string_view bytes;
  std::string content_type;
};
SentPicture sent_picture(const ViewContent& content);

// Digests of templates, taken once for each, and whether the server said that it keeps them. Thread-safe.
class SentTemplates {
 public:
  std::string digest_of(const ViewContent& content);
  bool is_kept(const std::string& digest) const;
  void set_kept(const std::string& digest, bool kept);

 private:
  struct Known {
    ViewContent content;  // held, so that no other content ever has its address
    std::string digest;
    bool kept = false;
  };
  static constexpr std::size_t kMostKnown = 16;  // the oldest is forgotten: it is sent once more
  mutable std::mutex mutex_;
  std::deque<Known> known_;
};

}  // namespace lineguard::wire
