#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <lineguard/http/name_lookup.h>

namespace lineguard::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

Result<std::vector<std::string>> ask_system(const std::string& host) {
  boost::system::error_code error;
  asio::io_context io;
  std::vector<std::string> addresses;
  for (const auto& entry : tcp::resolver(io).resolve(host, "0", error))
    addresses.push_back(entry.endpoint().address().to_string());
  if (error) return make_error(ErrorCode::unavailable, host + ": " + error.message());
  return addresses;
}

// The address itself where there is nothing to look up.
std::optional<std::string> without_lookup(const std::string& host) {
  if (host == "localhost") return "127.0.0.1";
  boost::system::error_code error;
  asio::ip::make_address(host, error);
  return error ? std::nullopt : std::optional(host);
}

}  // namespace

struct NameLookup::State {
  struct Name {
    bool being_asked = false;
    std::uint64_t answers = 0;
    Result<std::vector<std::string>> newest = make_error(ErrorCode::unavailable, "not looked up yet");
    std::vector<std::string> known;  // of the last look-up that found some
  };
  AskForName ask;
  std::mutex mutex;
  std::condition_variable answered;
  std::map<std::string, Name> names;  // one for each server that this process talks to

  void keep(const std::string& host, Result<std::vector<std::string>> found) {
    std::lock_guard lock(mutex);
    Name& name = names[host];
    if (found) name.known = *found;
    name.newest = std::move(found);
    name.being_asked = false;
    ++name.answers;
    answered.notify_all();
  }
};

namespace {

// REQUIRES state->mutex. The thread holds the state: it may outlive whoever asked.
template <typename State>
void start(const std::shared_ptr<State>& state, const std::string& host) {
  auto& name = state->names[host];
  if (name.being_asked) return;
  name.being_asked = true;
  std::thread([state, host] {
    try {
      state->keep(host, state->ask(host));
    } catch (const std::exception& error) {
      state->keep(host, make_error(ErrorCode::unavailable, host + ": " + error.what()));
    }
  }).detach();
}

}  // namespace

NameLookup::NameLookup(AskForName ask) : state_(std::make_shared<State>()) {
  state_->ask = std::move(ask);
}

Result<std::vector<std::string>> NameLookup::find(const std::string& host, SteadyTime deadline) {
  if (auto address = without_lookup(host)) return std::vector{*std::move(address)};
  std::unique_lock lock(state_->mutex);
  State::Name& name = state_->names[host];  // its place never moves
  const std::uint64_t before = name.answers;
  start(state_, host);
  const auto is_answered = [&] { return name.answers != before; };
  if (deadline == SteadyTime::max()) {
    state_->answered.wait(lock, is_answered);
  } else if (!state_->answered.wait_until(lock, deadline, is_answered)) {
    return make_error(ErrorCode::timeout, host + ": the name server did not answer by the deadline");
  }
  return name.newest;
}

std::vector<std::string> NameLookup::known(const std::string& host) {
  if (auto address = without_lookup(host)) return {*std::move(address)};
  std::lock_guard lock(state_->mutex);
  const State::Name& name = state_->names[host];
  if (!name.known.empty()) start(state_, host);
  return name.known;
}

NameLookup& system_names() {
  static NameLookup* const names = new NameLookup(ask_system);  // never destroyed: a look-up may hang at the end
  return *names;
}

}  // namespace lineguard::http
