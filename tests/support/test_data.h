// Where real pictures and set-up's files stand. A test that needs some says so and is skipped where they are absent.
#pragma once

#include <filesystem>

#include <gtest/gtest.h>

namespace lineguard::test {

// The founders' picture folder beside the checkout; never part of the project.
inline std::filesystem::path shared_data() {
  return std::filesystem::path(LINEGUARD_SOURCE_DIR) / ".." / "shared" / "data";
}
// What tools/setup.sh made: backbone/, wheels/, test-wheels/.
inline std::filesystem::path deps() {
  return LINEGUARD_DEPS_DIR;
}

}  // namespace lineguard::test

// LINEGUARD_NEEDS(shared_data() / "cookies") as a test's first statement.
#define LINEGUARD_NEEDS(needed)                                                     \
  do {                                                                              \
    if (!std::filesystem::exists(needed))                                           \
      GTEST_SKIP() << "needs " << std::filesystem::path(needed).filename().string() \
                   << " (optional real pictures, absent on this machine)";          \
  } while (false)
