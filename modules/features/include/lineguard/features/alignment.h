// Parts that do not always lie at the same place: how far one is from where the reference is, and the picture moved
// back.
#pragma once

#include <filesystem>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/imaging/preprocessing.h>

namespace lineguard::features {

// What is kept of a picture to align others with: gray, 8 bit, 256 x 256.
Image alignment_reference(const Image& image, imaging::DepthWindow window);

// The reference of the picture whose part lies in the middle of where the parts lie, so that most of them are near: the
// least by the distance from the median shift against the first. Of at most 200 of `files`, evenly; one that can't be
// aligned with the first does not count. REQUIRES a file. Errors: those of decoding.
Result<Image> choose_reference(const std::vector<std::filesystem::path>& files, imaging::DepthWindow window);

// Pixels that the part lies to the right of and below the reference. Phase correlation (Kuglin and Hines 1975) of the
// shrunk pictures under a Hann window, to a fraction of a pixel of theirs. REQUIRES a reference in `preprocessing`.
// Errors: invalid_argument where the part can't be found again (no clear peak) or lies further away than
// preprocessing.align_shift allows: never guessed.
Result<Point> find_shift(const Image& image, const imaging::Preprocessing& preprocessing);

// The picture with the part where the reference has it, by whole pixels; the border is repeated where nothing was seen.
Image aligned_to_reference(const Image& image, const Point& shift);

// A map of the picture that was moved back, at the places of the one that was taken.
FloatMap undo_alignment(const FloatMap& map, const Point& shift);
// A region likewise, cut off at the border of the picture.
Region undo_alignment(Region region, const Point& shift, Size picture);

}  // namespace lineguard::features
