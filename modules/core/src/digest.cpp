#include "read_watch.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include <lineguard/core/check.h>
#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>

namespace lineguard {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { LINEGUARD_CHECK(context && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1, "SHA-256 is there"); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}
void Sha256::add(std::string_view text) {
  add(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Sha256::finish_hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &length);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 sha;
  sha.add(bytes);
  return sha.finish_hex();
}

std::string sha256_hex(std::string_view text) {
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
}

Result<std::string> sha256_hex_of_file(const std::filesystem::path& file) {
  Sha256 sha;
  const auto read = read_blocks(file, [&](std::span<const std::byte> block) {
    sha.add(block);
    return true;
  });
  const Result<std::string> digest = read ? Result<std::string>(sha.finish_hex()) : read.error();
  if (is_watched(file)) LINEGUARD_TRY(note_read(file, digest));
  return digest;
}

}  // namespace lineguard
