#include "preprocessing_of.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/config.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
using toml_text::quote, toml_text::string_array;
namespace {

void read_preprocessing(ConfigReader section, TrainConfig& config) {
  section.read("input_px", config.input_px, {64, 1024});
  if (config.input_px % 32 != 0) section.add_problem("input_px", "must be a multiple of 32");
  int low = config.window.low, high = config.window.high;
  section.read("window_low", low, {0, 65534}).read("window_high", high, {1, 65535});
  if (high <= low) section.add_problem("window_high", "must be above window_low");
  config.window = {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high)};
  section.read("tile_px", config.tile_px, {0, 16'384}).read("tile_overlap", config.tile_overlap, {0, 0.75});
  if (config.tile_px != 0 && config.tile_px < 64) section.add_problem("tile_px", "must be 0 (no tiles) or 64 to 16384");
  std::string lighting(imaging::to_string(config.lighting));
  section.read_one_of("lighting", lighting, {"as-it-is", "flat", "local-contrast"});
  config.lighting = imaging::lighting_from_string(lighting);
  section.read("templates", config.templates).read("align_shift", config.align_shift, {0, 0.25});
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
  section.read_path("file", config.backbone_file).read("taps", config.taps);
  section.read("mean", config.mean, {0, 255}).read("scale", config.scale, {0.001, 1000});
  if (config.taps.empty()) section.add_problem("taps", "must name at least one layer");
  if (config.mean.size() != 3) section.add_problem("mean", "must have three numbers: red, green, blue");
  if (config.scale.size() != 3) section.add_problem("scale", "must have three numbers: red, green, blue");
}

void read_features(ConfigReader section, TrainConfig& config) {
  section.read("grid_stride", config.grid_stride, {8, 32}).read("pool_cells", config.pool_cells, {1, 7});
  section.read("weigh_borders", config.weigh_borders);
  if (config.grid_stride != 8 && config.grid_stride != 16 && config.grid_stride != 32) {
    section.add_problem("grid_stride", "is not allowed, allowed: 8, 16, 32");
  }
  if (config.pool_cells % 2 == 0) section.add_problem("pool_cells", "must be odd");
}

void read_labels(ConfigReader section, TrainConfig& config) {
  std::string use(to_string(config.labels));
  section.read_one_of("use", use, {"auto", "use", "ignore"});
  if (const auto labels = labels_from_string(use)) config.labels = *labels;
  section.read("cell_taps", config.label_taps).read("picture_taps", config.picture_taps);
  section.read("stride", config.label_stride, {8, 16}).read("context", config.label_context, {1, 15});
  section.read("pixels", config.label_pixels);
  section.read("hidden", config.label_hidden, {4, 512}).read("members", config.label_members, {1, 10});
  section.read("epochs", config.label_epochs, {1, 200}).read("turns", config.label_turns, {1, 8});
  section.read("top_cells", config.label_top_cells, {1, 200});
  section.read("cells", config.label_cells, {1000, 5'000'000});
  if (config.label_stride != 8 && config.label_stride != 16) section.add_problem("stride", "must be 8 or 16");
  if (config.label_context % 2 == 0) section.add_problem("context", "must be odd");
  if (config.picture_taps.empty()) section.add_problem("picture_taps", "must name at least one layer");
}

// Whole pictures alone: what is bright where in a tile depends on where the tile lies.
bool sees_brightness(const TrainConfig& config) {
  return config.brightness > 0 && config.tile_px == 0 && !config.templates;
}

}  // namespace

imaging::Preprocessing preprocessing_of(const TrainConfig& config) {
  return {config.input_px,  config.window,      config.roi,      config.tile_px,          config.tile_overlap,
          config.templates, config.align_shift, config.lighting, sees_brightness(config), nullptr};
}

std::string_view to_string(Labels labels) {
  return labels == Labels::auto_ ? "auto" : labels == Labels::use ? "use" : "ignore";
}

Result<Labels> labels_from_string(std::string_view text) {
  for (const Labels labels : {Labels::auto_, Labels::use, Labels::ignore}) {
    if (text == to_string(labels)) return labels;
  }
  return make_error(ErrorCode::invalid_argument, fmt::format("\"{}\" is not auto, use or ignore", text));
}

Result<TrainConfig> load_train_config(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(ConfigReader reader, ConfigReader::from_file(file));
  TrainConfig config;
  reader.read("seed", config.seed, {0, 1'000'000'000});
  read_backbone(reader.section("backbone"), config);
  read_preprocessing(reader.section("preprocessing"), config);
  read_features(reader.section("features"), config);
  auto bank = reader.section("bank");
  bank.read("size", config.bank_size, {10, 10'000}).read("whitening_shrinkage", config.whitening_shrinkage, {0, 10});
  bank.read("turns", config.bank_turns, {1, 8}).read("nearest", config.bank_nearest, {1, 20});
  bank.read("shares", config.bank_shares, {1, 20});
  bank.read("reservoir_patches", config.reservoir_patches, {1000, 5'000'000});
  auto map = reader.section("map");
  map.read("smoothing_cells", config.smoothing_cells, {0, 8}).read("top_cells", config.top_cells, {1, 200});
  map.read("brightness", config.brightness, {0, 10});
  read_labels(reader.section("labels"), config);
  auto tuning = reader.section("fine_tuning");
  tuning.read("use", config.fine_tune).read("frozen_to", config.fine_tune_frozen_to);
  tuning.read("epochs", config.fine_tune_epochs, {1, 1000}).read("patience", config.fine_tune_patience, {1, 1000});
  tuning.read("learning_rate", config.fine_tune_learning_rate, {1e-7, 1})
      .read("batch", config.fine_tune_batch, {2, 256});
  auto point = reader.section("operating_point");
  point.read("max_overkill", config.max_overkill, {0.0001, 0.9999}).read("confidence", config.confidence, {0.5, 0.999});
  point.read("folds", config.folds, {2, 20});
  LINEGUARD_TRY(reader.finish());
  return config;
}

std::string to_toml(const TrainConfig& config) {
  std::string text = fmt::format("seed = {}\n\n[backbone]\n", config.seed);
  if (!config.backbone_file.empty())
    text += fmt::format("file = {}\n", quote(std::filesystem::absolute(config.backbone_file).string()));
  text += fmt::format("taps = {}\nmean = [{}]\nscale = [{}]\n", string_array(config.taps), fmt::join(config.mean, ", "),
                      fmt::join(config.scale, ", "));
  text += fmt::format("\n[preprocessing]\ninput_px = {}\nwindow_low = {}\nwindow_high = {}\n", config.input_px,
                      config.window.low, config.window.high);
  if (config.roi) {
    text +=
        fmt::format("roi = [{}, {}, {}, {}]\n", config.roi->x, config.roi->y, config.roi->width, config.roi->height);
  }
  if (config.tile_px > 0) text += fmt::format("tile_px = {}\ntile_overlap = {}\n", config.tile_px, config.tile_overlap);
  if (config.align_shift > 0) text += fmt::format("align_shift = {}\n", config.align_shift);
  if (config.templates) text += "templates = true\n";
  if (config.lighting != imaging::Lighting::as_it_is)
    text += fmt::format("lighting = '{}'\n", imaging::to_string(config.lighting));
  text += fmt::format("\n[features]\ngrid_stride = {}\npool_cells = {}\nweigh_borders = {}\n", config.grid_stride,
                      config.pool_cells, config.weigh_borders);
  text += fmt::format(
      "\n[bank]\nsize = {}\nturns = {}\nnearest = {}\nshares = {}\nwhitening_shrinkage = {}\nreservoir_patches = {}\n",
      config.bank_size, config.bank_turns, config.bank_nearest, config.bank_shares, config.whitening_shrinkage,
      config.reservoir_patches);
  text += fmt::format("\n[map]\nsmoothing_cells = {}\ntop_cells = {}\nbrightness = {}\n", config.smoothing_cells,
                      config.top_cells, config.brightness);
  text += fmt::format("\n[labels]\nuse = '{}'\ncell_taps = {}\npicture_taps = {}\n", to_string(config.labels),
                      string_array(config.label_taps), string_array(config.picture_taps));
  text += fmt::format("stride = {}\ncontext = {}\npixels = {}\n", config.label_stride, config.label_context,
                      config.label_pixels);
  text += fmt::format("hidden = {}\nmembers = {}\nepochs = {}\nturns = {}\ntop_cells = {}\ncells = {}\n",
                      config.label_hidden, config.label_members, config.label_epochs, config.label_turns,
                      config.label_top_cells, config.label_cells);
  if (config.fine_tune) {
    text += fmt::format(
        "\n[fine_tuning]\nuse = true\nfrozen_to = '{}'\nepochs = {}\npatience = {}\nlearning_rate = {}\nbatch = {}\n",
        config.fine_tune_frozen_to, config.fine_tune_epochs, config.fine_tune_patience, config.fine_tune_learning_rate,
        config.fine_tune_batch);
  }
  text += fmt::format("\n[operating_point]\nmax_overkill = {}\nconfidence = {}\nfolds = {}\n", config.max_overkill,
                      config.confidence, config.folds);
  return text;
}

}  // namespace lineguard::training
