// The backbone and the feature graph that is made of it, written as OpenVINO files.
//
//   features:  u8 tile [1, input, input, 3] -> "patches" [1, cells, channels]; for labelled heads also
//              "dense" [1, dense cells, dense channels] and "pooled" [1, pooled channels]; of tiles with a row
//              of brightness "brightness" [1, areas]
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/features/backbone.h>

namespace lineguard::features {

// A network whose inner layers are the features. Ours takes a u8 tile; a foreign ONNX one takes f32 [1, 3, h, w].
struct Backbone {
  std::filesystem::path file;
  std::vector<std::string> taps = {"tap8", "tap16"};  // layer names, finest first
  std::vector<double> mean = {127, 127, 127};         // foreign backbones only: (pixel - mean) / scale
  std::vector<double> scale = {128, 128, 128};
};

struct FeatureLayout {
  int input_px = 256;
  int grid_cells = 32;         // a side; every tap is brought to this grid
  int pool_cells = 3;          // side of the mean over neighbours, odd
  bool pad_with_zeros = true;  // cells beyond the border count as zero: border patches weigh less

  // What labelled heads see; no taps: nothing. "dense" is every tap on its own grid and its mean over the context;
  // "pooled" is mean, standard deviation, highest and lowest of every channel over the picture.
  std::vector<std::string> dense_taps, pooled_taps;
  int dense_cells = 32;
  int context_cells = 5;
  bool dense_pixels = false;  // and the tile's pixels in the cell and around it
  bool brightness = false;    // tiles have one more row: how bright each area is
};

// Layers of the backbone that are grids of features at this input, to use where a user names none: of its outputs, and
// of its inner convolutions where the outputs are none, at most two, the finest first: the nearest to strides of 8
// and 16. Tokens [1, tokens, channels] count as a grid where they are a square number, with a class token before them
// or not. Errors: not_found, invalid_config where nothing is a grid, with what the outputs are.
Result<std::vector<std::string>> choose_taps(const Backbone& backbone, int input_px);

// Errors: not_found, corrupt_data (not a network).
Result<bool> has_layers(const Backbone& backbone, const std::vector<std::string>& layers);

// Errors: not_found, corrupt_data (no such layer, not a network), unsupported (its shapes do not fit).
Result<void> write_feature_graph(const Backbone& backbone, const FeatureLayout& layout,
                                 const std::filesystem::path& out_xml);
// The backbone with a u8 [1, input, input, 3] input and nothing behind `layers`, whose names it keeps. Errors: as
// above.
Result<void> write_backbone_graph(const Backbone& backbone, const std::vector<std::string>& layers, int input_px,
                                  const std::filesystem::path& out_xml);

}  // namespace lineguard::features
