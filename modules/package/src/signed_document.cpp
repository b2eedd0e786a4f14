#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/json_limits.h>
#include <lineguard/package/signed_document.h>

namespace lineguard::package {
namespace {

constexpr std::string_view kEnd = "\n}\n";
constexpr std::string_view kMember = ",\n \"signature\": ";

std::string with_signature(std::string_view body, const std::string& key_id, const std::string& signature) {
  const nlohmann::ordered_json member{{"key", key_id}, {"ed25519", signature}};
  return std::string(body) + std::string(kMember) + member.dump() + std::string(kEnd);
}

}  // namespace

Result<std::string> sign_document(const std::string& json, std::string_view domain, const SigningKey& key) {
  if (!json.starts_with("{\n") || !json.ends_with(kEnd))
    return make_error(ErrorCode::invalid_argument, "only a JSON object with a member a line can be signed");
  const std::string_view body = std::string_view(json).substr(0, json.size() - kEnd.size());
  return with_signature(body, key.public_key().id(), key.sign(domain, body));
}

Result<SignedDocument> verify_document(const std::string& text, std::string_view domain,
                                       const std::vector<PublicKey>& trusted) {
  const std::size_t at = text.rfind(kMember);
  if (at == std::string::npos || !text.ends_with(kEnd)) return make_error(ErrorCode::corrupt_data, "is not signed");
  const std::string body = text.substr(0, at);
  const std::string member_text = text.substr(at + kMember.size(), text.size() - at - kMember.size() - kEnd.size());
  LINEGUARD_TRY(check_json_limits(member_text, limits::kRecordJson));
  const auto member = nlohmann::ordered_json::parse(member_text, nullptr, false);
  const auto text_of = [&](const char* name) {
    const auto found = member.is_object() ? member.find(name) : member.end();
    return found != member.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string key_id = text_of("key"), signature = text_of("ed25519");
  const Error changed = make_error(ErrorCode::corrupt_data, "was changed since it was signed");
  if (key_id.empty() || with_signature(body, key_id, signature) != text) return changed;
  const auto key = std::ranges::find(trusted, key_id, &PublicKey::id);
  if (key == trusted.end()) {
    std::vector<std::string> known;
    for (const PublicKey& other : trusted) known.push_back(fmt::format("{} ({})", other.id(), other.name()));
    return make_error(ErrorCode::refused,
                      fmt::format("is signed with the key {}, which is not trusted; trusted: {}", key_id,
                                  known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
  }
  if (!key->verify(domain, body, signature)) return changed;
  return SignedDocument{body + std::string(kEnd), key_id, key->name()};
}

Result<std::vector<PublicKey>> read_trusted_keys(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files{path};
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    files.clear();
    for (std::filesystem::directory_iterator it(path, code), end; !code && it != end; it.increment(code)) {
      if (it->path().extension() == ".pub") files.push_back(it->path());
    }
    if (files.empty())
      return make_error(ErrorCode::refused, path.string() + ": holds no public key (*.pub): nobody is trusted");
    std::ranges::sort(files);
  }
  std::vector<PublicKey> keys;
  for (const auto& file : files) {
    LINEGUARD_ASSIGN(PublicKey key, PublicKey::read(file));
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace lineguard::package
