// JSON documents that a person signs: acceptance reports and releases. The signature is the document's last member,
// over every byte before it, so that the file stays readable JSON and any changed byte is noticed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/signature.h>

namespace lineguard::package {

// `json` is an object as text, ending with "\n}\n" (nlohmann's dump(1) and a line break). `domain`: what the signature
// is for, the document's schema. Errors: invalid_argument for other text.
Result<std::string> sign_document(const std::string& json, std::string_view domain, const SigningKey& key);

struct SignedDocument {
  std::string json;  // without its signature, as it was signed
  std::string key_id;
  std::string key_name;  // as the trusted key's file names it
};

// Errors: corrupt_data where it is not signed, or was changed since; refused where the key is not one of the trusted.
Result<SignedDocument> verify_document(const std::string& text, std::string_view domain,
                                       const std::vector<PublicKey>& trusted);

// A public key's file, or a folder of them (*.pub). Errors: not_found, corrupt_data; refused where a folder holds none.
Result<std::vector<PublicKey>> read_trusted_keys(const std::filesystem::path& path);

}  // namespace lineguard::package
