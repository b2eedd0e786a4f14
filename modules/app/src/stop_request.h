// SIGINT and SIGTERM for a command that puts its work in order and then ends: something to wait for, or to look for
// between two steps.
#pragma once

namespace lineguard::app {

enum class SecondSignal { ends_program, changes_nothing };

// From its making on the first of the two signals only sets it; the second ends the program as usual, unless what is
// put in order must not be cut short. Make one a process. Thread-safe.
class StopRequest {
 public:
  explicit StopRequest(SecondSignal second = SecondSignal::ends_program);
  void wait() const;   // until somebody asked
  int signal() const;  // 0: nobody asked
  int fd() const;      // readable, and never read from, once somebody asked: for poll()
};

}  // namespace lineguard::app
