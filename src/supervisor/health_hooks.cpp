// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/error.hpp"
#include "reeve/health_policy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <sys/socket.h>
#include <unistd.h>

namespace reeve {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

/// Errors as values: a refused connection is an answer, not an exception.
constexpr asio::as_tuple_t<asio::use_awaitable_t<>> as_result{asio::use_awaitable};

constexpr std::size_t max_header_bytes = 8 * 1024;
constexpr std::size_t max_body_bytes = 64 * 1024;

std::string in_words(tcp::endpoint const& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

health_result failed(std::string what, error_code ec) {
  return {false, std::move(what) + ": " + ec.message()};
}

/// Where to ask: one that can't be asked has a `problem`.
struct hook_target {
  tcp::endpoint endpoint;
  std::string problem;
};

hook_target hook_target_of(std::string const& host, std::uint16_t port) {
  error_code ec;
  auto const address = asio::ip::make_address(host, ec);
  if (ec) return {{}, "'" + host + "' is not a numeric address"};
  if (port == 0) return {{}, "port 0 can't be connected to"};
  return {tcp::endpoint{address, port}, {}};
}

/// Closed at exec from birth, unlike the sockets that Asio opens.
error_code open(tcp::socket& socket, tcp const& protocol) {
  error_code ec;
  int const fd = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
  if (fd < 0) return {errno, boost::system::system_category()};
  socket.assign(protocol, fd, ec);
  if (ec) ::close(fd);
  return ec;
}

asio::awaitable<health_result> connect(tcp::socket& socket, tcp::endpoint endpoint) {
  auto const what = "connect to " + in_words(endpoint);
  if (auto const ec = open(socket, endpoint.protocol())) co_return failed(what, ec);
  if (auto const [ec] = co_await socket.async_connect(endpoint, as_result); ec) co_return failed(what, ec);
  // Nobody listens on a local port, and the kernel chose that very port for our end: it met itself.
  error_code ignored;
  if (socket.local_endpoint(ignored) == endpoint) co_return failed(what, asio::error::connection_refused);
  co_return health_result{};
}

asio::awaitable<health_result> check_tcp(hook_target at) {
  if (!at.problem.empty()) co_return health_result{false, at.problem};
  tcp::socket socket{co_await asio::this_coro::executor};
  co_return co_await connect(socket, at.endpoint);
}

http::request<http::empty_body> request_for(tcp::endpoint const& endpoint, std::string const& target) {
  http::request<http::empty_body> request{http::verb::get, target, 11};
  request.set(http::field::host, in_words(endpoint));
  request.set(http::field::user_agent, "reeve");
  request.set(http::field::connection, "close");
  return request;
}

/// Reads the answer up to a limit: a server whose answer is not read would log a broken connection.
asio::awaitable<health_result> read_answer(tcp::socket& socket, std::string what) {
  boost::beast::flat_buffer buffer{max_header_bytes + max_body_bytes};
  http::response_parser<http::buffer_body> parser;
  parser.header_limit(max_header_bytes);
  parser.body_limit(boost::none);
  if (auto const [ec, count] = co_await http::async_read_header(socket, buffer, parser, as_result); ec) {
    co_return failed(what, ec);
  }
  auto const status = parser.get().result_int();

  std::array<char, 4096> discarded;
  for (std::size_t total = 0; !parser.is_done() && total < max_body_bytes;) {
    parser.get().body().data = discarded.data();
    parser.get().body().size = discarded.size();
    auto const [ec, count] = co_await http::async_read(socket, buffer, parser, as_result);
    if (ec && ec != http::error::need_buffer) co_return failed(what, ec);
    total += discarded.size() - parser.get().body().size;
  }
  if (status >= 200 && status < 400) co_return health_result{};
  co_return health_result{false, "HTTP " + std::to_string(status)};
}

asio::awaitable<health_result> check_http(hook_target at, std::string target) {
  if (!at.problem.empty()) co_return health_result{false, at.problem};
  tcp::socket socket{co_await asio::this_coro::executor};
  if (auto connected = co_await connect(socket, at.endpoint); !connected.ok) co_return connected;

  auto const what = "GET http://" + in_words(at.endpoint) + target;
  auto const request = request_for(at.endpoint, target);
  if (auto const [ec, count] = co_await http::async_write(socket, request, as_result); ec) {
    co_return failed(what, ec);
  }
  co_return co_await read_answer(socket, what);
}

/// Where a coroutine and the blocking call that it waits for meet; either may be gone first.
class rendezvous : public std::enable_shared_from_this<rendezvous> {
 public:
  explicit rendezvous(asio::steady_timer& waiter) : waiter_{&waiter} {}

  /// Of the call, on any thread: wakes the coroutine, if it is still there.
  void arrive(health_result result) {
    std::lock_guard const lock{mutex_};
    if (!waiter_) return;
    result_ = std::move(result);
    // Under the lock: while the coroutine is there, so is its executor's context.
    asio::post(waiter_->get_executor(), [self = shared_from_this()] { self->wake(); });
  }

  /// Of the coroutine: it waits no more.
  void leave() {
    std::lock_guard const lock{mutex_};
    waiter_ = nullptr;
  }

  health_result take() {
    std::lock_guard const lock{mutex_};
    return std::move(result_);
  }

 private:
  void wake() {
    std::lock_guard const lock{mutex_};
    if (waiter_) waiter_->cancel();
  }

  std::mutex mutex_;
  /// Wakes the coroutine when it is cancelled. The timer is the coroutine's own, so that a context which is
  /// destroyed takes the coroutine with it, wherever the call is.
  asio::steady_timer* waiter_;
  health_result result_;
};

/// The call's end of a rendezvous. Dropped without a call, it says so: its executor was stopped.
class blocking_call {
 public:
  blocking_call(std::shared_ptr<rendezvous> at, std::function<health_result(worker_view const&)> check,
                worker_view view)
      : at_{std::move(at)}, check_{std::move(check)}, view_{std::move(view)} {}
  blocking_call(blocking_call&&) = default;
  ~blocking_call() {
    if (at_) at_->arrive({false, "the check was dropped by its executor"});
  }

  void operator()() { std::exchange(at_, nullptr)->arrive(result()); }

 private:
  health_result result() const {
    try {
      return check_(view_);
    } catch (std::exception const& e) {
      return {false, e.what()};
    } catch (...) {
      return {false, "the check threw what is no std::exception"};
    }
  }

  std::shared_ptr<rendezvous> at_;
  std::function<health_result(worker_view const&)> check_;
  worker_view view_;
};

asio::awaitable<health_result> check_blocking(asio::any_io_executor executor,
                                              std::function<health_result(worker_view const&)> check,
                                              worker_view view) {
  asio::steady_timer waiter{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
  auto const meeting = std::make_shared<rendezvous>(waiter);
  struct leaver {
    rendezvous& left;
    ~leaver() { left.leave(); }
  } const leaves{*meeting};

  blocking_call call{meeting, std::move(check), std::move(view)};
  // The wait begins before the call: the one that wakes it finds it waiting.
  auto initiate = [&](auto handler) {
    waiter.async_wait(std::move(handler));
    asio::post(executor, std::move(call));
  };
  // Without a cancellation slot: the call can't be cancelled, and while it blocks its thread no other of this
  // worker shall.
  auto token = asio::bind_cancellation_slot(asio::cancellation_slot{}, as_result);
  co_await asio::async_initiate<decltype(token), void(error_code)>(initiate, token);
  co_return meeting->take();
}

}  // namespace

namespace health_check {

health_hook blocking(asio::any_io_executor executor, std::function<health_result(worker_view const&)> check) {
  return [executor = std::move(executor), check = std::move(check)](worker_view view) {
    return check_blocking(executor, check, std::move(view));
  };
}

health_hook tcp(port_of_instance port, std::string host) {
  return [port = std::move(port), host = std::move(host)](worker_view view) {
    return check_tcp(hook_target_of(host, port(view.worker.index)));
  };
}

health_hook http_get(port_of_instance port, std::string target, std::string host) {
  return [port = std::move(port), target = std::move(target), host = std::move(host)](worker_view view) {
    return check_http(hook_target_of(host, port(view.worker.index)), target.empty() ? "/" : target);
  };
}

}  // namespace health_check
}  // namespace reeve
