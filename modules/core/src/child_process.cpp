#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <unistd.h>

#include <sys/wait.h>

#include <lineguard/core/child_process.h>
#include <lineguard/core/files.h>

namespace lineguard {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestLine = 64 << 10, kLastOfStderr = 4 << 10;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  bool open() { return ::pipe2(ends.data(), O_CLOEXEC) == 0; }
  void close_end(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

// What has come through a pipe, a line at a time.
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

Result<pid_t> start(const fs::path& program, const std::vector<std::string>& arguments, const Pipe& out,
                    const Pipe& err) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
  pid_t child = -1;
  const int code = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) return error_from_errno(code, program.string());
  return child;
}

// Reads both pipes until the child has closed them.
void drain(const Pipe& out, const Pipe& err, Lines& lines, std::string& last_of_stderr) {
  std::array<pollfd, 2> sources{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
  std::array<char, 4096> buffer{};
  while (sources[0].fd >= 0 || sources[1].fd >= 0) {
    if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (sources[i].fd < 0 || sources[i].revents == 0) continue;
      const ssize_t count = ::read(sources[i].fd, buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        sources[i].fd = -1;
        continue;
      }
      const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
      if (i == 0) lines.add(text);
      if (i == 1) last_of_stderr += text;
      if (last_of_stderr.size() > kLastOfStderr) last_of_stderr.erase(0, last_of_stderr.size() - kLastOfStderr);
    }
  }
  lines.end();
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
  Pipe out, err;
  if (!out.open() || !err.open()) return error_from_errno(errno, "a pipe to " + program.string());
  LINEGUARD_ASSIGN(const pid_t child, start(program, arguments, out, err));
  out.close_end(1);
  err.close_end(1);
  ChildOutcome outcome;
  Lines lines(on_line);
  drain(out, err, lines, outcome.last_of_stderr);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace lineguard
