#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <thread>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/log.h>
#include <lineguard/core/signals.h>

namespace lineguard {

namespace asio = boost::asio;

struct StopRequest::State {
  asio::io_context io{1};
  asio::signal_set signals{io, SIGINT, SIGTERM};
  std::atomic<int> asked_by = 0;
  int pipe_ends[2] = {-1, -1};
  std::thread thread;

  void take_signal(SecondSignal second) {
    signals.async_wait([this, second](const boost::system::error_code& error, int signal) {
      if (error) return;
      int nobody = 0;
      if (asked_by.compare_exchange_strong(nobody, signal)) {
        [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], "", 1);
      }
      if (second == SecondSignal::ends_program) {
        signals.clear();  // the next one does what it does by default
      } else {
        take_signal(second);
      }
    });
  }
};

StopRequest::StopRequest(SecondSignal second) : state_(std::make_unique<State>()) {
  if (::pipe2(state_->pipe_ends, O_CLOEXEC) != 0) std::abort();  // no descriptor left at the start of a program
  state_->take_signal(second);
  state_->thread = std::thread([io = &state_->io] { io->run(); });
}

StopRequest::~StopRequest() {
  state_->io.stop();
  state_->thread.join();
  for (const int end : state_->pipe_ends) ::close(end);
}

void StopRequest::wait() const {
  pollfd end{state_->pipe_ends[0], POLLIN, 0};
  while (state_->asked_by == 0) ::poll(&end, 1, -1);
}

int StopRequest::signal() const {
  return state_->asked_by;
}

int StopRequest::fd() const {
  return state_->pipe_ends[0];
}

namespace {

bool is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

[[noreturn]] void clean_and_end(int signal) {
  remove_staged_folders();
  flush_log(Milliseconds(500));
  constexpr std::string_view kWords = "\nlineguard: stopped\n";
  [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, kWords.data(), kWords.size());
  std::_Exit(128 + signal);
}

}  // namespace

void remove_staged_folders_on_interrupt() {
  std::thread([] {
    asio::io_context io{1};
    asio::signal_set signals(io, SIGINT, SIGTERM);
    if (!is_ignored(SIGHUP)) signals.add(SIGHUP);
    signals.async_wait([](const boost::system::error_code&, int signal) { clean_and_end(signal); });
    io.run();
  }).detach();
}

void ignore_broken_pipes() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
}

}  // namespace lineguard
