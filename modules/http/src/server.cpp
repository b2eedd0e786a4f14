#include "session.h"

#include <future>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <lineguard/core/log.h>
#include <lineguard/http/server.h>

namespace lineguard::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorValue = boost::system::error_code;

namespace {

// Connections over the limit that may wait for their 503; beyond them the kernel's queue holds the rest back.
constexpr std::size_t kTurnedAwayAtOnce = 64;

void start_session(Service& service, tcp::socket socket) {
  const bool too_many = service.connections >= service.config.max_connections;
  if (service.connections >= service.config.max_connections + kTurnedAwayAtOnce) return;  // closed as it goes
  auto session = std::make_shared<Session>(service, std::move(socket));
  asio::co_spawn(
      service.io, [session, too_many] { return too_many ? session->turn_away() : session->run(); },
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
      fmt::format("cannot listen on \"{}\": expected an IP address such as 127.0.0.1 or 0.0.0.0", config.address));
}

Result<void> listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorValue error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  const std::string where = fmt::format("cannot listen on {}:{}", endpoint.address().to_string(), endpoint.port());
  if (error == asio::error::access_denied) {
    return make_error(ErrorCode::permission_denied, where + ": this user may not; ports below 1024 are reserved");
  }
  const bool in_use = error == asio::error::address_in_use;
  return make_error(ErrorCode::unavailable,
                    where + (in_use ? ": another program uses this port" : ": " + error.message()));
}

}  // namespace

struct Server::State {
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
  return {service.pool->waiting(), service.pool->running(), service.connections};
}

Result<std::unique_ptr<Server>> Server::start(const ServerConfig& config, ImmediateHandler immediate,
                                              WorkerHandler worker, Observer observer) {
  if (config.workers < 1) return make_error(ErrorCode::invalid_argument, "a server needs one worker or more");
  LINEGUARD_ASSIGN(const tcp::endpoint endpoint, endpoint_of(config));
  auto state = std::make_unique<State>();
  LINEGUARD_TRY(listen(state->acceptor, endpoint));
  state->port = state->acceptor.local_endpoint().port();
  Service& service = state->service;
  service.config = config;
  service.immediate = std::move(immediate);
  service.worker = std::move(worker);
  service.observer = std::move(observer);
  service.pool = std::make_unique<WorkerPool>(config.workers, config.queue);
  asio::co_spawn(service.io, accept_connections(service, state->acceptor), [](const std::exception_ptr&) {});
  state->thread = std::jthread([&service] { service.io.run(); });
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
