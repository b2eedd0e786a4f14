// Signatures: Ed25519 of libsodium, for whatever has to be vouched for: anchors of a record, releases by people.
// What is signed is always a text with a domain in front ("lineguard.anchor/1"), so that a signature for one purpose
// is none for another.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <lineguard/core/result.h>

namespace lineguard {

// Value type. Thread-safe as such.
class PublicKey {
 public:
  // The text of a public key's file: "lineguard-ed25519-public <64 hexadecimal digits> <name>" and a line break.
  // Errors: corrupt_data.
  static Result<PublicKey> parse(std::string_view text);
  // Errors: not_found, permission_denied, corrupt_data, naming the file.
  static Result<PublicKey> read(const std::filesystem::path& file);

  // 16 hexadecimal digits that name the key: the start of SHA-256 over its 32 bytes.
  std::string id() const;
  const std::string& name() const { return name_; }
  std::string text() const;  // of its file

  // `signature`: 128 hexadecimal digits as SigningKey::sign gives. False for any other text, domain, key or signature.
  bool verify(std::string_view domain, std::string_view text, std::string_view signature) const;

 private:
  friend class SigningKey;
  PublicKey() = default;
  std::array<unsigned char, 32> bytes_{};
  std::string name_;
};

// The private half. Its memory is wiped at the end.
class SigningKey {
 public:
  // `name`: for people, at most 64 printable characters, no line break; may be empty. Errors: invalid_argument,
  // internal (no randomness).
  static Result<SigningKey> generate(std::string_view name);
  // Refuses a file that others than its owner can read or write. Errors: not_found, permission_denied, corrupt_data
  // (not a key file), naming the file.
  static Result<SigningKey> read(const std::filesystem::path& file);
  // Makes `file` with mode 0600, durable on return. Errors: already_exists (never overwrites), permission_denied,
  // disk_full, io_error.
  Result<void> write(const std::filesystem::path& file) const;

  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&&) = delete;
  ~SigningKey();

  const PublicKey& public_key() const { return public_; }
  std::string sign(std::string_view domain, std::string_view text) const;  // 128 hexadecimal digits

 private:
  SigningKey() = default;
  void derive();  // the rest from the seed
  std::array<unsigned char, 32> seed_{};
  std::array<unsigned char, 64> secret_{};
  PublicKey public_;
};

}  // namespace lineguard
