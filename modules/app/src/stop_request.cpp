#include "stop_request.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace lineguard::app {
namespace {

std::atomic<int> asked_by = 0;
int pipe_ends[2] = {-1, -1};

extern "C" void note(int signal) {
  asked_by = signal;
  [[maybe_unused]] const ssize_t written = write(pipe_ends[1], "", 1);
}

}  // namespace

StopRequest::StopRequest(SecondSignal second) {
  if (pipe_ends[0] < 0 && pipe2(pipe_ends, O_CLOEXEC) != 0) return;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART | (second == SecondSignal::ends_program ? static_cast<int>(SA_RESETHAND) : 0);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void StopRequest::wait() const {
  pollfd end{pipe_ends[0], POLLIN, 0};
  while (asked_by == 0) poll(&end, 1, -1);  // a signal also interrupts it
}

int StopRequest::signal() const {
  return asked_by;
}

int StopRequest::fd() const {
  return pipe_ends[0];
}

}  // namespace lineguard::app
