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

TEST(ListedNames, ALineWithoutEndIsNoName) {
  auto names = ListedNames::open("/dev/zero", -1);
  ASSERT_TRUE(names);
  EXPECT_FALSE(names->next());
  ASSERT_TRUE(names->failure());
  EXPECT_EQ(names->failure()->code, ErrorCode::too_large);
}

TEST(ListedNames, MissingListIsNamed) {
  const auto names = ListedNames::open("no/list", -1);
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().code, ErrorCode::not_found);
  EXPECT_NE(names.error().message.find("no/list"), std::string::npos);
}

// A list whose writer has not closed it, and a stop that can be asked for.
class OpenList : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(pipe(list_), 0);
    ASSERT_EQ(pipe(stop_), 0);
  }
  ~OpenList() override {
    for (const int fd : {list_[0], list_[1], stop_[0], stop_[1]}) close(fd);
  }
  Result<ListedNames> names_of(std::string_view written) {
    EXPECT_EQ(write(list_[1], written.data(), written.size()), std::ssize(written));
    return ListedNames::open("/dev/fd/" + std::to_string(list_[0]), stop_[0]);
  }
  void ask_to_stop() { EXPECT_EQ(write(stop_[1], "", 1), 1); }

  int list_[2] = {-1, -1}, stop_[2] = {-1, -1};
};

// It stays silent: only the other end's word can end the waiting.
TEST_F(OpenList, StopEndsAListThatIsWaitedFor) {
  auto names = names_of("a.png\n");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->next(), "a.png");
  std::jthread stopper([this] { ask_to_stop(); });
  EXPECT_FALSE(names->next());
}

// The list's writer is in the middle of a name: its first half is no picture of anybody's.
TEST_F(OpenList, ANameThatIsCutByTheStopIsDropped) {
  auto names = names_of("a.png\n../goo");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->next(), "a.png");
  ask_to_stop();
  EXPECT_FALSE(names->next());
  EXPECT_FALSE(names->failure());
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
