// Router: which handler answers which method and path, where it runs, and what is refused before it costs anything.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <lineguard/http/memory_budget.h>
#include <lineguard/http/message.h>

namespace lineguard::http {

// What a handler may ask and must say while it works on a request.
class Work {
 public:
  explicit Work(MemoryBudget& budget) : memory_(budget) {}

  // False once the deadline has passed or the client has left: stop working, no answer will be sent.
  bool wanted() const { return !stop_.stop_requested(); }
  std::stop_token stop_token() const { return stop_.get_token(); }

  // Memory beside the request's body, before it is taken; the last call counts. An answer (503; 413 where it can never
  // fit) where the server's budget has no room for it: return that. What was said is forgotten with the answer.
  [[nodiscard]] std::optional<Response> hold(std::uint64_t bytes);

 private:
  friend class Session;
  HeldMemory memory_;
  std::uint64_t body_bytes_ = 0;
  std::stop_source stop_;
};

enum class RunsOn {
  socket_thread,  // returns at once: health, lists, pages that are there already
  worker,         // behind the bounded queue: all that computes
};

// Must not throw: an exception is answered with 500. Thread-safe where it runs on workers.
using Handler = std::function<Response(const Request&, Work&)>;
// On the socket thread; must return at once. An answer refuses the request.
using Check = std::function<std::optional<Response>(const Request&)>;

struct Route {
  std::string method;  // "GET" also answers HEAD
  std::string path;    // "/v1/models/{model}": a part in braces takes one part of the path, see Request::path_value()
  RunsOn runs_on = RunsOn::socket_thread;
  Handler handler;
  Check check_head;  // before the body is read; request.body is empty
  Check check_body;  // with the body, before a worker is taken
  // Answered even where the server has all the connections that it may have: health and metrics.
  bool always = false;
};

// Built once, then read by the server: const functions are thread-safe.
class Router {
 public:
  // REQUIRES a path that begins with "/", and a handler.
  void add(Route route);
  // GET on the socket thread.
  void get(std::string path, std::function<Response(const Request&)> handler);
  // The same, and answered at the connection limit too.
  void get_always(std::string path, std::function<Response(const Request&)> handler);
  // Who may: called for every request that has a route, before its checks and its body. An answer refuses it.
  void set_authorizer(std::function<std::optional<Response>(const Request&, const Route&)> authorizer);
  // What the answer to an unknown address says further, such as "see docs/api.md".
  void set_hint(std::string hint) { hint_ = std::move(hint); }

  // The route of a request, whose path_values are filled, or the answer that refuses it: 404 (no such path), 405 with
  // Allow (another method), 501 (no method that HTTP knows), 400 (damaged percent-encoding), or the authorizer's.
  std::variant<const Route*, Response> find(Request& request) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> parts;
  };
  std::vector<Entry> entries_;
  std::function<std::optional<Response>(const Request&, const Route&)> authorizer_;
  std::string hint_;
};

// 413 for a request that takes so much, body included, where a server's requests may hold `memory_bytes` together.
std::optional<Response> refuse_what_never_fits(std::uint64_t bytes, std::uint64_t memory_bytes);
// 503 with Retry-After.
Response busy_response(std::string_view why);

}  // namespace lineguard::http
