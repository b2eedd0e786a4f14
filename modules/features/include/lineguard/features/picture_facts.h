// What the good pictures are like before anything is learned from them.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::features {

struct PictureFacts {
  int longest_side_px = 0;
  int depth_bits = 0;  // 8 or 16; 0: some have 8 and some 16, or none could be decoded
  // Of 16-bit pictures: from the 0.1 % to the 99.9 % quantile of their values, with a tenth of that on either side, so
  // that later parts that are somewhat darker or brighter are not clipped. None: 8 bit.
  std::optional<imaging::DepthWindow> window;
};

// Decodes up to 20 of the files, spread evenly; one that can't be decoded says nothing.
PictureFacts read_picture_facts(const std::vector<std::filesystem::path>& files);

}  // namespace lineguard::features
