#include "stop_request.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
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

StopRequest::StopRequest() {
  if (pipe_ends[0] < 0 && pipe2(pipe_ends, O_CLOEXEC) != 0) return;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int StopRequest::signal() const {
  return asked_by;
}

int StopRequest::fd() const {
  return pipe_ends[0];
}

}  // namespace lineguard::app
