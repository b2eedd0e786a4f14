#include "sent_pictures.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include <lineguard/wire/named_template.h>
#include <lineguard/wire/pixels.h>

namespace lineguard::wire {
namespace {

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

SentPicture sent_picture(const ViewContent& content) {
  if (const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&content))
    return {as_text(**encoded), "application/octet-stream"};
  const Image& image = *std::get<std::shared_ptr<const Image>>(content);
  return {as_text(image.bytes()), pixel_media_type(image)};
}

std::string SentTemplates::digest_of(const ViewContent& content) {
  {
    std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(known_, content, &Known::content);
    if (found != known_.end()) return found->digest;
  }
  const SentPicture sent = sent_picture(content);
  std::string digest = template_digest(sent.content_type, sent.bytes);
  std::lock_guard lock(mutex_);
  if (known_.size() == kMostKnown) known_.pop_front();
  known_.push_back({content, digest, false});
  return digest;
}

bool SentTemplates::is_kept(const std::string& digest) const {
  std::lock_guard lock(mutex_);
  return std::ranges::any_of(known_, [&](const Known& one) { return one.digest == digest && one.kept; });
}

void SentTemplates::set_kept(const std::string& digest, bool kept) {
  std::lock_guard lock(mutex_);
  for (Known& one : known_) {
    if (one.digest == digest) one.kept = kept;
  }
}

}  // namespace lineguard::wire
