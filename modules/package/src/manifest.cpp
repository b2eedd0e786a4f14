#include "damage.h"
#include "file_list.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/config.h>
#include <lineguard/core/files.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/core/words.h>
#include <lineguard/package/contents.h>

namespace lineguard::package {
using toml_text::number;
using toml_text::quote;
using toml_text::string_array;
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSchema = "lineguard.package/1";
constexpr double kLargestThreshold = 1e30;
constexpr int kSmallestTile = 32;
constexpr double kWhole = 1 + 1e-9;  // fractions that were rounded

std::string preprocessing_text(const Preprocessing& preprocessing) {
  std::string text = fmt::format("\n[preprocessing]\ninput_px = {}\nwindow_low = {}\nwindow_high = {}\n",
                                 preprocessing.input_px, preprocessing.window.low, preprocessing.window.high);
  if (preprocessing.roi) {
    const Box& roi = *preprocessing.roi;
    text +=
        fmt::format("roi = [{}, {}, {}, {}]\n", number(roi.x), number(roi.y), number(roi.width), number(roi.height));
  }
  if (preprocessing.align_shift > 0) text += fmt::format("align_shift = {}\n", number(preprocessing.align_shift));
  if (preprocessing.lighting != imaging::Lighting::as_it_is)
    text += fmt::format("lighting = {}\n", quote(imaging::to_string(preprocessing.lighting)));
  if (preprocessing.depth_bits > 0) text += fmt::format("depth_bits = {}\n", preprocessing.depth_bits);
  if (preprocessing.brightness) text += "brightness = true\n";
  if (!preprocessing.further_inputs.empty()) {
    std::vector<int> sides;
    std::vector<std::string> lightings;
    for (const imaging::ModelInput& input : preprocessing.further_inputs) {
      sides.push_back(input.input_px);
      lightings.emplace_back(imaging::to_string(input.lighting));
    }
    text += fmt::format("further_input_px = [{}]\nfurther_lighting = {}\n", fmt::join(sides, ", "),
                        string_array(lightings));
  }
  if (preprocessing.needs_template) text += "needs_template = true\n";
  if (preprocessing.tile_px > 0) {
    text += fmt::format("tile_px = {}\ntile_overlap = {}\n", preprocessing.tile_px, number(preprocessing.tile_overlap));
  }
  return text;
}

std::string manifest_text(const Manifest& manifest) {
  const TrainingFacts& training = manifest.training;
  std::string text = fmt::format("schema = {}\nname = {}\nversion = {}\ndigest = {}\n", quote(kSchema),
                                 quote(manifest.name), manifest.version, quote(manifest.digest));
  if (manifest.precision != "f32") text += fmt::format("precision = {}\n", quote(manifest.precision));
  text += preprocessing_text(manifest.preprocessing);
  text += fmt::format("\n[backbone]\nname = {}\ndigest = {}\n", quote(manifest.backbone_name),
                      quote(manifest.backbone_digest));
  if (!manifest.backbone_licence.empty()) text += fmt::format("licence = {}\n", quote(manifest.backbone_licence));
  text += fmt::format(
      "\n[training]\ndataset_fingerprint = {}\ndataset_layout = {}\ngood_pictures = {}\ndefective_pictures = "
      "{}\nvalidation_pictures = {}\nseed "
      "= {}\n"
      "allowed_checks = {}\nruntime = {}\n",
      quote(training.dataset_fingerprint), quote(training.dataset_layout), training.good_pictures,
      training.defective_pictures, training.validation_pictures, training.seed, string_array(training.allowed_checks),
      quote(training.runtime));
  if (!training.part_pattern.empty()) text += fmt::format("part_pattern = {}\n", quote(training.part_pattern));
  if (training.defective_above) text += fmt::format("defective_above = {}\n", number(*training.defective_above));
  text += fmt::format("\n[regions]\nthreshold = {}\npeak_threshold = {}\nsize_factor = {}\nclasses = {}\n",
                      number(manifest.region_threshold), number(manifest.region_peak_threshold),
                      number(manifest.region_size_factor), string_array(manifest.classes));
  text += fmt::format("\n[parity]\ngolden_spread = {}\ntolerance_same_cpu = {}\ntolerance_other_cpu = {}\n",
                      number(manifest.golden_spread), number(manifest.tolerance_same_cpu),
                      number(manifest.tolerance_other_cpu));
  for (const Metric& metric : manifest.metrics) {
    text += fmt::format("\n[[metrics]]\nname = {}\nvalue = {}\nlow = {}\nhigh = {}\nn = {}\n", quote(metric.name),
                        number(metric.value), number(metric.low), number(metric.high), metric.n);
  }
  return text;
}

void read_further_inputs(ConfigReader& section, Preprocessing& preprocessing) {
  std::vector<double> sides;
  std::vector<std::string> lightings;
  section.read("further_input_px", sides, {32, 4096}).read("further_lighting", lightings);
  if (sides.size() != lightings.size())
    return section.add_problem("further_lighting", "must name as many as further_input_px");
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const auto lighting = imaging::lighting_from_string(lightings[i]);
    if (lightings[i] != imaging::to_string(lighting))
      section.add_problem("further_lighting", "is not allowed, allowed: as-it-is, flat, local-contrast");
    preprocessing.further_inputs.push_back({static_cast<int>(sides[i]), lighting});
  }
}

void read_preprocessing(ConfigReader section, Preprocessing& preprocessing) {
  int low = preprocessing.window.low, high = preprocessing.window.high;
  section.require("input_px").read("input_px", preprocessing.input_px, {32, 4096});
  section.read("window_low", low, {0, 65534}).read("window_high", high, {1, 65535});
  if (high <= low) section.add_problem("window_high", "must be above window_low");
  preprocessing.window = {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high)};
  std::vector<double> roi;
  section.read("roi", roi, {0, 1});
  section.read("align_shift", preprocessing.align_shift, {0, 0.25});
  section.read("needs_template", preprocessing.needs_template);
  std::string lighting(imaging::to_string(preprocessing.lighting));
  section.read_one_of("lighting", lighting, {"as-it-is", "flat", "local-contrast"});
  preprocessing.lighting = imaging::lighting_from_string(lighting);
  section.read("brightness", preprocessing.brightness).read("depth_bits", preprocessing.depth_bits, {0, 16});
  if (preprocessing.depth_bits % 8 != 0) section.add_problem("depth_bits", "must be 0 (either), 8 or 16");
  section.read("tile_px", preprocessing.tile_px, {0, 16'384})
      .read("tile_overlap", preprocessing.tile_overlap, {0, 0.75});
  read_further_inputs(section, preprocessing);
  if (preprocessing.tile_px != 0 && preprocessing.tile_px < kSmallestTile)
    section.add_problem("tile_px", fmt::format("must be 0 (no tiles) or {} to 16384", kSmallestTile));
  if (roi.size() == 4) {
    preprocessing.roi = Box{roi[0], roi[1], roi[2], roi[3]};
    if (!(roi[2] > 0 && roi[3] > 0 && roi[0] + roi[2] <= kWhole && roi[1] + roi[3] <= kWhole))
      section.add_problem("roi", "must lie inside the picture: x + width and y + height are at most 1");
  }
  if (!roi.empty() && roi.size() != 4) section.add_problem("roi", "must have four numbers: x, y, width, height");
}

void read_training(ConfigReader section, TrainingFacts& training) {
  section.read("dataset_fingerprint", training.dataset_fingerprint).read("dataset_layout", training.dataset_layout);
  section.read("good_pictures", training.good_pictures, {0, 1'000'000'000});
  section.read("defective_pictures", training.defective_pictures, {0, 1'000'000'000});
  section.read("validation_pictures", training.validation_pictures, {0, 1'000'000'000});
  section.read("part_pattern", training.part_pattern);
  if (section.has("defective_above")) section.read("defective_above", training.defective_above.emplace(), {0, 1});
  section.read("seed", training.seed).read("allowed_checks", training.allowed_checks).read("runtime", training.runtime);
}

Result<Manifest> parse_manifest(std::string_view text, const fs::path& package) {
  LINEGUARD_ASSIGN(ConfigReader reader, toml_reader(text, on_one_line((package / "manifest.toml").string())));
  Manifest manifest;
  std::string schema;
  reader.require("schema").read_one_of("schema", schema, {std::string(kSchema)});
  reader.require("name")
      .read("name", manifest.name)
      .require("version")
      .read("version", manifest.version, {1, 1'000'000'000});
  reader.require("digest").read("digest", manifest.digest);
  reader.read_one_of("precision", manifest.precision, {"f32", "bf16", "int8"});
  read_preprocessing(reader.section("preprocessing"), manifest.preprocessing);
  reader.section("backbone")
      .read("name", manifest.backbone_name)
      .read("digest", manifest.backbone_digest)
      .read("licence", manifest.backbone_licence);
  read_training(reader.section("training"), manifest.training);
  auto regions = reader.section("regions");
  regions.read("threshold", manifest.region_threshold, {-kLargestThreshold, kLargestThreshold});
  regions.read("peak_threshold", manifest.region_peak_threshold, {-kLargestThreshold, kLargestThreshold});
  regions.read("size_factor", manifest.region_size_factor, {0.25, 4});
  regions.read("classes", manifest.classes);
  auto parity = reader.section("parity");
  parity.read("golden_spread", manifest.golden_spread, {0, kLargestThreshold});
  parity.read("tolerance_same_cpu", manifest.tolerance_same_cpu, {0, 1});
  parity.read("tolerance_other_cpu", manifest.tolerance_other_cpu, {0, 1});
  for (ConfigReader& section : reader.sections("metrics")) {
    Metric metric;
    section.read("name", metric.name).read("value", metric.value).read("low", metric.low).read("high", metric.high);
    section.read("n", metric.n);
    manifest.metrics.push_back(metric);
  }
  LINEGUARD_TRY(reader.finish());
  LINEGUARD_TRY(validate_name(manifest.name));
  return manifest;
}

}  // namespace

Result<void> validate_name(const std::string& name) {
  const bool allowed = std::all_of(name.begin(), name.end(),
                                   [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; });
  if (allowed && !name.empty() && name.size() <= 64 && name.front() != '.') return {};
  return make_error(
      ErrorCode::invalid_argument,
      fmt::format("\"{}\" is no name: use 1 to 64 letters, digits, '-', '_' or '.'", on_one_line(name, 80)));
}

double unknown_band(const Manifest& manifest, std::string_view runtime) {
  const bool same_cpu = manifest.training.runtime == runtime;
  return (same_cpu ? manifest.tolerance_same_cpu : manifest.tolerance_other_cpu) * manifest.golden_spread;
}

Result<Manifest> read_manifest(const fs::path& package) {
  std::error_code ignored;
  if (fs::is_directory(package, ignored) && !fs::exists(package / "manifest.toml", ignored))
    return make_error(ErrorCode::not_found, package.string() + " is no package: it has no manifest.toml");
  auto text = read_text_file(package / "manifest.toml");
  if (!text) return as_damage(std::move(text)).error();
  return as_damage(parse_manifest(*text, package));
}

Result<Manifest> read_manifest(const PackageContents& contents) {
  if (!contents.files.contains("manifest.toml"))
    return make_error(ErrorCode::not_found,
                      on_one_line(contents.folder.string()) + " is no package: it has no manifest.toml");
  LINEGUARD_ASSIGN(const std::string_view text, contents.text("manifest.toml"));
  return as_damage(parse_manifest(text, contents.folder));
}

Result<std::string> write_manifest(const fs::path& package, Manifest manifest) {
  LINEGUARD_TRY(validate_name(manifest.name));
  // The digest leaves the digest line out, so it can be taken over the manifest that does not have it yet.
  manifest.digest.clear();
  LINEGUARD_TRY(write_file_list(package));
  LINEGUARD_TRY(write_file_atomically(package / "manifest.toml", manifest_text(manifest)));
  LINEGUARD_ASSIGN(manifest.digest, compute_digest(package));
  LINEGUARD_TRY(write_file_atomically(package / "manifest.toml", manifest_text(manifest)));
  return manifest.digest;
}

}  // namespace lineguard::package
