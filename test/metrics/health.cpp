// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "http_rig.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(health)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

/// A reader of a supervisor with one worker in that state, which may be changed.
auto reader_of(std::shared_ptr<std::atomic<worker_state>> state) {
  return [state] { return std::optional{supervisor_status{.workers = {worker_in(*state)}}}; };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_server_that_nobody_contradicts_is_well_and_ready) {
  http_rig const rig;
  for (auto const* path : {"/healthz", "/readyz"}) {
    auto const answer = rig.ask(path);
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.body == "ok\n");
    BOOST_TEST(answer.has("Content-Type: text/plain; charset=utf-8"));
  }
}

BOOST_AUTO_TEST_CASE(the_application_decides_whether_it_is_well) {
  std::atomic<bool> well = true;
  http_rig const rig{{.healthy = [&well] { return well.load(); }}};
  BOOST_TEST(rig.ask("/healthz").status == 200U);
  well = false;
  auto const answer = rig.ask("/healthz");
  BOOST_TEST(answer.status == 503U);
  BOOST_TEST(answer.body == "the application is not well\n");
  BOOST_TEST(rig.ask("/readyz").status == 200U);
}

BOOST_AUTO_TEST_CASE(what_the_application_throws_is_told_and_harms_nobody) {
  http_rig const rig{{.healthy = []() -> bool { throw std::runtime_error{"the disk is full"}; },
                      .ready = []() -> bool { throw 42; }}};
  for (int i = 0; i < 3; ++i) {
    auto const told = rig.ask("/healthz");
    BOOST_TEST(told.status == 503U);
    BOOST_TEST(told.body == "the application failed to say whether it is well: the disk is full\n");
    BOOST_TEST(rig.ask("/readyz").body == "the application failed to say whether it is ready\n");
    BOOST_TEST(rig.ask("/metrics").status == 200U);
  }
}

BOOST_AUTO_TEST_CASE(the_application_is_asked_on_the_executor) {
  std::atomic<bool> there = false;
  boost::asio::io_context* context = nullptr;
  http_rig rig{{.healthy = [&] { return there = context->get_executor().running_in_this_thread(); }}};
  std::promise<void> set;
  boost::asio::post(rig.context, [&] {
    context = &rig.context;
    set.set_value();
  });
  get_soon(set.get_future());
  BOOST_TEST(rig.ask("/healthz").status == 200U);
  BOOST_TEST(there);
}

BOOST_AUTO_TEST_CASE(it_is_ready_when_all_that_is_watched_and_the_application_are) {
  auto const state = std::make_shared<std::atomic<worker_state>>(worker_state::backoff);
  std::atomic<bool> ready = false;
  http_rig const rig{{.ready = [&ready] { return ready.load(); }}};
  rig.server->watched().supervisors.add("main", reader_of(state));
  auto answer = rig.ask("/readyz");
  BOOST_TEST(answer.status == 503U);
  BOOST_TEST(answer.body == "supervisor main: worker w/0#1 is backoff\nthe application is not ready\n");
  *state = worker_state::running;
  BOOST_TEST(rig.ask("/readyz").body == "the application is not ready\n");
  ready = true;
  BOOST_TEST(rig.ask("/readyz").status == 200U);
  BOOST_TEST(rig.ask("/healthz").status == 200U);
}

BOOST_AUTO_TEST_CASE(states_that_cannot_be_read_are_told) {
  http_rig const rig;
  rig.server->watched().supervisors.add("main", []() -> std::optional<supervisor_status> {
    static std::atomic<int> calls = 0;
    if (calls++ == 0) return supervisor_status{};
    throw std::runtime_error{"no memory"};
  });
  BOOST_TEST(rig.ask("/readyz").status == 200U);
  BOOST_TEST(rig.ask("/readyz").body == "the states could not be read: no memory\n");
  auto const answer = rig.ask("/metrics");
  BOOST_TEST(answer.status == 500U);
  BOOST_TEST(answer.body == "the metrics could not be gathered: no memory\n");
}

BOOST_AUTO_TEST_CASE(the_server_may_be_destroyed_by_what_it_asks) {
  boost::asio::io_context context;
  std::optional<metrics_server> server;
  server.emplace(context.get_executor(), metrics_params{.port = 0, .healthy = [&server] {
                                                          server.reset();
                                                          return true;
                                                        }});
  server->start();
  raw_client client{server->port()};
  client.get("/healthz");
  context_threads threads{context, 1};
  BOOST_TEST(client.rest().size() < 1000U);  // it ends, with or without an answer
  threads.join();
  BOOST_TEST(!server);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_whether_he_is_well_once_the_server_is_closed) {
  boost::asio::io_context context;
  int asked = 0;
  bool closes = false;
  std::shared_ptr<detail::metrics_impl> server;
  auto const ask = [&] {
    ++asked;
    if (closes) server->close();
    return true;
  };
  server = std::make_shared<detail::metrics_impl>(context.get_executor(), any_port({.healthy = ask}));
  server->start();
  std::list<raw_client> clients;
  for (int i = 0; i < 8; ++i) clients.emplace_back(server->port()).get("/healthz");
  run_until(context,
            [&] { return std::ranges::all_of(clients, [](auto const& c) { return c.hears_within(0ms); }); });
  for (auto& client : clients) client.next();
  // Now all ask again, and are read together.
  for (auto const& client : clients) client.get("/healthz");
  closes = true;
  context.restart();
  context.run_for(patience);
  BOOST_TEST(asked == 9);
  BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_whether_he_is_ready_once_the_server_is_closed) {
  std::atomic<int> asked = 0;
  std::binary_semaphore reading{0};
  std::binary_semaphore may_end{0};
  http_rig rig{{.ready = [&asked] { return ++asked > 0; }}};
  rig.server->watched().pools.add("pool", [&, calls = std::make_shared<std::atomic<int>>(0)] {
    if (++*calls == 2) {
      reading.release();
      static_cast<void>(may_end.try_acquire_for(patience));
    }
    return std::optional{pool_status{.state = pool_state::running}};
  });
  BOOST_TEST(rig.server->watched().missing() == "pool pool has no worker that takes tasks\n");
  auto client = rig.client();
  client.get("/readyz");
  BOOST_REQUIRE(reading.try_acquire_for(patience));
  auto const closing = std::async(std::launch::async, [&rig] { rig.server->close(); });
  BOOST_TEST(client.rest().empty());
  may_end.release();
  closing.wait();
  std::promise<void> answered;
  boost::asio::post(rig.context, [&] { answered.set_value(); });  // behind what was found
  get_soon(answered.get_future());
  BOOST_TEST(asked == 0);
}

BOOST_AUTO_TEST_SUITE_END()
