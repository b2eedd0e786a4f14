// A TIFF's directories, one a page, as the file has them: libtiff reads the first and does not tell of others.
#pragma once

#include "formats.h"

#include <cstdint>
#include <string>

namespace lineguard::imaging {

// Errors: corrupt_data where the first directory is cut (libtiff is content with one that lacks the offset at its end);
// unsupported where there are further pages, or pictures inside the first (sub-directories).
Result<void> check_single_picture(Encoded tiff);

// Pages from the first on, 1000 at most; 0 where the first can't be read.
std::size_t count_tiff_pages(Encoded tiff);

// "JPEG 2000 (34712)".
std::string name_of_compression(std::uint16_t compression);

}  // namespace lineguard::imaging
