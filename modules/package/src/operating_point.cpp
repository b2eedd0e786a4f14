#include "damage.h"
#include "digest_list.h"
#include "without_digest_line.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/config.h>
#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/core/words.h>
#include <lineguard/package/contents.h>
#include <lineguard/package/ruled_point.h>

namespace lineguard::package {
using toml_text::number;
using toml_text::quote;
namespace {

std::filesystem::path file_of(const std::filesystem::path& package, const std::string& id) {
  return package / "operating_points" / (id + ".toml");
}

std::filesystem::path chosen_on_file(const std::filesystem::path& package, const std::string& id) {
  return package / "operating_points" / (id + ".sha256");
}

std::string point_text(const RuledPoint& ruled) {
  const OperatingPoint& point = ruled.point;
  std::string text = fmt::format(
      "id = {}\nmodel = {}\nthreshold = {}\nmethod = {}\nmax_overkill = {}\nconfidence = {}\ngood_n = {}\n"
      "good_above = {}\noverkill_bound = {}\ndefective_n = {}\ndefective_below = {}\n",
      quote(point.id), quote(point.model_digest), number(point.threshold), quote(point.method),
      number(point.max_overkill), number(point.confidence), point.good_n, point.good_above,
      number(point.overkill_bound), point.defective_n, point.defective_below);
  if (point.miss_bound) text += fmt::format("miss_bound = {}\n", number(*point.miss_bound));
  if (!ruled.chosen_on.empty()) text += fmt::format("chosen_on = {}\n", quote(ruled.chosen_on));
  return text + to_toml(ruled.rules);
}

Result<RuledPoint> parse_operating_point(const std::string& text, const std::string& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, toml_reader(text, file));
  RuledPoint ruled;
  OperatingPoint& point = ruled.point;
  std::string digest;
  double miss_bound = 0;
  reader.require("digest").read("digest", digest).require("id").read("id", point.id);
  reader.read("model", point.model_digest);
  reader.require("threshold").read("threshold", point.threshold, {-1e30, 1e30}).read("method", point.method);
  reader.read("max_overkill", point.max_overkill, {0, 1}).read("confidence", point.confidence, {0, 1});
  reader.read("good_n", point.good_n, {0, 1'000'000'000}).read("good_above", point.good_above, {0, 1'000'000'000});
  reader.read("overkill_bound", point.overkill_bound, {0, 1})
      .read("defective_n", point.defective_n, {0, 1'000'000'000});
  reader.read("defective_below", point.defective_below, {0, 1'000'000'000}).read("miss_bound", miss_bound, {0, 1});
  if (reader.has("miss_bound")) point.miss_bound = miss_bound;
  reader.read("chosen_on", ruled.chosen_on);
  ruled.rules = read_region_rules(reader);
  LINEGUARD_TRY(reader.finish());
  if (sha256_hex(without_digest_line(text)) != digest) {
    return make_error(ErrorCode::corrupt_data, file + ": was changed since it was made: its digest does not match");
  }
  ruled.digest = digest;
  return ruled;
}

}  // namespace

Result<void> write_operating_point(const std::filesystem::path& package, OperatingPoint point) {
  return write_ruled_point(package, point, {}, {});
}

Result<void> write_ruled_point(const std::filesystem::path& package, const OperatingPoint& point,
                               const RegionRules& rules, const std::set<std::string>& chosen_on) {
  LINEGUARD_TRY(validate_name(point.id));
  RuledPoint ruled{point, rules, "", ""};
  if (!chosen_on.empty()) {
    const std::string list = list_of_digests(chosen_on);
    ruled.chosen_on = sha256_hex(list);
    LINEGUARD_TRY(write_file_atomically(chosen_on_file(package, point.id), list));
  }
  const auto manifest = read_manifest(package);
  if (!manifest && manifest.error().code != ErrorCode::not_found) return manifest.error();
  ruled.point.model_digest = manifest ? manifest->digest : "";
  const std::string text = point_text(ruled);
  return write_file_atomically(file_of(package, point.id),
                               fmt::format("digest = {}\n{}", quote(sha256_hex(text)), text));
}

std::vector<std::string> list_operating_points(const std::filesystem::path& package) {
  std::vector<std::string> ids;
  std::error_code code;
  for (std::filesystem::directory_iterator it(package / "operating_points", code), end; !code && it != end;
       it.increment(code)) {
    if (it->path().extension() == ".toml") ids.push_back(it->path().stem().string());
  }
  std::ranges::sort(ids);
  return ids;
}

namespace {

Error no_such_point(const std::filesystem::path& package, const std::string& id, std::vector<std::string> ids) {
  for (std::string& other : ids) other = on_one_line(other, 80);
  const std::string has = ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, ", "));
  return make_error(ErrorCode::not_found,
                    fmt::format("{} has no operating point \"{}\"; it has {}", on_one_line(package.string()), id, has));
}

Result<RuledPoint> read_point(const std::string& text, const std::string& file, const std::string& id,
                              const std::function<Result<Manifest>()>& manifest_of) {
  LINEGUARD_ASSIGN(RuledPoint ruled, as_damage(parse_operating_point(text, file)));
  const OperatingPoint& point = ruled.point;
  if (point.id != id)
    return make_error(ErrorCode::corrupt_data,
                      fmt::format("{}: it is the operating point \"{}\"", file, on_one_line(point.id, 80)));
  if (point.model_digest.empty()) return ruled;
  LINEGUARD_ASSIGN(const Manifest manifest, manifest_of());
  if (point.model_digest == manifest.digest) return ruled;
  return make_error(ErrorCode::corrupt_data,
                    fmt::format("{}: it was made for another model (digest {}): scores of two models can't be "
                                "compared; choose one with `lineguard evaluate --save-operating-point`",
                                file, on_one_line(point.model_digest.substr(0, 12))));
}

}  // namespace

Result<OperatingPoint> read_operating_point(const std::filesystem::path& package, const std::string& id) {
  LINEGUARD_ASSIGN(RuledPoint ruled, read_ruled_point(package, id));
  return std::move(ruled.point);
}

Result<RuledPoint> read_ruled_point(const std::filesystem::path& package, const std::string& id) {
  LINEGUARD_TRY(validate_name(id));
  std::error_code ignored;
  if (!std::filesystem::exists(file_of(package, id), ignored))
    return no_such_point(package, id, list_operating_points(package));
  const std::string file = file_of(package, id).string();
  auto text = read_text_file(file);
  if (!text) return as_damage(std::move(text)).error();
  return read_point(*text, file, id, [&] { return read_manifest(package); });
}

Result<OperatingPoint> read_operating_point(const PackageContents& contents, const std::string& id) {
  LINEGUARD_TRY(validate_name(id));
  const auto text = contents.text(fmt::format("operating_points/{}.toml", id));
  const std::string file = on_one_line(file_of(contents.folder, id).string());
  if (text) {
    LINEGUARD_ASSIGN(RuledPoint ruled,
                     read_point(std::string(*text), file, id, [&] { return read_manifest(contents); }));
    return std::move(ruled.point);
  }
  std::vector<std::string> ids;
  for (const auto& [name, bytes] : contents.files) {
    const std::filesystem::path path(name);
    if (path.parent_path() == "operating_points" && path.extension() == ".toml") ids.push_back(path.stem().string());
  }
  return no_such_point(contents.folder, id, std::move(ids));
}

Result<std::set<std::string>> read_chosen_on(const std::filesystem::path& package, const std::string& id) {
  LINEGUARD_ASSIGN(const RuledPoint point, read_ruled_point(package, id));
  if (point.chosen_on.empty()) return std::set<std::string>();
  const auto file = chosen_on_file(package, id);
  LINEGUARD_ASSIGN(const std::string text, as_damage(read_text_file(file)));
  if (sha256_hex(text) != point.chosen_on)
    return make_error(ErrorCode::corrupt_data,
                      file.string() + ": is not the list that the operating point was chosen on");
  return parse_digests(text, file);
}

Result<void> refuse_existing_operating_point(const std::filesystem::path& package, const std::string& id) {
  LINEGUARD_TRY(validate_name(id));
  if (!read_operating_point(package, id)) return {};
  return make_error(ErrorCode::already_exists,
                    fmt::format("{} has an operating point \"{}\" already: choose another id", package.string(), id));
}

}  // namespace lineguard::package
