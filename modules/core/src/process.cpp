#include <array>
#include <cstdlib>
#include <sstream>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/process/args.hpp>
#include <boost/process/async_pipe.hpp>
#include <boost/process/child.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/io.hpp>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <lineguard/core/files.h>
#include <lineguard/core/process.h>

namespace lineguard {
namespace fs = std::filesystem;
namespace bp = boost::process;
namespace asio = boost::asio;
namespace {

constexpr std::size_t kLongestLine = 64 << 10, kLastOfStderr = 4 << 10;

// Signals that this program holds back must reach the child. Between fork and exec: only calls that are safe there.
void accept_all_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Error not_started(const std::error_code& code, const fs::path& program) {
  return error_from_errno(code.value(), "cannot start " + program.string());
}

// Splits a stream into lines; no line grows beyond kLongestLine.
class Lines {
 public:
  explicit Lines(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}
  void add(std::string_view text) {
    for (const char c : text) {
      if (c == '\n') {
        end();
      } else if (line_.size() < kLongestLine) {
        line_ += c;
      }
    }
  }
  void end() {
    if (on_line_ && !line_.empty()) on_line_(line_);
    line_.clear();
  }

 private:
  const std::function<void(std::string_view)>& on_line_;
  std::string line_;
};

// Gives everything that comes through a pipe to `take`, until its other end is closed.
class PipeReader {
 public:
  PipeReader(asio::io_context& io, std::function<void(std::string_view)> take) : pipe(io), take_(std::move(take)) {}
  bp::async_pipe pipe;

  void read() {
    pipe.async_read_some(asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t size) {
      if (size > 0) take_(std::string_view(buffer_.data(), size));
      if (!error) read();
    });
  }

 private:
  std::function<void(std::string_view)> take_;
  std::array<char, 4096> buffer_{};
};

Result<ChildOutcome> run_with_pipes(const fs::path& program, const std::vector<std::string>& arguments,
                                    const std::function<void(std::string_view line)>& on_line) {
  ChildOutcome outcome;
  Lines lines(on_line);
  std::string& last = outcome.last_of_stderr;
  asio::io_context io;
  PipeReader out(io, [&](std::string_view text) { lines.add(text); });
  PipeReader err(io, [&](std::string_view text) {
    last += text;
    if (last.size() > kLastOfStderr) last.erase(0, last.size() - kLastOfStderr);
  });
  std::error_code code;
  bp::child child(
      program.string(), bp::args(arguments), bp::std_in<bp::null, bp::std_out> out.pipe, bp::std_err > err.pipe, code,
      bp::extend::on_exec_setup = [](auto&) { accept_all_signals(); });
  if (code) return not_started(code, program);
  out.read();
  err.read();
  io.run();
  lines.end();
  child.wait(code);
  outcome.exit_code = exit_code_of(child.native_exit_code());
  return outcome;
}

std::string text_from(const fs::path& file, std::uintmax_t start) {
  const auto text = read_text_file(file);
  return text && text->size() > start ? text->substr(start) : std::string();
}

}  // namespace

Result<fs::path> find_program(std::string_view name) {
  std::error_code code;
  std::vector<fs::path> places;
  const fs::path self = fs::read_symlink("/proc/self/exe", code);
  if (!code) places.push_back(self.parent_path());
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) places.emplace_back(folder);
  for (const fs::path& place : places) {
    if (::access((place / name).c_str(), X_OK) == 0 && fs::is_regular_file(place / name, code)) return place / name;
  }
  return make_error(ErrorCode::not_found, "the program " + std::string(name) + " is not installed (neither beside " +
                                              self.string() + " nor in PATH)");
}

Result<ChildOutcome> run_child(const fs::path& program, const std::vector<std::string>& arguments,
                               const std::function<void(std::string_view line)>& on_line) {
  try {
    return run_with_pipes(program, arguments, on_line);
  } catch (const std::system_error& error) {  // no pipe or no process left to be had
    return not_started(error.code(), program);
  }
}

struct Process::State {
  ProcessOptions options;
  std::string name;  // for messages: "lineguard serve"
  std::uintmax_t log_start = 0;
  bp::child child;
};

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::Process(Process&& other) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Process::~Process() {
  if (!state_ || !running()) return;
  std::error_code code;
  state_->child.terminate(code);
}

Result<Process> Process::start(const ProcessOptions& options) {
  auto state = std::make_unique<State>();
  state->options = options;
  std::error_code code;
  const fs::path program = options.program.empty() ? fs::read_symlink("/proc/self/exe", code) : options.program;
  if (code) return not_started(code, "/proc/self/exe");
  state->name = program.filename().string() + (options.arguments.empty() ? "" : " " + options.arguments.front());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(options.out.c_str(), "we"), &std::fclose);
  if (!out) return error_from_errno(errno, "cannot write " + options.out.string());
  const fs::path log_file = options.log.empty() ? fs::path("/dev/stderr") : options.log;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> log(
      options.log.empty() ? ::fdopen(::dup(STDERR_FILENO), "w") : std::fopen(log_file.c_str(), "ae"), &std::fclose);
  if (!log) return error_from_errno(errno, "cannot write " + log_file.string());
  if (!options.log.empty()) state->log_start = fs::file_size(options.log, code);
  const pid_t parent = ::getpid();
  try {
    state->child = bp::child(
        program.string(), bp::args(options.arguments), bp::std_in<bp::null, bp::std_out> out.get(),
        bp::std_err > log.get(), code, bp::extend::on_exec_setup = [parent](auto&) {
          ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody is left behind, whatever ends the parent
          if (::getppid() != parent) ::_exit(127);
          ::setpgid(0, 0);
          accept_all_signals();
        });
  } catch (const std::system_error& error) {
    return not_started(error.code(), program);
  }
  if (code) return not_started(code, program);
  return Process(std::move(state));
}

bool Process::running() {
  std::error_code code;
  return state_->child.running(code);
}

void Process::send(int signal) {
  if (running()) ::kill(state_->child.id(), signal);
}

Result<int> Process::wait(SteadyTime deadline) {
  while (running()) {
    if (system_clock().now() > deadline)
      return make_error(ErrorCode::timeout, fmt::format("`{}` does not end", state_->name));
    system_clock().sleep_until(system_clock().now() + Milliseconds(10));
  }
  return exit_code_of(state_->child.native_exit_code());
}

Result<std::string> Process::wait_for_line(const std::string& text, SteadyTime deadline) {
  for (;;) {
    const bool alive = running();  // before reading: what it wrote at last is read too
    const std::string log = text_from(state_->options.log, state_->log_start);
    const auto found = log.find(text);
    const auto end = found == std::string::npos ? found : log.find('\n', found);
    if (end != std::string::npos) return log.substr(found + text.size(), end - found - text.size());
    if (!alive)
      return make_error(ErrorCode::unavailable,
                        fmt::format("`{}` ended with exit code {}: {}", state_->name,
                                    exit_code_of(state_->child.native_exit_code()), last_words()));
    if (system_clock().now() > deadline)
      return make_error(ErrorCode::timeout, fmt::format("`{}` did not say \"{}\" in time; see {}", state_->name, text,
                                                        state_->options.log.string()));
    system_clock().sleep_until(system_clock().now() + Milliseconds(10));
  }
}

std::string Process::last_words() const {
  std::string log = text_from(state_->options.log, state_->log_start);
  while (log.ends_with('\n')) log.pop_back();
  const auto line = log.rfind('\n');
  return line == std::string::npos ? log : log.substr(line + 1);
}

Result<int> run_to_end(const ProcessOptions& options) {
  LINEGUARD_ASSIGN(Process process, Process::start(options));
  return process.wait(SteadyTime::max());
}

}  // namespace lineguard
