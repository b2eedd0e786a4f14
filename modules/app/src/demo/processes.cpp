#include "demo/processes.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

namespace fs = std::filesystem;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, pid_t parent, int in, int out, int log) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody is left behind, whatever ends the parent
  if (::getppid() != parent) ::_exit(127);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  if (log >= 0) ::dup2(log, STDERR_FILENO);
  ::execv("/proc/self/exe", arguments);
  ::_exit(127);
}

std::string text_from(const fs::path& file, std::uintmax_t start) {
  const auto text = read_text_file(file);
  return text && text->size() > start ? text->substr(start) : std::string();
}

}  // namespace

Result<Process> Process::start(const ProcessOptions& options) {
  const File in(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const File out(::open(options.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (out.get() < 0) return error_from_errno(errno, "cannot write " + options.out.string());
  const bool logged = !options.log.empty();
  const File log(logged ? ::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1);
  if (logged && log.get() < 0) return error_from_errno(errno, "cannot write " + options.log.string());
  std::error_code code;
  const std::uintmax_t log_start = logged ? fs::file_size(options.log, code) : 0;

  std::vector<std::string> words = {"lineguard"};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return error_from_errno(errno, "cannot start a process");
  if (pid == 0) become(arguments.data(), parent, in.get(), out.get(), log.get());
  return Process(pid, options, log_start);
}

Process::Process(pid_t pid, ProcessOptions options, std::uintmax_t log_start)
    : pid_(pid), options_(std::move(options)), log_start_(log_start) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      exit_code_(other.exit_code_),
      options_(std::move(other.options_)),
      log_start_(other.log_start_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(exit_code_, other.exit_code_);
  std::swap(options_, other.options_);
  std::swap(log_start_, other.log_start_);
  return *this;
}

Process::~Process() {
  if (pid_ < 0) return;
  send(SIGKILL);
  reap(0);
}

void Process::reap(int options) {
  if (exit_code_ || pid_ < 0) return;
  int status = 0;
  pid_t done = 0;
  do done = ::waitpid(pid_, &status, options);
  while (done < 0 && errno == EINTR);
  if (done == pid_) exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::running() {
  reap(WNOHANG);
  return pid_ >= 0 && !exit_code_;
}

void Process::send(int signal) {
  if (running()) ::kill(pid_, signal);
}

Result<int> Process::wait(SteadyTime deadline) {
  while (running()) {
    if (system_clock().now() > deadline)
      return make_error(ErrorCode::timeout, fmt::format("`lineguard {}` does not end", options_.arguments.front()));
    system_clock().sleep_until(system_clock().now() + Milliseconds(10));
  }
  return exit_code_.value_or(127);
}

Result<std::string> Process::wait_for_address(SteadyTime deadline) {
  return wait_for_line("listening on ", deadline);
}

Result<std::string> Process::wait_for_line(const std::string& text, SteadyTime deadline) {
  for (;;) {
    const bool alive = running();  // before reading: what it wrote at last is read too
    const std::string log = text_from(options_.log, log_start_);
    const auto found = log.find(text);
    const auto end = found == std::string::npos ? found : log.find('\n', found);
    if (end != std::string::npos) return log.substr(found + text.size(), end - found - text.size());
    const std::string& name = options_.arguments.front();
    if (!alive)
      return make_error(ErrorCode::unavailable,
                        fmt::format("`lineguard {}` ended with exit code {}: {}", name, *exit_code_, last_words()));
    if (system_clock().now() > deadline)
      return make_error(ErrorCode::timeout, fmt::format("`lineguard {}` did not say \"{}\" in time; see {}", name, text,
                                                        options_.log.string()));
    system_clock().sleep_until(system_clock().now() + Milliseconds(10));
  }
}

std::string Process::last_words() const {
  std::string log = text_from(options_.log, log_start_);
  while (log.ends_with('\n')) log.pop_back();
  const auto line = log.rfind('\n');
  return line == std::string::npos ? log : log.substr(line + 1);
}

Result<int> run_to_end(const ProcessOptions& options) {
  LINEGUARD_ASSIGN(Process process, Process::start(options));
  return process.wait(SteadyTime::max());
}

}  // namespace lineguard::app
