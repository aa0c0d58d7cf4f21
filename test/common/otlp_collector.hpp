// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A collector of ours that does what its script says: it answers, hangs, lies, dies.

#include "process_test.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#ifdef REEVE_OBSERVE_WITH_TLS
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#endif

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#ifdef REEVE_OBSERVE_WITH_GZIP
#include <zlib.h>
#endif

namespace reeve::test {

/// What a collector does with a request.
struct reaction {
  enum class then : std::uint8_t { keep, close, hang, stream_for_ever };
  std::string bytes{};
  then after = then::keep;
  /// It does not even read it.
  bool unread = false;
};

inline reaction answer_with(unsigned status, std::string const& headers = {},
                            std::string const& body = "{}") {
  return {.bytes = "HTTP/1.1 " + std::to_string(status) +
                   " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\n" + headers + "\r\n" + body};
}

#ifdef REEVE_OBSERVE_WITH_GZIP
/// What was compressed by gzip; nothing where it was not, or not to its end.
inline std::string uncompressed(std::string& bytes) {
  z_stream stream{};
  constexpr int gzip_only = 15 + 16;
  BOOST_REQUIRE(::inflateInit2(&stream, gzip_only) == Z_OK);
  std::unique_ptr<z_stream, decltype(&::inflateEnd)> const end{&stream, &::inflateEnd};
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  for (int state = Z_OK; state == Z_OK;) {
    std::string part(1 << 16U, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    state = ::inflate(&stream, Z_NO_FLUSH);
    text.append(part, 0, part.size() - stream.avail_out);
    if (state != Z_OK && state != Z_STREAM_END) return {};
  }
  return stream.avail_in == 0 ? text : std::string{};
}
#endif

/// What came.
struct otlp_request_seen {
  std::size_t connection = 0;
  boost::beast::http::request<boost::beast::http::string_body> message{};
  /// The spans in it.
  boost::json::array spans() const {
    auto const body = boost::json::parse(message.body());
    return body.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array();
  }
};

class otlp_collector {
 public:
  using tcp = boost::asio::ip::tcp;

  /// What it does with the first requests; the others are taken.
  explicit otlp_collector(std::vector<reaction> script = {})
      : script_{script.begin(), script.end()},
        acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}} {
    begin();
  }
#ifdef REEVE_OBSERVE_WITH_TLS
  /// With `clients`, those certificates are what it wants its clients to have.
  otlp_collector(std::string const& certificate, std::string const& key, std::string const& clients = {})
      : acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}},
        tls_{std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server)} {
    tls_->use_certificate_chain_file(certificate);
    tls_->use_private_key_file(key, boost::asio::ssl::context::pem);
    if (!clients.empty()) {
      tls_->load_verify_file(clients);
      tls_->set_verify_mode(boost::asio::ssl::verify_peer | boost::asio::ssl::verify_fail_if_no_peer_cert);
    }
    begin();
  }
#endif
  otlp_collector(otlp_collector const&) = delete;
  otlp_collector& operator=(otlp_collector const&) = delete;
  ~otlp_collector() {
    context_.stop();
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  std::string url(std::string const& host = "127.0.0.1", std::string const& scheme = "http") const {
    return scheme + "://" + host + ':' + std::to_string(port_) + "/v1/traces";
  }

  /// Waits for so many requests, those that were not read included.
  void require_requests(std::size_t count) {
    std::unique_lock lock{mutex_};
    BOOST_REQUIRE_MESSAGE(changed_.wait_for(lock, patience, [&] { return reactions_ >= count; }),
                          "so many requests did not come within the deadline");
  }

  /// Waits until so many answers have arrived: those to requests that were not read.
  void require_unasked(std::size_t count) {
    std::unique_lock lock{mutex_};
    BOOST_REQUIRE_MESSAGE(changed_.wait_for(lock, patience, [&] { return unasked_ >= count; }),
                          "so many answers did not arrive within the deadline");
  }

  std::vector<otlp_request_seen> requests() const {
    std::lock_guard const lock{mutex_};
    return requests_;
  }
  std::size_t connections() const {
    std::lock_guard const lock{mutex_};
    return connections_;
  }
  /// The names of the spans that were taken, in their order.
  std::vector<std::string> span_names() const {
    std::vector<std::string> names;
    for (auto const& request : requests())
      for (auto const& span : request.spans()) names.emplace_back(span.at("name").as_string());
    return names;
  }

 private:
  template <class T>
  using awaitable = boost::asio::awaitable<T>;
  static constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

  void begin() {
    port_ = acceptor_.local_endpoint().port();
    boost::asio::co_spawn(context_, accept(), boost::asio::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }

  awaitable<void> accept() {
    for (;;) {
      auto [ec, socket] = co_await acceptor_.async_accept(as_result);
      if (ec) co_return;
      std::size_t number = 0;
      {
        std::lock_guard const lock{mutex_};
        number = ++connections_;
      }
      boost::asio::co_spawn(context_, serve(std::move(socket), number), boost::asio::detached);
    }
  }

  awaitable<void> serve(tcp::socket socket, std::size_t connection) {
#ifdef REEVE_OBSERVE_WITH_TLS
    if (tls_) {
      boost::asio::ssl::stream<tcp::socket> stream{std::move(socket), *tls_};
      auto const [ec] = co_await stream.async_handshake(boost::asio::ssl::stream_base::server, as_result);
      if (!ec) co_await talk(stream, connection);
      co_return;
    }
#endif
    co_await talk(socket, connection);
  }

  template <class Stream>
  awaitable<void> talk(Stream& stream, std::size_t connection) {
    boost::beast::flat_buffer buffer;
    for (;;) {
      otlp_request_seen seen{.connection = connection};
      if (!next_is_unread()) {
        auto const [ec, size] =
            co_await boost::beast::http::async_read(stream, buffer, seen.message, as_result);
        if (ec) co_return;
      }
      auto const next = next_reaction();
      note(std::move(seen), next.unread);
      if (auto const [ec, n] =
              co_await boost::asio::async_write(stream, boost::asio::buffer(next.bytes), as_result);
          ec)
        co_return;
      if (next.unread && next.after == reaction::then::keep) {
        co_await until_arrived(stream);
        std::lock_guard const lock{mutex_};
        ++unasked_;
        changed_.notify_all();
      }
      switch (next.after) {
        case reaction::then::keep: break;
        case reaction::then::close: co_return;
        case reaction::then::hang: co_return co_await until_closed(stream);
        case reaction::then::stream_for_ever: co_return co_await stream_for_ever(stream);
      }
    }
  }

  // Until the other side's kernel has acknowledged it.
  template <class Stream>
  awaitable<void> until_arrived(Stream& stream) {
    boost::asio::steady_timer again{context_};
    for (int left = 1; left != 0;) {
      if (::ioctl(stream.lowest_layer().native_handle(), SIOCOUTQ, &left) != 0) co_return;
      again.expires_after(std::chrono::milliseconds{1});
      co_await again.async_wait(as_result);
    }
  }

  template <class Stream>
  static awaitable<void> until_closed(Stream& stream) {
    std::string rest(1 << 16U, '\0');
    for (;;)
      if (auto const [ec, n] = co_await stream.async_read_some(boost::asio::buffer(rest), as_result); ec)
        co_return;
  }

  template <class Stream>
  static awaitable<void> stream_for_ever(Stream& stream) {
    std::string const more(1000, 'x');
    for (;;)
      if (auto const [ec, n] =
              co_await boost::asio::async_write(stream, boost::asio::buffer(more), as_result);
          ec)
        co_return;
  }

  reaction next_reaction() {
    std::lock_guard const lock{mutex_};
    if (script_.empty()) return answer_with(200);
    auto next = std::move(script_.front());
    script_.pop_front();
    return next;
  }
  bool next_is_unread() const {
    std::lock_guard const lock{mutex_};
    return !script_.empty() && script_.front().unread;
  }

  void note(otlp_request_seen&& seen, bool unread) {
    std::lock_guard const lock{mutex_};
    if (!unread) requests_.push_back(std::move(seen));
    ++reactions_;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<reaction> script_;
  std::vector<otlp_request_seen> requests_;
  std::size_t connections_ = 0;
  std::size_t reactions_ = 0;
  std::size_t unasked_ = 0;
  boost::asio::io_context context_{1};
  tcp::acceptor acceptor_;
#ifdef REEVE_OBSERVE_WITH_TLS
  std::unique_ptr<boost::asio::ssl::context> tls_;
#endif
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace reeve::test
