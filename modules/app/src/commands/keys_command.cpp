// lineguard keys: makes and shows the keys that sign records.
#include "commands.h"

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/signature.h>

namespace lineguard::app {
namespace {

struct KeysOptions {
  std::filesystem::path file;
  std::string name;
};

std::filesystem::path public_file(const std::filesystem::path& file) {
  return file.string() + ".pub";
}

void print(const PublicKey& key) {
  std::cout << fmt::format("key {}{}{}\n{}", key.id(), key.name().empty() ? "" : "  ", key.name(), key.text());
}

Result<PublicKey> make(const KeysOptions& options) {
  std::error_code code;
  if (std::filesystem::exists(public_file(options.file), code))
    return make_error(ErrorCode::already_exists,
                      public_file(options.file).string() + " is there already: a key is never overwritten");
  LINEGUARD_ASSIGN(const SigningKey key, SigningKey::generate(options.name));
  LINEGUARD_TRY(key.write(options.file));
  LINEGUARD_TRY(write_file_atomically(public_file(options.file), key.public_key().text()));
  return key.public_key();
}

// Either half: the private one shows its public one only.
Result<PublicKey> read(const KeysOptions& options) {
  if (auto key = PublicKey::read(options.file)) return key;
  LINEGUARD_ASSIGN(const SigningKey key, SigningKey::read(options.file));
  return key.public_key();
}

int run_new(const KeysOptions& options) {
  const auto key = make(options);
  if (!key) return report_error(key.error());
  print(*key);
  std::cerr << fmt::format("lineguard: {} stays with the station; keep {} with the plant, on another machine\n",
                           options.file.string(), public_file(options.file).string());
  return kDone;
}

int run_show(const KeysOptions& options) {
  const auto key = read(options);
  if (!key) return report_error(key.error());
  print(*key);
  return kDone;
}

}  // namespace

void add_keys_command(CLI::App& root, Run& run) {
  auto options = std::make_shared<KeysOptions>();
  CLI::App* command = root.add_subcommand("keys", "Make and show the keys that sign records.");
  command->require_subcommand(1);
  command->footer("Example:\n  lineguard keys new --out station.key --name \"line 3, station 1\"");
  CLI::App* making = command->add_subcommand("new", "A new key (mode 0600) and its public half, FILE.pub.");
  making->add_option("--out", options->file, "where; never overwritten")->type_name("FILE")->required();
  making->add_option("--name", options->name, "for people");
  making->callback([&run, options] { run = [options] { return run_new(*options); }; });
  CLI::App* showing = command->add_subcommand("show", "The public half of a key, and its id.");
  showing->add_option("KEY", options->file, "either half")->required();
  showing->callback([&run, options] { run = [options] { return run_show(*options); }; });
}

}  // namespace lineguard::app
