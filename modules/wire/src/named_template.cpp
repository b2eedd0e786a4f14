#include <lineguard/core/digest.h>
#include <lineguard/wire/named_template.h>
#include <lineguard/wire/pixels.h>

namespace lineguard::wire {

std::string template_digest(std::string_view content_type, std::string_view bytes) {
  Sha256 digest;
  if (is_pixels(content_type)) {
    digest.add(content_type);
    digest.add("\n");
  }
  digest.add(bytes);
  return digest.finish_hex();
}

}  // namespace lineguard::wire
