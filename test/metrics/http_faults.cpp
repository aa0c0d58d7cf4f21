// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "http_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <list>
#include <string>
#include <thread>
#include <vector>
#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(http_faults)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

std::chrono::nanoseconds cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

/// No descriptor can be had while it is there.
class no_descriptors {
 public:
  no_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit const none{.rlim_cur = 3, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  no_descriptors(no_descriptors const&) = delete;
  no_descriptors& operator=(no_descriptors const&) = delete;
  ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused_and_left) {
  http_rig const rig;
  for (auto const* garbage :
       {"garbage\r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost : here\r\n\r\n", "GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    auto client = rig.client();
    client.send(garbage);
    BOOST_TEST(client.next().status == 400U, garbage);
    BOOST_TEST(client.at_end(), garbage);
  }
  BOOST_TEST(rig.ask("/healthz").status == 200U);
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_refused) {
  http_rig const rig;
  for (auto const& head :
       {"GET /" + std::string(100'000, 'x'), "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x'), [] {
          std::string many = "GET / HTTP/1.1\r\n";
          for (int i = 0; i < 10'000; ++i) many += "X: y\r\n";
          return many;
        }()}) {
    auto client = rig.client();
    client.send(head);
    auto const answer = client.next();
    BOOST_TEST((answer.status == 431U || answer.status == 400U), answer.head);
    BOOST_TEST(client.at_end());
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_says_nothing_is_left_in_time) {
  http_rig const rig{{.timeout = 50ms}};
  auto silent = rig.client();
  BOOST_TEST(silent.at_end());
  auto half = rig.client();
  half.send("GET /metrics HT");
  BOOST_TEST(half.at_end());
  auto idle = rig.client();
  idle.get("/healthz");
  BOOST_TEST(idle.next().status == 200U);
  BOOST_TEST(idle.at_end());
}

BOOST_AUTO_TEST_CASE(a_client_that_says_little_at_a_time_is_left_in_time) {
  http_rig const rig{{.timeout = 100ms}};
  auto client = rig.client();
  client.send("GET /healthz HTTP/1.1\r\n");
  auto const deadline = clock::now() + patience;
  while (!client.hears_within(5ms) && clock::now() < deadline) client.send("X: y\r\n");
  BOOST_TEST(client.at_end());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_left_in_time) {
  http_rig const rig{{.max_workers = 100'000, .max_connections = 1, .timeout = 200ms}};
  rig.watch_many(60'000);
  raw_client slow{rig.port(), 4096};
  slow.get("/metrics");
  // It has the only place.
  BOOST_TEST(rig.ask("/healthz").status == 200U);
  auto const got = slow.next();
  BOOST_TEST(got.status == 200U);
  BOOST_TEST(got.body.size() < raw_client::length_in(got.head));
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_it_is_answered_harms_nobody) {
  http_rig const rig{{.max_workers = 100'000, .max_connections = 4}};
  rig.watch_many(5'000);
  for (int i = 0; i < 20; ++i) {
    auto client = rig.client();
    client.get("/metrics");
    if (i % 2 == 0) client.hears_within(patience);
  }
  BOOST_TEST(rig.ask("/healthz").status == 200U);
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_most_wait_for_their_turn) {
  http_rig const rig{{.max_connections = 2, .timeout = 1h}};
  auto first = rig.client();
  first.get("/healthz");
  BOOST_TEST(!first.next().has("Connection: close"));  // nobody else is there: it stays
  auto second = rig.client();
  second.send("GET /hea");
  auto third = rig.client();
  third.get("/healthz");
  BOOST_TEST(!third.hears_within(50ms));
  first.close();
  BOOST_TEST(third.next().status == 200U);
}

BOOST_AUTO_TEST_CASE(a_full_server_keeps_no_connection_after_its_answer) {
  http_rig const rig{{.max_connections = 1, .timeout = 1h}};
  auto first = rig.client();
  auto second = rig.client();
  second.get("/healthz");
  first.get("/healthz");
  BOOST_TEST(first.next().has("Connection: close"));
  BOOST_TEST(first.at_end());
  BOOST_TEST(second.next().status == 200U);
}

BOOST_AUTO_TEST_CASE(many_clients_are_all_answered) {
  http_rig const rig{{.max_connections = 8}};
  std::list<raw_client> clients;
  for (int i = 0; i < 200; ++i) {
    clients.emplace_back(rig.port());
    clients.back().get(i % 2 == 0 ? "/metrics" : "/readyz");
  }
  for (auto& client : clients) BOOST_TEST(client.next().status == 200U);
}

BOOST_AUTO_TEST_CASE(without_descriptors_clients_wait_until_there_are_some) {
  http_rig const rig;
  raw_client client{0};
  bool heard = false;
  std::chrono::nanoseconds used{};
  {
    no_descriptors const none;  // nothing is checked here: a sanitizer needs some
    client.connect(rig.port());
    client.get("/healthz");
    auto const before = cpu_time();
    heard = client.hears_within(200ms);
    used = cpu_time() - before;
  }
  BOOST_TEST(!heard);
  BOOST_TEST((used < 100ms), "it tries without end");
  BOOST_TEST(client.next().status == 200U);
}

BOOST_AUTO_TEST_CASE(a_closed_server_leaves_its_clients_and_its_port) {
  http_rig rig{{.timeout = 1h}};
  auto idle = rig.client();
  idle.get("/healthz");
  BOOST_TEST(idle.next().status == 200U);
  auto const port = rig.port();
  rig.server->close();
  BOOST_TEST(idle.at_end());
  BOOST_TEST(!raw_client{0}.try_connect(port));
  auto const next =
      std::make_shared<detail::metrics_impl>(rig.context.get_executor(), metrics_params{.port = port});
  next->start();
  raw_client client{port};
  client.get("/healthz");
  BOOST_TEST(client.next().status == 200U);
  next->close();
}

BOOST_AUTO_TEST_CASE(a_server_may_be_closed_while_it_is_asked) {
  for (std::size_t threads = 1; threads <= 4; ++threads) {
    http_rig rig{{.max_connections = 8}, threads};
    rig.watch_many(100);
    std::vector<std::thread> askers;
    std::atomic<std::size_t> answered{0};
    for (int i = 0; i < 4; ++i)
      askers.emplace_back([&answered, port = rig.port(), path = i % 2 == 0 ? "/metrics" : "/readyz"] {
        for (;;) {
          raw_client client{0};
          if (!client.try_connect(port)) return;
          client.get(path, "Connection: close\r\n");
          client.rest();
          ++answered;
        }
      });
    auto const deadline = clock::now() + patience;
    while (answered < 20 && clock::now() < deadline) std::this_thread::yield();
    rig.server->close();
    for (auto& asker : askers) asker.join();
  }
}

BOOST_AUTO_TEST_CASE(sockets_are_not_inherited) {
  http_rig const rig;
  auto client = rig.client();
  client.get("/healthz");
  BOOST_TEST(client.next().status == 200U);
  for (int fd = 3; fd < 256; ++fd) {
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0)
      BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "descriptor " << fd);
  }
}

BOOST_AUTO_TEST_SUITE_END()
