// SIGTERM and SIGINT as something to wait for.
#pragma once

namespace lineguard::app {

// Make one before any thread starts: from then on the two signals no longer end the program but end wait().
class StopSignal {
 public:
  StopSignal();
  void wait() const;
};

}  // namespace lineguard::app
