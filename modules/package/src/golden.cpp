#include "damage.h"

#include <fmt/format.h>

#include <lineguard/core/config.h>
#include <lineguard/core/files.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/package/package.h>

namespace lineguard::package {
using toml_text::number;
using toml_text::quote;
namespace {

Result<std::vector<GoldenPicture>> parse_golden(const std::filesystem::path& package) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(package / "golden" / "scores.toml"));
  std::vector<GoldenPicture> golden;
  for (ConfigReader& section : reader.sections("picture")) {
    GoldenPicture picture;
    section.require("file").read("file", picture.file).require("score").read("score", picture.score);
    section.read("template", picture.template_file);
    if (picture.template_file.find('/') != std::string::npos)
      section.add_problem("template", "must be a plain file name");
    if (picture.file.find('/') != std::string::npos) section.add_problem("file", "must be a plain file name");
    golden.push_back(picture);
  }
  LINEGUARD_TRY(reader.finish());
  return golden;
}

}  // namespace

Result<std::vector<GoldenPicture>> read_golden(const std::filesystem::path& package) {
  return as_damage(parse_golden(package));
}

Result<void> write_golden(const std::filesystem::path& package, const std::vector<GoldenPicture>& golden) {
  std::string text =
      "# The scores that these pictures had in training; a machine that does not reproduce them is refused.\n";
  for (const GoldenPicture& picture : golden) {
    text += fmt::format("\n[[picture]]\nfile = {}\nscore = {}\n", quote(picture.file), number(picture.score));
    if (!picture.template_file.empty()) text += fmt::format("template = {}\n", quote(picture.template_file));
  }
  return write_file_atomically(package / "golden" / "scores.toml", text);
}

}  // namespace lineguard::package
