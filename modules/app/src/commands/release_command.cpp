// lineguard release PACKAGE: a person allows an accepted operating point on a recipe, or takes that back.
#include "acceptance_commands.h"

#include <iostream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <lineguard/acceptance/report.h>
#include <lineguard/core/clock.h>
#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/signature.h>
#include <lineguard/package/release.h>
#include <lineguard/package/ruled_point.h>
#include <lineguard/package/signed_document.h>

namespace lineguard::app {
namespace {

struct Arguments {
  std::string package, point = "default", recipe, by, reason, key, trusted;
  bool revoke = false, list = false;
};

Result<std::vector<PublicKey>> trusted_keys(const Arguments& arguments) {
  std::vector<PublicKey> keys;
  if (!arguments.trusted.empty()) {
    LINEGUARD_ASSIGN(keys, package::read_trusted_keys(arguments.trusted));
  }
  return keys;
}

// The digest of the signed report in the package that says that this very point is accepted.
Result<std::string> find_acceptance(const Arguments& arguments, const package::Manifest& manifest,
                                    const package::RuledPoint& point, const std::vector<PublicKey>& trusted) {
  const auto file = std::filesystem::path(arguments.package) / "acceptance" / (arguments.point + ".json");
  const auto text = read_text_file(file);
  if (!text && text.error().code == ErrorCode::not_found) {
    return make_error(
        ErrorCode::refused,
        fmt::format("operating point \"{}\" of {} was not accepted: `lineguard accept … --key` proves it first",
                    arguments.point, arguments.package));
  }
  if (!text) return text.error();
  const auto document = package::verify_document(*text, acceptance::kAcceptanceSchema, trusted);
  if (!document) return document.error().in(file.string());
  const auto accepted = acceptance::read_accepted_point(document->json);
  if (!accepted) return accepted.error().in(file.string());
  const auto refuse = [&](const char* why) { return make_error(ErrorCode::refused, file.string() + ": " + why); };
  if (!accepted->accepted) return refuse("the report says that it is not accepted");
  if (accepted->model_digest != manifest.digest) return refuse("it is of another package (digest)");
  if (accepted->operating_point != arguments.point || accepted->operating_point_digest != point.digest)
    return refuse("it is of another operating point (digest)");
  return sha256_hex(*text);
}

Result<int> list_releases(const Arguments& arguments) {
  LINEGUARD_ASSIGN(const auto trusted, trusted_keys(arguments));
  LINEGUARD_ASSIGN(const auto releases, package::read_releases(arguments.package, trusted));
  for (const package::Release& release : releases) {
    std::cout << fmt::format("{:>4}  {}  {:<8} \"{}\" for {} by {} (key {}): {}\n", release.number, release.at,
                             release.allowed ? "released" : "revoked", release.operating_point, release.recipe,
                             release.by, release.key_id, release.reason);
  }
  if (releases.empty()) std::cout << "nothing is released\n";
  return kDone;
}

Result<int> run_release(const Arguments& arguments) {
  if (arguments.list) return list_releases(arguments);
  if (arguments.recipe.empty() || arguments.by.empty() || arguments.reason.empty() || arguments.key.empty())
    return make_error(ErrorCode::invalid_argument, "a release needs --for, --by, --reason and --key");
  LINEGUARD_ASSIGN(const SigningKey key, SigningKey::read(arguments.key));
  LINEGUARD_ASSIGN(auto trusted, trusted_keys(arguments));
  trusted.push_back(key.public_key());
  LINEGUARD_ASSIGN(const package::Manifest manifest, package::read_manifest(arguments.package));
  LINEGUARD_TRY(package::verify_digest(arguments.package, manifest));
  LINEGUARD_ASSIGN(const package::RuledPoint point, package::read_ruled_point(arguments.package, arguments.point));
  package::Release release;
  release.allowed = !arguments.revoke;
  release.package_name = manifest.name;
  release.package_version = manifest.version;
  release.package_digest = manifest.digest;
  release.operating_point = arguments.point;
  release.operating_point_digest = point.digest;
  release.recipe = arguments.recipe;
  release.by = arguments.by;
  release.reason = arguments.reason;
  release.at = format_utc(system_clock().utc_now());
  if (!arguments.revoke) {
    LINEGUARD_ASSIGN(release.acceptance_digest, find_acceptance(arguments, manifest, point, trusted));
  }
  LINEGUARD_ASSIGN(const auto appended, package::append_release(arguments.package, release, key, trusted));
  std::cout << fmt::format("{} \"{}\" of {} version {} for the recipe {}: number {}, key {}\n",
                           appended.allowed ? "released" : "revoked", appended.operating_point, appended.package_name,
                           appended.package_version, appended.recipe, appended.number, key.public_key().id());
  return kDone;
}

}  // namespace

void add_release_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("release", "Allow an accepted operating point on a recipe, signed");
  command->add_option("package", arguments->package, "The package's folder")->required();
  command->add_option("--point", arguments->point, "The operating point")->capture_default_str()->type_name("ID");
  command->add_option("--for", arguments->recipe, "The recipe's id")->type_name("RECIPE");
  command->add_option("--by", arguments->by, "Who allows it")->type_name("NAME");
  command->add_option("--reason", arguments->reason, "Why")->type_name("TEXT");
  command->add_option("--key", arguments->key, "That person's key (`lineguard keys new`)")->type_name("FILE");
  command->add_option("--trusted", arguments->trusted,
                      "Public keys of others who sign here: a file or a folder of *.pub");
  command->add_flag("--revoke", arguments->revoke, "Take it back");
  command->add_flag("--list", arguments->list, "Show all releases; needs --trusted");
  command->footer(
      "Needs an acceptance report in the package: `lineguard accept … --key`.\n"
      "Examples:\n"
      "  lineguard release models/tiles --point careful --for tiles-white --by Anna --reason \"lot 7\" --key anna.key\n"
      "  lineguard release models/tiles --point careful --for tiles-white --by Anna --reason recall --key anna.key "
      "--revoke");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_release(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
