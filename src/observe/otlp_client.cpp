// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <cstdint>
#include <exception>
#include <utility>

namespace reeve {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t max_otlp_header = 16 * 1024;
constexpr std::uint64_t max_otlp_answer = 64 * 1024;

otlp_stream::request otlp_request(otlp_url const& url, text_pairs const& headers, std::string const& body) {
  otlp_stream::request request{http::verb::post, url.target, 11};
  for (auto const& [name, value] : headers) request.set(name, value);
  request.set(http::field::host, url.authority());
  request.set(http::field::user_agent, "reeve/" REEVE_VERSION);
  request.set(http::field::content_type, "application/json");
  request.body() = {body.data(), body.size()};
  request.prepare_payload();
  return request;
}

// The connection ended before an answer came: one that was kept may have been closed by the other side meanwhile.
bool is_broken_off(error_code ec) {
#ifdef REEVE_OBSERVE_WITH_TLS
  if (ec == asio::ssl::error::stream_truncated) return true;
#endif
  return ec == http::error::end_of_stream || ec == asio::error::eof || ec == asio::error::connection_reset ||
         ec == asio::error::broken_pipe;
}

// What can only be said by something that is no collector: trying again is no use.
bool is_nonsense(error_code ec) {
  return ec.category() == error_code{http::error::bad_version}.category() &&
         ec != http::error::end_of_stream && ec != http::error::partial_message;
}

bool is_untrusted([[maybe_unused]] error_code ec) {
#ifdef REEVE_OBSERVE_WITH_TLS
  return ec.category() == asio::error::get_ssl_category();
#else
  return false;
#endif
}

}  // namespace

otlp_client::otlp_client(otlp_url url, text_pairs headers, otlp_tls tls, host_lookup::resolver resolve)
    : url_{std::move(url)},
      headers_{std::move(headers)},
      tls_{std::move(tls)},
      resolve_{resolve},
      stream_{context_},
      buffer_{max_otlp_header + max_otlp_answer} {}

otlp_answer otlp_client::post(std::string const& body, time_point deadline, std::stop_token const& stop) {
  context_.restart();
  context_.poll();  // what came too late for the last one
  context_.restart();
  aborted_.clear();
  stopped_ = false;
  deadline_ = deadline;
  otlp_answer answer;
  asio::co_spawn(context_, run(body), [&](std::exception_ptr error, otlp_answer made) {
    limit_.cancel();
    if (error) std::rethrow_exception(error);
    answer = std::move(made);
  });
  std::stop_callback const on_stop{stop, [this] {
                                     asio::post(context_, [this] {
                                       stopped_ = true;
                                       abort("the export was stopped");
                                     });
                                   }};
  context_.run();
  return answer;
}

asio::awaitable<otlp_answer> otlp_client::run(std::string const& body) {
  limit_to(deadline_);
  otlp_answer answer;
  error_code ec;
  bool const kept = stream_.is_idle();
  if (kept) ec = co_await exchange(body, answer);
  if (!kept || (is_broken_off(ec) && aborted_.empty())) {
    ec = co_await open();
    if (!ec) ec = co_await exchange(body, answer);
  }
  if (!ec) co_return answer;
  stream_.close();
  co_return failure(ec);
}

asio::awaitable<error_code> otlp_client::exchange(std::string const& body, otlp_answer& into) {
  auto request = otlp_request(url_, headers_, body);
  otlp_stream::parser parser;
  parser.header_limit(max_otlp_header);
  parser.body_limit(max_otlp_answer);
  buffer_.clear();
  if (auto const ec = co_await stream_.exchange(request, buffer_, parser)) co_return ec;
  auto response = parser.release();
  // What was sent beyond the answer would be taken for the next one.
  if (!response.keep_alive() || buffer_.size() != 0) stream_.close();
  into.status = response.result_int();
  into.retry_after = std::string{response[http::field::retry_after]};
  into.body = std::move(response.body());
  co_return error_code{};
}

asio::awaitable<error_code> otlp_client::open() {
  auto const all = co_await addresses();
  error_code ec = asio::error::host_not_found;
  for (std::size_t i = 0; i < all.size() && aborted_.empty(); ++i) {
    // An address that does not answer leaves time for the others.
    auto const now = clock::now();
    auto const left = static_cast<int>(all.size() - i);
    limit_to(left == 1 ? deadline_ : now + (deadline_ - now) / left);
    ec = co_await stream_.connect(all[i]);
    if (!ec) break;
  }
  limit_to(deadline_);
  if (!ec && aborted_.empty()) ec = co_await stream_.handshake(tls_, url_.host);
  if (!aborted_.empty()) ec = asio::error::operation_aborted;
  co_return ec;
}

asio::awaitable<host_lookup::endpoints> otlp_client::addresses() {
  error_code not_numeric;
  auto const address = asio::ip::make_address(url_.host, not_numeric);
  if (!not_numeric) co_return host_lookup::endpoints{{address, url_.port_number()}};
  // One that was too late for the last request may be in time for this one.
  if (!lookup_)
    lookup_.emplace(url_.host, url_.port,
                    host_lookup::waiter{.context = &context_, .wake = [this] { lookup_over_.cancel(); }},
                    resolve_);
  while (!lookup_->is_over() && aborted_.empty()) {
    lookup_over_.expires_at(clock::time_point::max());
    co_await lookup_over_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (!lookup_->is_over()) co_return host_lookup::endpoints{};
  auto found = lookup_->found(lookup_problem_);
  lookup_.reset();
  co_return found;
}

void otlp_client::limit_to(time_point at) {
  limit_.expires_at(at);
  limit_.async_wait([this](error_code ec) {
    if (ec || limit_.expiry() > clock::now()) return;  // it was moved
    if (limit_.expiry() < deadline_)
      stream_.close();
    else
      abort("no answer in time");
  });
}

void otlp_client::abort(std::string why) {
  if (aborted_.empty()) aborted_ = std::move(why);
  stream_.close();
  lookup_over_.cancel();
}

otlp_answer otlp_client::failure(error_code ec) const {
  auto const about = [this](std::string const& what) { return url_.authority() + ": " + what; };
  if (!aborted_.empty()) return {.problem = about(aborted_), .permanent = stopped_};
  if (ec == asio::error::host_not_found) return {.problem = lookup_problem_};
  if (is_nonsense(ec))
    return {.problem = about("no collector answers there: " + ec.message()), .permanent = true};
  if (is_untrusted(ec)) return {.problem = about("TLS: " + ec.message()), .permanent = true};
  return {.problem = about(ec.message())};
}

}  // namespace reeve
