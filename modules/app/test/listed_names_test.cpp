#include "commands/listed_names.h"

#include "temp_folder.h"

#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

TEST(ListedNames, OneALineWithoutTheEmptyOnes) {
  const test::TempFolder folder;
  const std::string long_name(10'000, 'x');
  ASSERT_TRUE(write_file_atomically(folder / "list", "a.png\r\n\nb c.png\n" + long_name + "\nlast.png"));
  auto names = ListedNames::open(folder / "list", -1);
  ASSERT_TRUE(names);
  for (const std::string& name : {std::string("a.png"), std::string("b c.png"), long_name, std::string("last.png")})
    EXPECT_EQ(names->next(), name);
  EXPECT_FALSE(names->next());
  EXPECT_FALSE(names->next());
}

TEST(ListedNames, MissingListIsNamed) {
  const auto names = ListedNames::open("no/list", -1);
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().code, ErrorCode::not_found);
  EXPECT_NE(names.error().message.find("no/list"), std::string::npos);
}

// The list stays open and silent: only the other end's word can end the waiting.
TEST(ListedNames, StopEndsAListThatIsWaitedFor) {
  int list[2], stop[2];
  ASSERT_EQ(pipe(list), 0);
  ASSERT_EQ(pipe(stop), 0);
  ASSERT_EQ(write(list[1], "a.png\n", 6), 6);
  auto names = ListedNames::open("/dev/fd/" + std::to_string(list[0]), stop[0]);
  ASSERT_TRUE(names);
  EXPECT_EQ(names->next(), "a.png");
  std::jthread stopper([&] { EXPECT_EQ(write(stop[1], "", 1), 1); });
  EXPECT_FALSE(names->next());
  stopper.join();
  for (const int fd : {list[0], list[1], stop[0], stop[1]}) close(fd);
}

// The list's writer is in the middle of a name: its first half is no picture of anybody's.
TEST(ListedNames, ANameThatIsCutByTheStopIsDropped) {
  int list[2], stop[2];
  ASSERT_EQ(pipe(list), 0);
  ASSERT_EQ(pipe(stop), 0);
  ASSERT_EQ(write(list[1], "a.png\n../goo", 12), 12);
  auto names = ListedNames::open("/dev/fd/" + std::to_string(list[0]), stop[0]);
  ASSERT_TRUE(names);
  EXPECT_EQ(names->next(), "a.png");
  ASSERT_EQ(write(stop[1], "", 1), 1);
  EXPECT_FALSE(names->next());
  EXPECT_FALSE(names->failure());
  for (const int fd : {list[0], list[1], stop[0], stop[1]}) close(fd);
}

TEST(ListedNames, AListThatCannotBeReadIsNoEmptyList) {
  const test::TempFolder folder;
  auto names = ListedNames::open(folder.path(), -1);
  ASSERT_TRUE(names);
  EXPECT_FALSE(names->next());
  ASSERT_TRUE(names->failure());
  EXPECT_NE(names->failure()->message.find(folder.path().string()), std::string::npos);
}

}  // namespace
}  // namespace lineguard::app
