// What is done to a picture before a model sees it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/types.h>
#include <lineguard/imaging/lighting.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::imaging {

// A size and a lighting that a picture is seen in.
struct ModelInput {
  int input_px = 256;
  Lighting lighting = Lighting::as_it_is;
  bool operator==(const ModelInput&) const = default;
};

// How a picture becomes the network's input. Fixed for the package, never chosen per picture.
struct Preprocessing {
  int input_px = 256;           // the tile's width and height
  DepthWindow window;           // 16 -> 8 bit
  std::optional<Box> roi;       // region of interest, as fractions 0..1 of the picture; none: all of it
  int tile_px = 0;              // side of the tiles that a large picture is cut into; 0: the whole picture is one
  double tile_overlap = 0.25;   // least share of their side by which neighbours overlap, 0 to 0.75
  bool needs_template = false;  // every picture comes with its defect-free twin, of the same size
  double align_shift = 0;       // share of the picture's side that parts may lie off the reference; 0: not aligned
  Lighting lighting = Lighting::as_it_is;  // how each tile's lighting is evened out
  bool brightness = false;  // the tile has one more row: how bright its areas are before lighting is evened out
  std::shared_ptr<const Image> alignment_reference;  // reference.png of the package, where parts are aligned
  int depth_bits = 0;                                // that every picture must have: 8 or 16; 0: either
  std::vector<ModelInput> further_inputs{};  // that the same tile is seen in, too; the first is input_px and lighting
  bool operator==(const Preprocessing&) const;
};

}  // namespace lineguard::imaging
