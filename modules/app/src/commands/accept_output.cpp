#include "commands/accept_output.h"

#include "outputs.h"

#include <iostream>

#include <fmt/format.h>

#include <lineguard/core/clock.h>
#include <lineguard/core/files.h>
#include <lineguard/core/signature.h>
#include <lineguard/package/signed_document.h>

namespace lineguard::app {
namespace {

Result<void> as_void(const Result<SigningKey>& key) {
  return key ? Result<void>() : Result<void>(key.error());
}

}  // namespace

void AcceptOutputs::add_options(CLI::App& command) {
  command.add_option("--json", json, "The answer for machines; signed where a key is given");
  command.add_option("--report", report, "One HTML page to print and to sign");
  command
      .add_option("--key", key,
                  "Sign the answer with this key and keep it in the package: `lineguard release` needs it")
      ->type_name("FILE");
  command.add_option("--by", by, "Who signs")->type_name("NAME");
}

Result<void> AcceptOutputs::prepare() const {
  if (key.empty() != by.empty())
    return make_error(ErrorCode::invalid_argument, "--key and --by belong together: who signs?");
  if (!key.empty()) LINEGUARD_TRY(as_void(SigningKey::read(key)));
  return prepare_output_files({json, report});
}

Result<void> AcceptOutputs::refuse_to_overwrite(const dataset::Dataset& data) const {
  return app::refuse_in_dataset(data, {json, report});
}

Result<void> AcceptOutputs::write(const std::string& package, acceptance::AcceptanceReport made) const {
  made.made_at = format_utc(system_clock().utc_now());
  made.made_by = by;
  made.lineguard_version = LINEGUARD_VERSION;
  std::string text = acceptance::to_json(made);
  if (!key.empty()) {
    LINEGUARD_ASSIGN(const SigningKey signing, SigningKey::read(key));
    LINEGUARD_ASSIGN(text, package::sign_document(text, acceptance::kAcceptanceSchema, signing));
    // Kept whether it is accepted or not, where the point is one of the package: the newest answer counts.
    const auto file = std::filesystem::path(package) / "acceptance" / (made.point.point.id + ".json");
    if (!made.point.digest.empty()) LINEGUARD_TRY(write_file_atomically(file, text));
  }
  if (!json.empty()) LINEGUARD_TRY(write_file_atomically(json, text));
  if (!report.empty()) LINEGUARD_TRY(write_file_atomically(report, acceptance::to_html(made)));
  std::cout << acceptance::to_text(made);
  return {};
}

}  // namespace lineguard::app
