#include <lineguard/imaging/preprocessing.h>

namespace lineguard::imaging {

bool Preprocessing::operator==(const Preprocessing& other) const {
  return input_px == other.input_px && window.low == other.window.low && window.high == other.window.high &&
         roi == other.roi && tile_px == other.tile_px && tile_overlap == other.tile_overlap &&
         needs_template == other.needs_template && align_shift == other.align_shift && lighting == other.lighting &&
         brightness == other.brightness && depth_bits == other.depth_bits && further_inputs == other.further_inputs;
}

}  // namespace lineguard::imaging
