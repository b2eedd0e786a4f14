#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/json_limits.h>
#include <lineguard/package/release.h>
#include <lineguard/package/ruled_point.h>
#include <lineguard/package/signed_document.h>

namespace lineguard::package {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

fs::path file_of(const fs::path& package, std::int64_t number) {
  return package / "acceptance" / "releases" / fmt::format("{:06}.json", number);
}

std::string json_of(const Release& release) {
  const Json json{
      {"schema", kReleaseSchema},
      {"number", release.number},
      {"allowed", release.allowed},
      {"package",
       {{"name", release.package_name}, {"version", release.package_version}, {"digest", release.package_digest}}},
      {"operating_point", {{"id", release.operating_point}, {"digest", release.operating_point_digest}}},
      {"recipe", release.recipe},
      {"by", release.by},
      {"reason", release.reason},
      {"at", release.at},
      {"acceptance_digest", release.acceptance_digest},
      {"previous", release.previous}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Release> parse_release(const std::string& text) {
  LINEGUARD_TRY(check_json_limits(text, limits::kRecordJson));
  const auto json = Json::parse(text, nullptr, false);
  try {
    const auto &package = json.at("package"), &point = json.at("operating_point");
    Release release;
    release.number = json.at("number").get<std::int64_t>();
    release.allowed = json.at("allowed").get<bool>();
    release.package_name = package.at("name").get<std::string>();
    release.package_version = package.at("version").get<std::int64_t>();
    release.package_digest = package.at("digest").get<std::string>();
    release.operating_point = point.at("id").get<std::string>();
    release.operating_point_digest = point.at("digest").get<std::string>();
    release.recipe = json.at("recipe").get<std::string>();
    release.by = json.at("by").get<std::string>();
    release.reason = json.at("reason").get<std::string>();
    release.at = json.at("at").get<std::string>();
    release.acceptance_digest = json.at("acceptance_digest").get<std::string>();
    release.previous = json.at("previous").get<std::string>();
    return release;
  } catch (const Json::exception&) {
    return make_error(ErrorCode::corrupt_data, "is no release");
  }
}

struct ReadRelease {
  Release release;
  std::string digest;  // of the document
};

// None: there is no such number.
Result<std::optional<ReadRelease>> read_release(const fs::path& package, std::int64_t number,
                                                const std::vector<PublicKey>& trusted) {
  const fs::path file = file_of(package, number);
  const auto text = read_text_file(file);
  if (!text && text.error().code == ErrorCode::not_found) return std::optional<ReadRelease>();
  if (!text) return text.error();
  const auto document = verify_document(*text, kReleaseSchema, trusted);
  if (!document) return document.error().in(file.string());
  auto release = parse_release(document->json);
  if (!release) return release.error().in(file.string());
  if (release->number != number)
    return make_error(ErrorCode::corrupt_data,
                      fmt::format("{}: it is release number {}", file.string(), release->number));
  release->key_id = document->key_id;
  release->key_name = document->key_name;
  return std::optional(ReadRelease{std::move(*release), sha256_hex(*text)});
}

// Files that stand beyond the chain's end: one before them was removed.
Result<void> refuse_gap(const fs::path& package, std::int64_t last) {
  std::error_code code;
  std::size_t files = 0;
  for (fs::directory_iterator it(package / "acceptance" / "releases", code), end; !code && it != end;
       it.increment(code))
    files += it->path().extension() == ".json";
  if (files <= static_cast<std::size_t>(last)) return {};
  return make_error(ErrorCode::corrupt_data, fmt::format("{}: is missing, though later releases are there",
                                                         file_of(package, last + 1).string()));
}

struct Chain {
  std::vector<Release> releases;
  std::string head;  // digest of the last document
};

Result<Chain> read_chain(const fs::path& package, const std::vector<PublicKey>& trusted) {
  Chain chain;
  for (std::int64_t number = 1;; ++number) {
    LINEGUARD_ASSIGN(auto read, read_release(package, number, trusted));
    if (!read) break;
    if (read->release.previous != chain.head) {
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("{}: does not follow the release before it: one was exchanged",
                                    file_of(package, number).string()));
    }
    chain.head = read->digest;
    chain.releases.push_back(std::move(read->release));
  }
  LINEGUARD_TRY(refuse_gap(package, static_cast<std::int64_t>(chain.releases.size())));
  return chain;
}

}  // namespace

Result<Release> append_release(const fs::path& package, Release release, const SigningKey& key,
                               const std::vector<PublicKey>& trusted) {
  for (const auto& [what, text] :
       {std::pair{"name", &release.by}, {"reason", &release.reason}, {"recipe", &release.recipe}}) {
    if (text->empty()) return make_error(ErrorCode::invalid_argument, fmt::format("a release needs a {}", what));
  }
  LINEGUARD_ASSIGN(const Chain chain, read_chain(package, trusted));
  release.number = static_cast<std::int64_t>(chain.releases.size()) + 1;
  release.previous = chain.head;
  LINEGUARD_ASSIGN(const std::string text, sign_document(json_of(release), kReleaseSchema, key));
  LINEGUARD_TRY(write_file_atomically(file_of(package, release.number), text));
  return release;
}

Result<std::vector<Release>> read_releases(const fs::path& package, const std::vector<PublicKey>& trusted) {
  LINEGUARD_ASSIGN(Chain chain, read_chain(package, trusted));
  return std::move(chain.releases);
}

Result<Release> check_released(const fs::path& package, const ReleaseQuestion& asked,
                               const std::vector<PublicKey>& trusted) {
  LINEGUARD_ASSIGN(const auto releases, read_releases(package, trusted));
  const std::string what = fmt::format("{}: operating point \"{}\" on the recipe \"{}\"", package.string(),
                                       asked.operating_point, asked.recipe);
  const auto newest = std::find_if(releases.rbegin(), releases.rend(), [&](const Release& release) {
    return release.operating_point == asked.operating_point && release.recipe == asked.recipe;
  });
  if (newest == releases.rend()) return make_error(ErrorCode::refused, what + " is not released");
  if (!newest->allowed) {
    return make_error(ErrorCode::refused, fmt::format("{} was released and taken back by {} at {}: {}", what,
                                                      newest->by, newest->at, newest->reason));
  }
  if (newest->package_digest != asked.package_digest)
    return make_error(ErrorCode::refused, fmt::format("{}: the release is of another package (digest {})", what,
                                                      newest->package_digest.substr(0, 12)));
  LINEGUARD_ASSIGN(const RuledPoint point, read_ruled_point(package, asked.operating_point));
  if (point.digest != newest->operating_point_digest)
    return make_error(ErrorCode::refused, what + ": the operating point is another than the one that was released");
  return *newest;
}

}  // namespace lineguard::package
