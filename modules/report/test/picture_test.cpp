#include <gtest/gtest.h>

#include <lineguard/imaging/decode.h>
#include <lineguard/report/picture.h>

namespace lineguard::report {
namespace {

TEST(Picture, IsShrunkToItsLongerSideAndNeverEnlarged) {
  const auto small = thumbnail(Image({400, 100}, 1), 200, "alt", "caption");
  ASSERT_TRUE(small);
  EXPECT_EQ(small->size, (Size{200, 50}));
  EXPECT_EQ(imaging::decode(small->jpeg)->size(), small->size);
  EXPECT_EQ(thumbnail(Image({30, 20}, 3), 200, "", "")->size, (Size{30, 20}));
  EXPECT_EQ(thumbnail(Image({5000, 1}, 1), 200, "", "")->size, (Size{200, 1}));
}

TEST(Picture, SixteenBitIsShownToo) {
  const auto picture = thumbnail(Image({40, 40}, 1, PixelDepth::u16), 20, "", "");
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(imaging::decode(picture->jpeg)->depth(), PixelDepth::u8);
}

}  // namespace
}  // namespace lineguard::report
