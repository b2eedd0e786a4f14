// Random lines: faults of everything at random times, replayed by seed. Only what must always hold is checked.
#include "line_invariants.h"

#include <random>

#include <gtest/gtest.h>

namespace lineguard::station::test {
namespace {

class RandomLine {
 public:
  explicit RandomLine(unsigned seed) : random_(seed) {}

  // 3 s with a trigger about every 100 ms and a fault about every 40 ms, then 1 s in which all works.
  void run() {
    first_ = number_ = pick({0u, 10u, 4294967280u});
    line_.command("in-flight " + std::to_string(1 + random_() % 3)).ok();
    start();
    for (int ms = 0; ms < 5; ++ms) line_.step();  // the first start is recorded: a record that never was knows nothing
    for (int ms = 0; ms < 3000; ++ms) {
      if (random_() % 100 == 0) trigger();
      if (random_() % 40 == 0) fault();
      line_.step();
    }
    for (const char* repair : {"camera 5", "server 20 score 0.2", "disk 1", "plc ok"}) do_command(repair);
    if (!running_) start();
    for (int ms = 0; ms < 1000; ++ms) {
      if (ms % 200 == 100) do_command("trigger " + std::to_string(++number_));
      line_.step();
    }
  }
  const SimulatedLine& line() const { return line_; }

 private:
  template <typename T>
  T pick(std::initializer_list<T> choices) {
    return *(choices.begin() + random_() % choices.size());
  }
  void do_command(const std::string& text) {
    auto done = line_.command(text);
    ASSERT_TRUE(done) << done.error().message;
  }
  void start() {
    running_ = true;
    do_command("start at part " + std::to_string(number_));
  }
  // Usually the next number; at times one is repeated, or the station does not see it. Before the station's first
  // number there is nothing to repeat.
  void trigger() {
    const auto chance = random_() % 10;
    if (chance == 0 && number_ != first_) return do_command("trigger " + std::to_string(number_));
    if (chance == 1) ++number_;
    do_command("trigger " + std::to_string(++number_));
  }
  void fault() {
    if (random_() % 12 == 0) {
      if (running_) return running_ = false, do_command("kill");
    } else if (!running_ && random_() % 3 == 0) {
      return start();
    }
    do_command(pick<const char*>({"camera 5",
                                  "camera 30",
                                  "camera 90",
                                  "camera fails",
                                  "camera silent",
                                  "camera wrong-part",
                                  "server 20 score 0.2",
                                  "server 5 score 0.1",
                                  "server 20 score 0.9",
                                  "server 70 score 0.2",
                                  "server 79 score 0.2",
                                  "server down",
                                  "server silent",
                                  "server 20 score nan",
                                  "server 20 score 0.2 digest wrong",
                                  "disk 1",
                                  "disk 30",
                                  "disk 70",
                                  "disk full",
                                  "plc ok",
                                  "plc no-ack",
                                  "plc lost"}));
  }

  std::mt19937 random_;
  SimulatedLine line_;
  PartNumber first_ = 0, number_ = 0;
  bool running_ = false;
};

TEST(RandomLine, KeepsItsPromisesUnderAnyMixOfFaults) {
  std::size_t passes = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomLine random(seed);
    random.run();
    check_invariants(random.line());
    for (const auto& [part, decisions] : decisions_by_part(random.line()))
      passes += decisions.back().outcome == Outcome::pass;
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(passes, 150u) << "a line on which nothing passes shows nothing";
}

}  // namespace
}  // namespace lineguard::station::test
