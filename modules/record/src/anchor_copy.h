// AnchorCopy: keeps a second file, perhaps on another machine, up to date with the anchors beside the record. In a
// thread of its own: a disk that hangs or is away is reported, and holds nobody up.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <lineguard/record/anchor.h>

namespace lineguard::record {

// Thread-safe. Lines are added to the copy, never taken away.
class AnchorCopy {
 public:
  // Begins to compare the two at once. `copy` empty: does nothing.
  AnchorCopy(const std::filesystem::path& anchors, const std::filesystem::path& copy);
  // Waits for the thread for a second at most; a thread that hangs in the operating system is left to itself.
  ~AnchorCopy();
  AnchorCopy(const AnchorCopy&) = delete;
  AnchorCopy& operator=(const AnchorCopy&) = delete;

  void update();                // the anchors have a new line, or it is time to try again
  std::string problem() const;  // in words; empty: none
  // The newest anchor that the copy had and the anchors beside the record did not, when it was first looked at.
  std::optional<Anchor> newest_unknown() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lineguard::record
