#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/dataset/mask.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::dataset {
namespace {

Result<Image> read_one(const std::filesystem::path& file) {
  LINEGUARD_ASSIGN(const Bytes encoded, read_file(file, imaging::DecodeLimits{}.max_file_bytes));
  auto mask = imaging::decode_mask(encoded);
  if (!mask) return mask.error().in(file.string());
  return std::move(mask->marked);
}

}  // namespace

Result<Image> read_mask(const Sample& sample) {
  LINEGUARD_CHECK(sample.mask.has_value(), "a sample whose mask is read has one");
  LINEGUARD_ASSIGN(Image all, read_one(*sample.mask));
  for (const auto& file : sample.more_masks) {
    LINEGUARD_ASSIGN(const Image one, read_one(file));
    if (one.size() != all.size()) {
      return make_error(ErrorCode::corrupt_data,
                        fmt::format("{}: the mask has {}x{} pixels, another of the same picture {}x{}", file.string(),
                                    one.width_px(), one.height_px(), all.width_px(), all.height_px()));
    }
    for (std::size_t i = 0; i < all.bytes().size(); ++i) all.bytes()[i] |= one.bytes()[i];
  }
  return all;
}

}  // namespace lineguard::dataset
