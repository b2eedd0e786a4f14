#include "interrupt.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <thread>
#include <unistd.h>

#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

int pipe_ends[2] = {-1, -1};

// A handler may do hardly anything; the thread at the other end of the pipe may.
extern "C" void pass_on(int signal) {
  const auto number = static_cast<unsigned char>(signal);
  [[maybe_unused]] const ssize_t written = write(pipe_ends[1], &number, 1);
}

void wait_and_clean() {
  unsigned char signal = 0;
  if (read(pipe_ends[0], &signal, 1) != 1) return;
  remove_staged_folders();
  constexpr std::string_view kWords = "\nlineguard: stopped\n";
  [[maybe_unused]] const ssize_t said = write(STDERR_FILENO, kWords.data(), kWords.size());
  std::_Exit(128 + signal);
}

}  // namespace

void remove_staged_folders_on_interrupt() {
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return;
  std::thread(wait_and_clean).detach();
  std::signal(SIGINT, pass_on);
  std::signal(SIGTERM, pass_on);
  if (std::signal(SIGHUP, pass_on) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup's work goes on
}

}  // namespace lineguard::app
