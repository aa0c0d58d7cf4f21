// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/http_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <sys/socket.h>

namespace reeve::detail {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

/// Also how much is read ahead of what comes after.
constexpr std::size_t most_head = 8 * 1024;

/// So much of what a client still sends is read after the last answer.
constexpr std::size_t most_rest = 1024 * 1024;

bool is_http_error(boost::system::error_code const& ec) {
  return ec.category() == http::make_error_code(http::error::bad_method).category();
}

http_reply refusal(boost::system::error_code const& ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return make_last_reply(431, "the request's head is longer than 8 KiB\n");
  return make_last_reply(400, "this is no request: " + ec.message() + '\n');
}

}  // namespace

http_connection::http_connection(asio::any_io_executor strand, asio::ip::tcp protocol, unique_fd fd,
                                 std::shared_ptr<socket_set> sockets,
                                 std::chrono::steady_clock::duration timeout)
    : socket_{strand},
      deadline_{strand},
      sockets_{std::move(sockets)},
      timeout_{timeout},
      buffer_{most_head} {
  socket_.assign(protocol, fd.get());
  fd.release();
  if (!sockets_->add(socket_.native_handle())) cut();
}

http_connection::~http_connection() { sockets_->remove(socket_.native_handle()); }

asio::awaitable<void> http_connection::run(http_answer answer, std::function<bool()> may_stay) {
  auto const self = shared_from_this();
  while (co_await serve_one(answer, may_stay)) {
  }
  co_await part();
  clear_deadline();
}

// Whether the connection goes on.
asio::awaitable<bool> http_connection::serve_one(http_answer const& answer,
                                                 std::function<bool()> const& may_stay) {
  parser request;
  request.header_limit(most_head);
  boost::system::error_code ec;
  set_deadline(timeout_);
  co_await http::async_read_header(socket_, buffer_, request, asio::redirect_error(asio::use_awaitable, ec));
  if (ec == http::error::end_of_stream || ec == http::error::partial_message) co_return false;
  sends_more_ = is_http_error(ec);
  if (sends_more_) co_return co_await write(refusal(ec), 11, false);
  if (ec) co_return false;

  auto reply = co_await reply_to(request, answer);
  sends_more_ = reply.close;
  reply.close = reply.close || !request.keep_alive() || !may_stay();
  co_return co_await write(std::move(reply), request.get().version(),
                           request.get().method() == http::verb::head);
}

asio::awaitable<http_reply> http_connection::reply_to(parser const& request, http_answer const& answer) {
  auto const& head = request.get();
  auto const length = request.content_length();
  auto const found = route({.method = head.method_string(),
                            .target = head.target(),
                            .version = head.version(),
                            .has_host = head.find(http::field::host) != head.end(),
                            .has_body = request.chunked() || (length && *length != 0)});
  if (auto const* const reply = std::get_if<http_reply>(&found)) co_return *reply;
  clear_deadline();  // how long it takes to find out is not up to the client
  std::string wrong;
  try {
    co_return co_await answer(std::get<endpoint>(found));
  } catch (std::exception const& e) {
    wrong = e.what();
  }
  co_return make_reply(500, wrong + '\n');
}

asio::awaitable<bool> http_connection::write(http_reply reply, unsigned version, bool only_head) {
  http::response<http::span_body<char const>> message;
  message.version(version);
  message.result(reply.status);
  message.set(http::field::content_type, {reply.content_type.data(), reply.content_type.size()});
  if (!reply.allow.empty()) message.set(http::field::allow, {reply.allow.data(), reply.allow.size()});
  message.keep_alive(!reply.close);
  message.content_length(reply.body->size());
  if (!only_head) message.body() = {reply.body->data(), reply.body->size()};

  http::response_serializer<http::span_body<char const>> serializer{message};
  boost::system::error_code ec;
  set_deadline(timeout_);
  co_await http::async_write(socket_, serializer, asio::redirect_error(asio::use_awaitable, ec));
  co_return !ec && !reply.close;
}

// A connection that is closed while something in it is unread is reset, and the client may lose the answer to that.
asio::awaitable<void> http_connection::part() {
  boost::system::error_code ec;
  if (!sends_more_ && buffer_.size() == 0 && socket_.available(ec) == 0) co_return;
  set_deadline(std::min<std::chrono::steady_clock::duration>(timeout_, std::chrono::seconds{1}));
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  std::array<char, 4096> rest{};
  for (std::size_t read = 0; !ec && read < most_rest;)
    read +=
        co_await socket_.async_read_some(asio::buffer(rest), asio::redirect_error(asio::use_awaitable, ec));
}

void http_connection::set_deadline(std::chrono::steady_clock::duration within) {
  deadline_.expires_after(within);
  // One that has expired already calls its handler in spite of the next.
  auto const expired = [weak = weak_from_this(), number = ++deadlines_](boost::system::error_code ec) {
    auto const self = weak.lock();
    if (self && !ec && number == self->deadlines_) self->cut();
  };
  deadline_.async_wait(expired);
}

void http_connection::clear_deadline() {
  ++deadlines_;
  deadline_.cancel();
}

// What the client has not taken is dropped: it would else keep the kernel's memory for minutes.
void http_connection::cut() noexcept {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace reeve::detail
