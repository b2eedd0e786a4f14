#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/config.h>
#include <lineguard/core/enum_names.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
using toml_text::quote, toml_text::string_array;
namespace {

constexpr auto kLabelsNames =
    std::to_array<EnumName<Labels>>({{Labels::auto_, "auto"}, {Labels::use, "use"}, {Labels::ignore, "ignore"}});
static_assert(names_every_value(kLabelsNames));
constexpr auto kSpeedNames = std::to_array<EnumName<Speed>>(
    {{Speed::fast, "fast"}, {Speed::balanced, "balanced"}, {Speed::thorough, "thorough"}});
static_assert(names_every_value(kSpeedNames));

template <typename Names>
std::vector<std::string> list_of(const Names& names) {
  std::vector<std::string> list;
  for (const auto& row : names) list.emplace_back(row.name);
  return list;
}

// Settings of earlier versions, each with what stands for it now.
enum class Kind { number, flag, text, names };
struct GoneSetting {
  std::string_view section, key, instead;
  Kind kind = Kind::number;
};
constexpr std::array kGoneSettings{
    GoneSetting{"preprocessing", "input_px", "it is a member's now: [[members]] input_px = …, or speed = \"thorough\""},
    GoneSetting{"preprocessing", "lighting", "it is a member's now: [[members]] lighting = …", Kind::text},
    GoneSetting{"preprocessing", "tile_overlap", "tiles overlap by a quarter"},
    GoneSetting{"preprocessing", "templates", "templates are compared with where every picture has one", Kind::flag},
    GoneSetting{"features", "grid_stride", "a cell stands for 16 px: [[members]] input_px makes cells finer"},
    GoneSetting{"features", "pool_cells", "it is 3"},
    GoneSetting{"features", "weigh_borders", "patches at the border count less", Kind::flag},
    GoneSetting{"bank", "turns", "good pictures are learned from as they are"},
    GoneSetting{"bank", "nearest", "the nearest patch counts"},
    GoneSetting{"bank", "shares", "it is 6"},
    GoneSetting{"bank", "whitening_shrinkage", "it is a member's now: [[members]] whitening = …"},
    GoneSetting{"map", "smoothing_cells", "it is 1"},
    GoneSetting{"map", "top_cells", "it is 3"},
    GoneSetting{"map", "brightness", "its weight is 0.3, and 0 where good parts say that it would do harm"},
    GoneSetting{"labels", "cell_taps",
                "cells see tap4, tap8, tap16 and tap32; of a backbone of your own its [backbone] taps", Kind::names},
    GoneSetting{"labels", "picture_taps", "as cell_taps: [backbone] taps says the layers of a backbone of your own",
                Kind::names},
    GoneSetting{"labels", "members", "three networks decide; cells = … learns from fewer cells, in less time"},
    GoneSetting{"labels", "epochs", "it is 12; cells = … learns from fewer cells, in less time"},
    GoneSetting{"labels", "turns", "it is 4"},
    GoneSetting{"operating_point", "folds", "it is 5"},
    GoneSetting{"labels", "picture_views", "pictures are judged as they are"},
    GoneSetting{"labels", "stride", "it is 8: [[members]] input_px makes cells finer"},
    GoneSetting{"labels", "context", "it is 5"},
    GoneSetting{"labels", "pixels", "cells see pixels with templates alone", Kind::flag},
    GoneSetting{"labels", "hidden", "it is 64"},
    GoneSetting{"labels", "pasted", "defects are learned from where they are"},
    GoneSetting{"labels", "top_cells", "it is 3"},
    GoneSetting{"fine_tuning", "frozen_to", "all layers are trained", Kind::text},
    GoneSetting{"fine_tuning", "patience", "it is 3"},
    GoneSetting{"fine_tuning", "batch", "it is 8"},
};

void take(ConfigReader& section, const GoneSetting& gone) {
  double number = 0;
  bool flag = false;
  std::string text;
  if (gone.kind == Kind::number) section.read(gone.key, number);
  if (gone.kind == Kind::flag) section.read(gone.key, flag);
  if (gone.kind == Kind::text) section.read(gone.key, text);
  std::vector<std::string> names;
  if (gone.kind == Kind::names) section.read(gone.key, names);
}

// A setting that is gone is named with its replacement, not called unknown.
void refuse_gone(ConfigReader& section, std::string_view name) {
  for (const GoneSetting& gone : kGoneSettings) {
    if (gone.section != name || !section.has(gone.key)) continue;
    take(section, gone);
    section.add_problem(gone.key, fmt::format("is no setting any more: {}; leave it out", gone.instead));
  }
}

void read_preprocessing(ConfigReader section, TrainConfig& config) {
  int low = config.window.low, high = config.window.high;
  section.read("window_low", low, {0, 65534}).read("window_high", high, {1, 65535});
  if (high <= low) section.add_problem("window_high", "must be above window_low");
  config.window = {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high)};
  section.read("tile_px", config.tile_px, {0, 16'384}).read("align_shift", config.align_shift, {0, 0.25});
  if (config.tile_px != 0 && config.tile_px < 64) section.add_problem("tile_px", "must be 0 (no tiles) or 64 to 16384");
  refuse_gone(section, "preprocessing");
  std::vector<double> roi;
  section.read("roi", roi, {0, 1});
  if (roi.empty()) return;
  if (roi.size() != 4 || roi[2] <= 0 || roi[3] <= 0 || roi[0] + roi[2] > 1 || roi[1] + roi[3] > 1) {
    section.add_problem("roi", "must be [x, y, width, height] as fractions that stay inside the picture");
    return;
  }
  config.roi = Box{roi[0], roi[1], roi[2], roi[3]};
}

void read_backbone(ConfigReader section, TrainConfig& config) {
  section.read_path("file", config.backbone_file);
  if (!config.backbone_file.empty() && !section.has("taps")) config.taps.clear();
  section.read("taps", config.taps).read("licence", config.backbone_licence);
  section.read("mean", config.mean, {0, 255}).read("scale", config.scale, {0.001, 1000});
  if (section.has("taps") && config.taps.empty()) section.add_problem("taps", "must name at least one layer");
  if (config.mean.size() != 3) section.add_problem("mean", "must have three numbers: red, green, blue");
  if (config.scale.size() != 3) section.add_problem("scale", "must have three numbers: red, green, blue");
}

void read_members(ConfigReader& reader, TrainConfig& config) {
  std::string speed(to_string(config.speed));
  reader.read_one_of("speed", speed, list_of(kSpeedNames));
  if (const auto named = speed_from_string(speed)) config.speed = *named;
  constexpr std::size_t kMostMembers = 8;
  for (ConfigReader& section : reader.sections("members")) {
    MemberConfig member;
    section.read("input_px", member.input_px, {64, 1024}).read("whitening", member.whitening, {0, 10});
    if (member.input_px % 32 != 0) section.add_problem("input_px", "must be a multiple of 32");
    std::string lighting(imaging::to_string(member.lighting));
    section.read_one_of("lighting", lighting, {"as-it-is", "flat", "local-contrast"});
    member.lighting = imaging::lighting_from_string(lighting);
    config.members.push_back(member);
  }
  if (config.members.size() > kMostMembers) reader.add_problem("members", "are at most 8");
}

void read_labels(ConfigReader section, TrainConfig& config) {
  std::string use(to_string(config.labels));
  section.read_one_of("use", use, list_of(kLabelsNames));
  if (const auto labels = labels_from_string(use)) config.labels = *labels;
  section.read("cells", config.label_cells, {1000, 5'000'000});
  refuse_gone(section, "labels");
}

void refuse_gone_sections(ConfigReader& reader) {
  for (const std::string_view name : {"features", "map"}) {
    ConfigReader section = reader.section(name);
    refuse_gone(section, name);
  }
}

std::string members_to_toml(const TrainConfig& config) {
  if (config.members.empty()) return fmt::format("speed = '{}'\n", to_string(config.speed));
  std::string text;
  for (const MemberConfig& member : config.members) {
    text += fmt::format("\n[[members]]\ninput_px = {}\nlighting = '{}'\nwhitening = {}\n", member.input_px,
                        imaging::to_string(member.lighting), member.whitening);
  }
  return text;
}

std::string backbone_to_toml(const TrainConfig& config) {
  std::string text = "\n[backbone]\n";
  if (!config.backbone_file.empty())
    text += fmt::format("file = {}\n", quote(std::filesystem::absolute(config.backbone_file).string()));
  if (!config.backbone_licence.empty()) text += fmt::format("licence = {}\n", quote(config.backbone_licence));
  if (!config.taps.empty()) text += fmt::format("taps = {}\n", string_array(config.taps));
  return text + fmt::format("mean = [{}]\nscale = [{}]\n", fmt::join(config.mean, ", "), fmt::join(config.scale, ", "));
}

std::string preprocessing_to_toml(const TrainConfig& config) {
  std::string text =
      fmt::format("\n[preprocessing]\nwindow_low = {}\nwindow_high = {}\n", config.window.low, config.window.high);
  if (config.roi) {
    text +=
        fmt::format("roi = [{}, {}, {}, {}]\n", config.roi->x, config.roi->y, config.roi->width, config.roi->height);
  }
  if (config.tile_px > 0) text += fmt::format("tile_px = {}\n", config.tile_px);
  if (config.align_shift > 0) text += fmt::format("align_shift = {}\n", config.align_shift);
  return text;
}

}  // namespace

std::string_view to_string(Labels labels) {
  return name_of(kLabelsNames, labels);
}

Result<Labels> labels_from_string(std::string_view text) {
  if (const auto labels = value_named(kLabelsNames, text)) return *labels;
  return make_error(ErrorCode::invalid_argument, fmt::format("\"{}\" is not auto, use or ignore", text));
}

std::string_view to_string(Speed speed) {
  return name_of(kSpeedNames, speed);
}

Result<Speed> speed_from_string(std::string_view text) {
  if (const auto speed = value_named(kSpeedNames, text)) return *speed;
  return make_error(ErrorCode::invalid_argument, fmt::format("\"{}\" is not fast, balanced or thorough", text));
}

Result<TrainConfig> load_train_config(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(file));
  TrainConfig config;
  reader.read("seed", config.seed, {0, 1'000'000'000});
  read_members(reader, config);
  read_backbone(reader.section("backbone"), config);
  read_preprocessing(reader.section("preprocessing"), config);
  refuse_gone_sections(reader);
  auto bank = reader.section("bank");
  bank.read("size", config.bank_size, {10, 10'000});
  bank.read("reservoir_patches", config.reservoir_patches, {1000, 5'000'000});
  refuse_gone(bank, "bank");
  read_labels(reader.section("labels"), config);
  auto tuning = reader.section("fine_tuning");
  tuning.read("use", config.fine_tune).read("epochs", config.fine_tune_epochs, {1, 1000});
  tuning.read("learning_rate", config.fine_tune_learning_rate, {1e-7, 1});
  refuse_gone(tuning, "fine_tuning");
  auto point = reader.section("operating_point");
  point.read("max_overkill", config.max_overkill, {0.0001, 0.9999}).read("confidence", config.confidence, {0.5, 0.999});
  refuse_gone(point, "operating_point");
  LINEGUARD_TRY(reader.finish());
  return config;
}

std::string to_toml(const TrainConfig& config) {
  std::string text = fmt::format("seed = {}\n", config.seed) + members_to_toml(config) + backbone_to_toml(config) +
                     preprocessing_to_toml(config);
  text += fmt::format("\n[bank]\nsize = {}\nreservoir_patches = {}\n", config.bank_size, config.reservoir_patches);
  text += fmt::format("\n[labels]\nuse = '{}'\ncells = {}\n", to_string(config.labels), config.label_cells);
  if (config.fine_tune) {
    text += fmt::format("\n[fine_tuning]\nuse = true\nepochs = {}\nlearning_rate = {}\n", config.fine_tune_epochs,
                        config.fine_tune_learning_rate);
  }
  text +=
      fmt::format("\n[operating_point]\nmax_overkill = {}\nconfidence = {}\n", config.max_overkill, config.confidence);
  return text;
}

}  // namespace lineguard::training
