#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>

#include <lineguard/core/line_writer.h>

namespace lineguard {
namespace {

constexpr Milliseconds kLastChance{500};
constexpr Milliseconds kPauseAfterFailure{50};  // a full disk is not asked a million times a second

// All of it, as far as the stream takes it. A blocking stream blocks here.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) {
      if (errno == EAGAIN) std::this_thread::sleep_for(kPauseAfterFailure);
      continue;
    }
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Signals belong to the other threads; a closed pipe is an error of write() and no SIGPIPE.
void start_thread_without_signals(void (*body)(std::shared_ptr<void>), std::shared_ptr<void> argument) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(body, std::move(argument)).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

struct LineWriter::State {
  State(int stream, std::size_t most) : fd(stream), max_bytes(most), process(::getpid()) {}
  void run();
  bool take(std::string& text, std::uint64_t& lines);

  const int fd;
  const std::size_t max_bytes;
  std::mutex mutex;  // over what follows
  std::condition_variable changed;
  std::deque<std::string> waiting;
  std::size_t waiting_bytes = 0;
  std::uint64_t dropped = 0, dropped_and_said = 0;
  const pid_t process;  // whose thread it is
  bool running = false, writing = false, ending = false;
};

void LineWriter::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return ending || !waiting.empty(); });
    if (waiting.empty()) break;
    std::string line = std::move(waiting.front());
    waiting.pop_front();
    waiting_bytes -= line.size();
    const std::uint64_t lost = dropped - dropped_and_said;
    writing = true;
    lock.unlock();
    // Together with the line, so that the notice is only said where it can be read.
    if (lost > 0) line = std::to_string(lost) + " lines before this one were dropped: nobody took them\n" + line;
    const bool written = write_all(fd, line);
    if (!written) std::this_thread::sleep_for(kPauseAfterFailure);
    lock.lock();
    if (written) dropped_and_said += lost;
    if (!written) ++dropped;
    writing = false;
    changed.notify_all();
  }
  running = false;
  changed.notify_all();
}

LineWriter::LineWriter(int fd, std::size_t max_bytes) : state_(std::make_shared<State>(fd, max_bytes)) {}

// After fork() the thread is not here, the mutex may be held by nobody that lives and the waiting lines are the
// parent's: the child begins anew. The state of before is never destroyed: a thread that is not here waits in it.
void LineWriter::begin_anew_after_fork() {
  if (state_->process == ::getpid()) return;
  auto* before = new std::shared_ptr<State>(std::move(state_));
  state_ = std::make_shared<State>((*before)->fd, (*before)->max_bytes);
}

LineWriter::~LineWriter() {
  flush(kLastChance);
  std::lock_guard lock(state_->mutex);
  state_->ending = true;
  state_->changed.notify_all();
}

void LineWriter::write(std::string line) {
  line += '\n';
  begin_anew_after_fork();
  std::lock_guard lock(state_->mutex);
  if (state_->waiting_bytes + line.size() > state_->max_bytes) {
    ++state_->dropped;
    return;
  }
  state_->waiting_bytes += line.size();
  state_->waiting.push_back(std::move(line));
  if (!std::exchange(state_->running, true))
    start_thread_without_signals([](std::shared_ptr<void> state) { static_cast<State*>(state.get())->run(); }, state_);
  state_->changed.notify_all();
}

bool LineWriter::flush(Milliseconds limit) {
  begin_anew_after_fork();
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, limit, [&] { return state_->waiting.empty() && !state_->writing; });
}

std::uint64_t LineWriter::dropped() const {
  if (state_->process != ::getpid()) return 0;
  std::lock_guard lock(state_->mutex);
  return state_->dropped;
}

namespace {

// Leaked on purpose: threads may write while the process ends.
LineWriter& lines_of_process(int fd, void (*at_end)()) {
  auto* writer = new LineWriter(fd);
  std::atexit(at_end);
  return *writer;
}

}  // namespace

LineWriter& standard_output_lines() {
  static LineWriter& writer = lines_of_process(STDOUT_FILENO, [] { standard_output_lines().flush(kLastChance); });
  return writer;
}

LineWriter& standard_error_lines() {
  static LineWriter& writer = lines_of_process(STDERR_FILENO, [] { standard_error_lines().flush(kLastChance); });
  return writer;
}

}  // namespace lineguard
