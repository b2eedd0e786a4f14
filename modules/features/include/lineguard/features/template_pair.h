// A picture and its defect-free twin as one: the second input of the same detector.
#pragma once

#include <filesystem>
#include <optional>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/imaging/preprocessing.h>

namespace lineguard::features {

// Three channels of 8 bits in place of a colour picture's: the picture in gray, its twin in gray, and how far the
// picture differs from anything within two pixels of the same place in its twin (so that edges which are a little off
// do not count). What follows sees a picture like any other. Errors: invalid_argument where the sizes differ.
Result<Image> pair_up(const Image& picture, const Image& defect_free_template, imaging::DepthWindow window);

// Decodes the picture, moves it back where parts are aligned, and pairs it where preprocessing.needs_template. Errors:
// those of decode_file(); corrupt_data where the sizes differ; no_template where it needs one and none is named.
Result<Image> read_picture(const std::filesystem::path& file, const std::optional<std::filesystem::path>& twin,
                           const imaging::Preprocessing& preprocessing);

}  // namespace lineguard::features
