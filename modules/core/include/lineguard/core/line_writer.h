// LineWriter: lines on their way to a stream that may be slow, full or closed: a pipe that nobody reads, a full disk.
// Who writes never waits: lines wait in a bounded queue for a thread of their own, and those beyond it are dropped and
// counted. The stream is told how many as soon as it takes lines again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <lineguard/core/clock.h>

namespace lineguard {

// Thread-safe. After fork() the child starts with an empty queue.
class LineWriter {
 public:
  // `fd` must stay open. The thread starts with the first line and is left to the end of the process where the stream
  // blocks it. `max_bytes` may wait.
  explicit LineWriter(int fd, std::size_t max_bytes = 1u << 20);
  // Gives what waits half a second.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // `line` without its line break. Never blocks on the stream.
  void write(std::string line);
  // Waits until all lines are written or dropped, at most for `limit`; false where some still wait.
  bool flush(Milliseconds limit);
  std::uint64_t dropped() const;  // since the start

 private:
  void begin_anew_after_fork();
  struct State;
  std::shared_ptr<State> state_;  // the thread's too
};

// Those of the process, never destroyed; at exit each is given half a second for what waits.
LineWriter& standard_output_lines();
LineWriter& standard_error_lines();

}  // namespace lineguard
