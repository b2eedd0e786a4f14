// SIGINT and SIGTERM for a command that puts its work in order and then ends: something to look for between two steps.
#pragma once

namespace lineguard::app {

// From its making on the first of the two signals only sets it; the second ends the program as usual. Make one a
// process. Thread-safe.
class StopRequest {
 public:
  StopRequest();
  int signal() const;  // 0: nobody asked
  int fd() const;      // readable, and never read from, once somebody asked: for poll()
};

}  // namespace lineguard::app
