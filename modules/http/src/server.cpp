#include "session.h"

#include <algorithm>
#include <future>
#include <thread>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <lineguard/core/host_port.h>
#include <lineguard/core/log.h>
#include <lineguard/http/server.h>

namespace lineguard::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorValue = boost::system::error_code;

namespace {

// Connections over the limit, which get one answer: health and metrics, or 503.
constexpr std::size_t kOverLimitAtOnce = 32;
constexpr Milliseconds kStalledBody{1000};

// IPv4 in the guise of IPv6 is what it maps to.
asio::ip::address plain_address(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

// Without keys whoever reaches the address may do everything.
Result<void> refuse_open_address(const ServerConfig& config) {
  if (is_loopback(config.address)) return {};
  const std::string where = text_of({config.address, config.port});
  if (!config.insecure) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("cannot listen on {}: other machines reach it, and there are no keys and no TLS yet. "
                                  "Listen on a loopback address (127.0.0.1), or say that this is insecure on purpose",
                                  where));
  }
  log_warning("http", fmt::format("insecure: {} is open to other machines without a key or TLS", where));
  return {};
}

// The thread alone: on Linux each has a niceness of its own.
void be_nice(int nice) {
  if (nice > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);
}

// Whoever has waited for its client longest: idle ones, those that do not finish a header, and bodies that have
// stalled.
bool close_longest_waiting(Service& service, bool over_limit) {
  const SteadyTime now = system_clock().now();
  Session* longest = nullptr;
  for (Session* session : service.sessions) {
    const auto since = session->waits_since();
    if (!since || !session->is_open() || session->over_limit() != over_limit) continue;
    if (session->in_body() && now - *since < kStalledBody) continue;
    if (!longest || *since < *longest->waits_since()) longest = session;
  }
  if (longest) longest->close();
  return longest != nullptr;
}

std::size_t sessions_over_limit(const Service& service) {
  return static_cast<std::size_t>(std::ranges::count_if(
      service.sessions, [](const Session* session) { return session->over_limit() && session->is_open(); }));
}

void start_session(Service& service, tcp::socket socket) {
  const bool over_limit =
      service.connections >= service.config.max_connections && !close_longest_waiting(service, false);
  if (over_limit && sessions_over_limit(service) >= kOverLimitAtOnce && !close_longest_waiting(service, true))
    return;  // closed as it goes
  auto session = std::make_shared<Session>(service, std::move(socket), over_limit);
  asio::co_spawn(
      service.io, [session] { return session->run(); },
      [session](const std::exception_ptr& failure) {
        if (!failure) return;
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& error) {
          log_error("http", fmt::format("a connection failed: {}", error.what()));
        }
        session->close();
      });
}

asio::awaitable<void> accept_connections(Service& service, tcp::acceptor& acceptor) {
  while (acceptor.is_open()) {
    ErrorValue error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      start_session(service, std::move(socket));
    } else if (error != asio::error::operation_aborted) {  // no descriptors left, most likely: let others end
      asio::steady_timer pause(service.io, Milliseconds(20));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

Result<tcp::endpoint> endpoint_of(const ServerConfig& config) {
  ErrorValue error;
  const auto address = asio::ip::make_address(config.address == "localhost" ? "127.0.0.1" : config.address, error);
  if (!error) return tcp::endpoint(address, config.port);
  return make_error(
      ErrorCode::invalid_argument,
      fmt::format("cannot listen on \"{}\": expected an IP address such as 127.0.0.1 (loopback)", config.address));
}

Result<void> listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorValue error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  const std::string where = "cannot listen on " + text_of({endpoint.address().to_string(), endpoint.port()});
  if (error == asio::error::access_denied) {
    return make_error(ErrorCode::permission_denied, where + ": this user may not; ports below 1024 are reserved");
  }
  const bool in_use = error == asio::error::address_in_use;
  return make_error(ErrorCode::unavailable,
                    where + (in_use ? ": another program uses this port" : ": " + error.message()));
}

}  // namespace

bool is_loopback(std::string_view address) {
  if (address == "localhost") return true;
  ErrorValue error;
  const auto parsed = asio::ip::make_address(std::string(address), error);
  return !error && plain_address(parsed).is_loopback();
}

struct Server::State {
  explicit State(const ServerConfig& config) : service(config) {}
  Service service;
  tcp::acceptor acceptor{service.io};
  std::uint16_t port = 0;
  std::jthread thread;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() {
  stop(Milliseconds(0));
}

std::uint16_t Server::port() const {
  return state_->port;
}

ServerLoad Server::load() const {
  const Service& service = state_->service;
  return {service.pool->waiting(), service.pool->running(), service.connections, service.budget.held_bytes()};
}

Result<std::unique_ptr<Server>> Server::start(const ServerConfig& config, Router router, Observer observer) {
  if (config.workers < 1) return make_error(ErrorCode::invalid_argument, "a server needs one worker or more");
  LINEGUARD_ASSIGN(const tcp::endpoint endpoint, endpoint_of(config));
  LINEGUARD_TRY(refuse_open_address(config));
  auto state = std::make_unique<State>(config);
  LINEGUARD_TRY(listen(state->acceptor, endpoint));
  state->port = state->acceptor.local_endpoint().port();
  Service& service = state->service;
  service.router = std::move(router);
  service.observer = std::move(observer);
  service.pool = std::make_unique<WorkerPool>(config.workers, config.queue);
  asio::co_spawn(service.io, accept_connections(service, state->acceptor), [](const std::exception_ptr&) {});
  state->thread = std::jthread([&service] {
    be_nice(service.config.nice);
    service.io.run();
  });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

bool Server::stop(Milliseconds drain) {
  State& state = *state_;
  if (!state.thread.joinable()) return true;
  Service& service = state.service;
  std::promise<void> refusing;
  asio::post(service.io, [&] {
    service.draining = true;
    ErrorValue ignored;
    state.acceptor.close(ignored);
    for (Session* session : service.sessions) session->close_if_idle();
    refusing.set_value();
  });
  refusing.get_future().wait();
  bool finished = false;
  {
    std::unique_lock lock(service.mutex);
    finished = service.finished.wait_for(lock, drain, [&] { return service.in_flight == 0; });
  }
  service.io.stop();
  state.thread.join();
  for (Session* session : service.sessions) session->close();
  service.pool->stop();  // waits for the handlers that still run, drops what waits
  return finished;
}

}  // namespace lineguard::http
