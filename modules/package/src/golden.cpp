#include "damage.h"

#include <fmt/format.h>

#include <lineguard/core/config.h>
#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/core/words.h>
#include <lineguard/package/contents.h>

namespace lineguard::package {
using toml_text::number;
using toml_text::quote;
namespace {

constexpr std::string_view kScores = "golden/scores.toml";

Result<std::vector<GoldenPicture>> parse_golden(std::string_view text, const std::filesystem::path& package) {
  LINEGUARD_ASSIGN(ConfigReader reader, toml_reader(text, on_one_line((package / kScores).string())));
  std::vector<GoldenPicture> golden;
  auto sections = reader.sections("picture");
  if (sections.size() > limits::kGoldenPictures)
    return make_error(ErrorCode::too_large,
                      fmt::format("{}: {} golden pictures, allowed are {}", on_one_line((package / kScores).string()),
                                  sections.size(), limits::kGoldenPictures));
  for (ConfigReader& section : sections) {
    GoldenPicture picture;
    section.require("file").read("file", picture.file).require("score").read("score", picture.score, {-1e30, 1e30});
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
  auto text = read_text_file(package / kScores);
  if (!text) return as_damage(std::move(text)).error();
  return as_damage(parse_golden(*text, package));
}

Result<std::vector<GoldenPicture>> read_golden(const PackageContents& contents) {
  LINEGUARD_ASSIGN(const std::string_view text, contents.text(kScores));
  return as_damage(parse_golden(text, contents.folder));
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
