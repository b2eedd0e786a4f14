// Small pictures of every kind that is read, into the folder named by the first argument.
#include "../test/further_pictures.h"
#include "../test/pictures.h"

#include <filesystem>
#include <string>
#include <tiffio.h>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>
#include <lineguard/imaging/encode.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  using namespace lineguard::imaging;
  LINEGUARD_CHECK(count == 2, "usage: decode_fuzz_seeds FOLDER");
  const std::filesystem::path folder = arguments[1];
  const auto write = [&](const std::string& name, const Bytes& bytes) {
    LINEGUARD_CHECK(write_file_atomically(folder / name, bytes), "the seed was written");
  };
  const Image gray = test::picture({17, 9}, 1), rgb = test::picture({17, 9}, 3);
  const Image gray16 = test::picture({17, 9}, 1, PixelDepth::u16);
  write("rgb.jpg", encode_jpeg(rgb).value());
  write("turned.jpg", test::with_orientation(encode_jpeg(gray).value(), 6));
  write("rgb.png", encode_png(rgb).value());
  write("gray16.png", encode_png(gray16).value());
  write("alpha.png", test::encode_png_with_alpha(rgb));
  write("palette.png", test::encode_png_with_palette({17, 9}));
  write("rgb.bmp", test::encode_bmp(rgb, {.top_down = true}));
  write("gray.bmp", test::encode_bmp(gray, {.bits = 8}));
  write("strips.tif", test::encode_tiff(gray16, {}));
  write("lzw.tif", test::encode_tiff(rgb, {.compression = COMPRESSION_LZW, .extra_samples = 1}));
  write("tiles.tif", test::encode_tiff(rgb, {.compression = COMPRESSION_ADOBE_DEFLATE, .tile_side_px = 16}));
  write("planes.tif", test::encode_tiff(rgb, {.compression = COMPRESSION_LZW, .planes_apart = true}));
  write("palette.tif", test::encode_tiff_pattern({17, 9}, 4, PHOTOMETRIC_PALETTE));
  write("bits.tif", test::encode_tiff_pattern({17, 9}, 1, PHOTOMETRIC_MINISWHITE));
  write("interlaced.png", test::encode_png_pattern({17, 9}, 2, true));
  write("packbits.tif", test::encode_tiff(gray, {.compression = COMPRESSION_PACKBITS, .white_is_zero = true}));
  write("rgb.webp", test::encode_webp(rgb));
  write("turned.webp", test::encode_webp(rgb, 255, 6));
  write("rgb.jp2", test::encode_jpeg2000(rgb));
  write("gray16.jls", test::encode_jpeg_ls(gray16));
  write("rgb.jls", test::encode_jpeg_ls(rgb));
  write("gray.pgm", test::encode_netpbm_in_letters(gray));
  write("gray16.pgm", test::encode_netpbm(gray16));
  write("pages.tif", test::encode_tiff(gray, {.pages = 2}));
  write("progressive.jpg", test::encode_progressive_jpeg(rgb));
  return 0;
}
