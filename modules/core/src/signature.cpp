#include <cerrno>
#include <fcntl.h>
#include <sodium.h>
#include <span>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <lineguard/core/check.h>
#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/signature.h>

namespace lineguard {
namespace {

constexpr std::string_view kPublicPrefix = "lineguard-ed25519-public ";
constexpr std::string_view kSeedPrefix = "lineguard-ed25519-seed ";
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxFileBytes = 256;

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  LINEGUARD_CHECK(started, "libsodium starts");
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

bool read_hexadecimal(std::string_view text, std::span<unsigned char> bytes) {
  std::size_t length = 0;
  const bool digits = text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return digits && text.size() == 2 * bytes.size() &&
         sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, nullptr) == 0 &&
         length == bytes.size();
}

bool is_name(std::string_view name) {
  if (name.size() > kMaxName) return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

// "<prefix><64 digits>[ <name>]\n": fills bytes and name.
bool parse_key_line(std::string_view text, std::string_view prefix, std::span<unsigned char, 32> bytes,
                    std::string& name) {
  if (!text.starts_with(prefix) || !text.ends_with('\n')) return false;
  text.remove_prefix(prefix.size());
  text.remove_suffix(1);
  if (text.size() < 64 || !read_hexadecimal(text.substr(0, 64), bytes)) return false;
  text.remove_prefix(64);
  if (!text.empty() && (text[0] != ' ' || text.size() == 1)) return false;
  name = text.empty() ? "" : text.substr(1);
  return is_name(name);
}

std::string key_line(std::string_view prefix, std::span<const unsigned char, 32> bytes, const std::string& name) {
  return fmt::format("{}{}{}{}\n", prefix, hexadecimal(bytes), name.empty() ? "" : " ", name);
}

// The domain can't run into the text: it holds no line break.
std::string signed_text(std::string_view domain, std::string_view text) {
  LINEGUARD_CHECK(domain.find('\n') == std::string_view::npos, "a domain is one line");
  return fmt::format("{}\n{}", domain, text);
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Error no_key(const std::filesystem::path& file, const char* expected) {
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("{}: no {} (lineguard keys new makes one)", file.string(), expected));
}

// Others may neither read nor change a private key.
Result<void> check_private(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return error_from_errno(errno, "cannot open " + file.string());
  if (!S_ISREG(status.st_mode)) return no_key(file, "private key");
  if ((status.st_mode & 077) == 0) return {};
  return make_error(ErrorCode::permission_denied,
                    fmt::format("{}: others may read this private key (mode {:04o}): chmod 600, or make a new one",
                                file.string(), status.st_mode & 07777));
}

}  // namespace

// ---- public half

Result<PublicKey> PublicKey::parse(std::string_view text) {
  start_sodium();
  PublicKey key;
  if (!parse_key_line(text, kPublicPrefix, key.bytes_, key.name_))
    return make_error(ErrorCode::corrupt_data, "no public key: expected one line of \"lineguard-ed25519-public\"");
  return key;
}

Result<PublicKey> PublicKey::read(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file, kMaxFileBytes));
  auto key = parse(text);
  if (!key) return no_key(file, "public key");
  return key;
}

std::string PublicKey::id() const {
  return sha256_hex(std::as_bytes(std::span(bytes_))).substr(0, 16);
}

std::string PublicKey::text() const {
  return key_line(kPublicPrefix, bytes_, name_);
}

bool PublicKey::verify(std::string_view domain, std::string_view text, std::string_view signature) const {
  std::array<unsigned char, crypto_sign_BYTES> bytes{};
  if (domain.find('\n') != std::string_view::npos || !read_hexadecimal(signature, bytes)) return false;
  const std::string whole = signed_text(domain, text);
  return crypto_sign_verify_detached(bytes.data(), bytes_of(whole), whole.size(), bytes_.data()) == 0;
}

// ---- private half

void SigningKey::derive() {
  static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_SEEDBYTES == 32);
  crypto_sign_seed_keypair(public_.bytes_.data(), secret_.data(), seed_.data());
}

Result<SigningKey> SigningKey::generate(std::string_view name) {
  start_sodium();
  if (!is_name(name))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("a key's name is at most {} characters on one line", kMaxName));
  SigningKey key;
  randombytes_buf(key.seed_.data(), key.seed_.size());
  key.public_.name_ = name;
  key.derive();
  return key;
}

Result<SigningKey> SigningKey::read(const std::filesystem::path& file) {
  start_sodium();
  LINEGUARD_TRY(check_private(file));
  LINEGUARD_ASSIGN(std::string text, read_text_file(file, kMaxFileBytes));
  SigningKey key;
  const bool parsed = parse_key_line(text, kSeedPrefix, key.seed_, key.public_.name_);
  sodium_memzero(text.data(), text.size());
  if (!parsed) return no_key(file, "private key");
  key.derive();
  return key;
}

Result<void> SigningKey::write(const std::filesystem::path& file) const {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == EEXIST)
    return make_error(ErrorCode::already_exists, file.string() + " is there already: a key is never overwritten");
  if (descriptor < 0) return error_from_errno(errno, "cannot create " + file.string());
  std::string text = key_line(kSeedPrefix, seed_, public_.name_);
  const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fchmod(descriptor, 0600) == 0 && fsync(descriptor) == 0;
  const int error = errno;
  close(descriptor);
  sodium_memzero(text.data(), text.size());
  if (written) return {};
  unlink(file.c_str());  // half a key is none
  return error_from_errno(error ? error : EIO, "cannot write " + file.string());
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : seed_(other.seed_), secret_(other.secret_), public_(other.public_) {
  sodium_memzero(other.seed_.data(), other.seed_.size());
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey::~SigningKey() {
  sodium_memzero(seed_.data(), seed_.size());
  sodium_memzero(secret_.data(), secret_.size());
}

std::string SigningKey::sign(std::string_view domain, std::string_view text) const {
  const std::string whole = signed_text(domain, text);
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, bytes_of(whole), whole.size(), secret_.data());
  return hexadecimal(signature);
}

}  // namespace lineguard
