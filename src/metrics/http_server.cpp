// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/http_server.hpp"

#include "metrics/listen_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <exception>
#include <utility>
#include <sys/socket.h>

namespace reeve::detail {

namespace asio = boost::asio;

namespace {

// What has become of one connection that was about to be accepted, or nothing at all: the next one may be well.
bool is_passing(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ECONNABORTED ||
         error == EPROTO;
}

asio::ip::tcp::endpoint local_endpoint(int fd) {
  asio::ip::tcp::endpoint local;
  auto size = static_cast<socklen_t>(local.capacity());
  if (::getsockname(fd, local.data(), &size) == 0) local.resize(size);
  return local;
}

}  // namespace

http_server::http_server(asio::any_io_executor const& executor, http_server_params params, http_answer answer)
    : strand_{asio::make_strand(executor)},
      params_{params},
      answer_{std::move(answer)},
      listener_{strand_},
      pause_{strand_} {}

http_server::~http_server() {
  if (listener_.is_open()) sockets_->remove(listener_.native_handle());
}

std::uint16_t http_server::start(asio::ip::tcp::endpoint const& where) {
  auto fd = listen_at(where);
  auto const port = local_endpoint(fd.get()).port();
  protocol_ = where.protocol();
  listener_.assign(fd.get());
  sockets_->add(fd.release());
  asio::co_spawn(
      strand_, [self = shared_from_this()] { return self->accept_all(); },
      // Where there is no memory to go on, nobody is listened to any more.
      [self = shared_from_this()](std::exception_ptr e) {
        if (e) self->close();
      });
  return port;
}

void http_server::close() {
  sockets_->shut();
  asio::post(strand_, [self = shared_from_this()] { self->pause_.cancel(); });
}

asio::awaitable<void> http_server::accept_all() {
  while (!is_closed()) co_await accept_next();
}

asio::awaitable<void> http_server::accept_next() {
  boost::system::error_code ec;
  if (is_full()) {
    pause_.expires_at(asio::steady_timer::time_point::max());
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    co_return;
  }
  co_await listener_.async_wait(asio::posix::stream_descriptor::wait_read,
                                asio::redirect_error(asio::use_awaitable, ec));
  auto fd = accept_from(listener_.native_handle());
  if (fd) {
    backoff_.succeeded();
    serve(std::move(fd));
  } else if (!is_passing(errno) && !is_closed()) {
    pause_.expires_after(backoff_.failed());
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

void http_server::serve(unique_fd fd) try {
  auto const connection =
      std::make_shared<http_connection>(strand_, protocol_, std::move(fd), sockets_, params_.timeout);
  auto const self = shared_from_this();
  // Where others wait it is their turn after an answer.
  auto const may_stay = [self] { return !self->is_full() && !self->is_closed(); };
  ++open_;
  asio::co_spawn(
      strand_, [self, connection, may_stay] { return connection->run(self->answer_, may_stay); },
      [self](std::exception_ptr) {
        --self->open_;
        self->pause_.cancel();
      });
} catch (std::exception const&) {
  // No memory for it: it is closed.
}

}  // namespace reeve::detail
