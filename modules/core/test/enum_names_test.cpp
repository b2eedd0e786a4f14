#include <gtest/gtest.h>

#include <lineguard/core/types.h>

namespace lineguard {
namespace {

enum class Fruit { apple, pear, plum };
constexpr auto kFruits =
    std::to_array<EnumName<Fruit>>({{Fruit::apple, "apple"}, {Fruit::pear, "pear"}, {Fruit::plum, "plum"}});
constexpr auto kOneLeftOut = std::to_array<EnumName<Fruit>>({{Fruit::apple, "apple"}, {Fruit::pear, "pear"}});
constexpr auto kOutOfOrder =
    std::to_array<EnumName<Fruit>>({{Fruit::pear, "pear"}, {Fruit::apple, "apple"}, {Fruit::plum, "plum"}});
constexpr auto kTwice =
    std::to_array<EnumName<Fruit>>({{Fruit::apple, "apple"}, {Fruit::pear, "apple"}, {Fruit::plum, "plum"}});

static_assert(names_every_value(kFruits));
static_assert(!names_every_value(kOneLeftOut));
static_assert(!names_every_value(kOutOfOrder));
static_assert(!names_every_value(kTwice));

TEST(EnumNames, NamesAndValues) {
  EXPECT_EQ(name_of(kFruits, Fruit::plum), "plum");
  EXPECT_EQ(name_of(kFruits, static_cast<Fruit>(7)), "invalid");
  EXPECT_EQ(value_named(kFruits, "pear"), Fruit::pear);
  EXPECT_FALSE(value_named(kFruits, "fig"));
}

TEST(EnumNames, EveryReasonComesBackByItsName) {
  for (const Reason reason : all_reasons()) EXPECT_EQ(value_named(kReasonNames, to_string(reason)), reason);
}

}  // namespace
}  // namespace lineguard
