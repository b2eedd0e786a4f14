// Signals of the operating system: the one home of their handling (Asio's signal_set behind it). Work is done on a
// thread, never in a handler.
#pragma once

#include <memory>

namespace lineguard {

enum class SecondSignal { ends_program, changes_nothing };

// SIGINT and SIGTERM for a command that puts its work in order and then ends: something to wait for, or to look for
// between two steps. From its making on the first of the two signals only sets it; the second ends the program as
// usual, unless what is put in order must not be cut short. Make one a process. Thread-safe.
class StopRequest {
 public:
  explicit StopRequest(SecondSignal second = SecondSignal::ends_program);
  ~StopRequest();  // the signals end the program again
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  void wait() const;   // until somebody asked
  int signal() const;  // 0: nobody asked
  int fd() const;      // readable, and never read from, once somebody asked: for poll()

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// From now on SIGINT, SIGTERM and SIGHUP (unless that is ignored, as under nohup) remove the folders that are being
// written (StagedFolder) and end the program with 128 plus the signal's number. For commands that have nothing else to
// put in order; call it once. Programs that are started later are not affected.
void remove_staged_folders_on_interrupt();

// A reader that goes away is an error of write(), not the end of this program.
void ignore_broken_pipes();

}  // namespace lineguard
