// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/health_policy.hpp>
#include "supervisor/hook_runner.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using reeve::health_result;
using reeve::worker_view;
using namespace std::chrono_literals;
namespace health_check = reeve::health_check;

namespace {

constexpr auto never = 1h;

worker_view view_of(std::size_t index, std::uint64_t generation = 1) {
  return {{"w", index, generation}, 1, {}, {}};
}

/// A context, and the results that came.
struct fixture {
  asio::io_context io;
  asio::strand<asio::any_io_executor> strand{asio::make_strand(asio::any_io_executor{io.get_executor()})};
  std::vector<health_result> results;

  /// Runs the context until `done`, under a deadline that only a failure meets.
  bool run_until(std::function<bool()> const& done) {
    auto const deadline = std::chrono::steady_clock::now() + 120s;
    io.restart();
    while (!done()) {
      if (io.run_one_until(deadline) == 0) return done();
    }
    return true;
  }

  /// Runs the context until it has nothing to do.
  void settle() {
    BOOST_TEST(!run_until([] { return false; }));
    BOOST_TEST(io.stopped());
  }

  std::function<void(health_result)> taker() {
    return [this](health_result result) { results.push_back(std::move(result)); };
  }

  /// On the strand, as the supervisor calls.
  void on_strand(std::function<void()> work) {
    bool done = false;
    asio::post(strand, [&] {
      work();
      done = true;
    });
    BOOST_REQUIRE(run_until([&] { return done; }));
  }

  void run(reeve::hook_runner& runner, reeve::health_hook const& hook,
           std::chrono::steady_clock::duration timeout = never) {
    on_strand([&] {
      auto const before = results.size();
      runner.run(hook, view_of(0), timeout, taker());
      BOOST_TEST(results.size() == before);
    });
  }

  health_result result_of(reeve::health_hook const& hook,
                          std::chrono::steady_clock::duration timeout = never) {
    reeve::hook_runner runner{strand, io.get_executor()};
    results.clear();
    run(runner, hook, timeout);
    BOOST_REQUIRE(run_until([&] { return !results.empty(); }));
    BOOST_TEST(run_until([&] { return !runner.busy(); }));
    return results.front();
  }
};

/// Suspends until it is released or cancelled, or until it is released only.
struct gate {
  explicit gate(asio::io_context& io) : timer{io, asio::steady_timer::time_point::max()} {}

  asio::awaitable<health_result> wait(bool ignores_cancellation) {
    entered = true;
    if (ignores_cancellation)
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    try {
      if (!released) co_await timer.async_wait(asio::use_awaitable);
    } catch (boost::system::system_error const&) {
      // Released, or cancelled: the flag tells.
    }
    cancelled = !released;
    co_return health_result{true, "late"};
  }

  reeve::health_hook hook(bool ignores_cancellation = false) {
    return [this, ignores_cancellation](worker_view) { return wait(ignores_cancellation); };
  }

  void release() {
    released = true;
    timer.cancel();
  }

  asio::steady_timer timer;
  bool entered = false;
  bool released = false;
  bool cancelled = false;
};

asio::awaitable<health_result> healthy(worker_view) { co_return health_result{}; }

asio::awaitable<health_result> throwing(worker_view) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  throw std::runtime_error{"the database is gone"};
}

/// A server of one connection: answers with `answer` and closes, or never answers.
struct server {
  explicit server(asio::io_context& io, std::optional<std::string> answer_ = std::nullopt)
      : acceptor{io, {asio::ip::address_v4::loopback(), 0}}, peer{io}, answer{std::move(answer_)} {
    acceptor.async_accept(peer, [this](auto ec) {
      if (!ec) read();
    });
  }

  void read() {
    asio::async_read_until(peer, asio::dynamic_buffer(request), "\r\n\r\n", [this](auto ec, std::size_t) {
      asked = !ec;
      if (!ec && answer) write();
    });
  }

  void write() {
    asio::async_write(peer, asio::buffer(*answer), [this](auto, std::size_t) {
      if (!closes) return;
      boost::system::error_code ignored;
      peer.shutdown(tcp::socket::shutdown_send, ignored);
    });
  }

  reeve::port_of_instance port() const {
    return [number = acceptor.local_endpoint().port()](std::size_t) { return number; };
  }

  tcp::acceptor acceptor;
  tcp::socket peer;
  std::optional<std::string> answer;
  std::string request;
  bool closes = true;
  bool asked = false;
};

/// A port on which nobody listens; an even one where asked.
reeve::port_of_instance closed_port(asio::io_context& io, bool even = false) {
  for (;;) {
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    auto const number = acceptor.local_endpoint().port();
    if (!even || number % 2 == 0) return [number](std::size_t) { return number; };
    acceptor.close();
    acceptor.open(tcp::v4());
    boost::system::error_code ec;
    acceptor.bind({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(number - 1)}, ec);
    if (!ec) return [number](std::size_t) { return static_cast<std::uint16_t>(number - 1); };
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(health_hooks, fixture)

BOOST_AUTO_TEST_CASE(a_hook_is_given_the_worker_and_its_result_comes_once) {
  worker_view seen;
  reeve::hook_runner runner{strand, io.get_executor()};
  auto const hook = [&](worker_view view) -> asio::awaitable<health_result> {
    seen = view;
    co_return health_result{false, "low on disk"};
  };
  on_strand([&] { runner.run(hook, view_of(7, 3), never, taker()); });
  BOOST_TEST(run_until([&] { return !results.empty(); }));
  settle();
  BOOST_REQUIRE(results.size() == 1u);
  BOOST_TEST(!results[0].ok);
  BOOST_TEST(results[0].reason == "low on disk");
  BOOST_TEST(seen.worker.index == 7u);
  BOOST_TEST(seen.worker.generation == 3u);
  BOOST_TEST(!runner.busy());
}

BOOST_AUTO_TEST_CASE(a_throwing_hook_is_a_failure_with_its_message) {
  auto const result = result_of(throwing);
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "the database is gone");
}

BOOST_AUTO_TEST_CASE(a_hook_that_throws_before_it_suspends_is_a_failure) {
  auto const result =
      result_of([](worker_view) -> asio::awaitable<health_result> { throw std::runtime_error{"at once"}; });
  BOOST_TEST(result.reason == "at once");
  auto const other = result_of([](worker_view view) -> asio::awaitable<health_result> {
    if (view.pid == 1) throw 42;
    co_return health_result{};
  });
  BOOST_TEST(!other.ok);
  BOOST_TEST(!other.reason.empty());
}

BOOST_AUTO_TEST_CASE(an_empty_hook_is_a_failure) {
  auto const result = result_of({});
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "the hook is empty");
}

BOOST_AUTO_TEST_CASE(a_hook_past_its_timeout_is_cancelled) {
  gate held{io};
  auto const result = result_of(held.hook(), 50ms);
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "timed out after 50 ms");
  BOOST_TEST(held.cancelled);
  BOOST_TEST(results.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_hook_that_ignores_its_cancellation_is_not_waited_for) {
  gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, held.hook(true), 1s);
  BOOST_TEST(run_until([&] { return !results.empty(); }));
  BOOST_TEST(results.at(0).reason == "timed out after 1 s");
  BOOST_TEST(runner.busy());

  // No second one is started beside it.
  run(runner, healthy);
  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 3; }));
  BOOST_TEST(!results.at(1).ok);
  BOOST_TEST(results.at(1).reason == "the previous check has not ended");

  held.release();
  BOOST_TEST(run_until([&] { return !runner.busy(); }));
  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 4; }));
  BOOST_TEST(results.at(3).ok);
  settle();
  BOOST_TEST(results.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_run_beside_an_awaited_one_does_not_disturb_it) {
  gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, held.hook());
  BOOST_TEST(run_until([&] { return held.entered; }));
  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
  BOOST_TEST(results.at(0).reason == "the previous check has not ended");
  held.release();
  BOOST_TEST(run_until([&] { return results.size() == 2; }));
  BOOST_TEST(results.at(1).ok);
}

BOOST_AUTO_TEST_CASE(a_late_result_never_reaches_the_next_generation) {
  gate held{io};
  std::optional<reeve::hook_runner> first{std::in_place, strand, io.get_executor()};
  run(*first, held.hook(true), 1ms);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
  on_strand([&] { first.reset(); });

  reeve::hook_runner second{strand, io.get_executor()};
  gate next{io};
  run(second, next.hook());
  held.release();
  next.release();
  settle();
  BOOST_REQUIRE(results.size() == 2u);
  BOOST_TEST(results[1].ok);
}

BOOST_AUTO_TEST_CASE(nobody_is_called_after_a_cancel) {
  gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, held.hook());
  BOOST_TEST(run_until([&] { return held.entered; }));
  on_strand([&] {
    runner.run(healthy, view_of(0), never, taker());  // refused, and that is on its way
    runner.cancel();
    runner.cancel();
  });
  settle();
  BOOST_TEST(held.cancelled);
  BOOST_TEST(!runner.busy());
  BOOST_TEST(results.empty());

  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_hook_cancelled_before_it_began_does_not_begin) {
  gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  on_strand([&] {
    runner.run(held.hook(), view_of(0), never, taker());
    runner.cancel();
  });
  settle();
  BOOST_TEST(!held.entered);
  BOOST_TEST(!runner.busy());
}

BOOST_AUTO_TEST_CASE(a_result_that_is_under_way_is_dropped_by_a_cancel) {
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, throwing);
  // Step by step, until the hook has ended and its result is queued.
  BOOST_TEST(run_until([&] { return !runner.busy(); }));
  BOOST_REQUIRE(results.empty());
  runner.cancel();
  settle();
  BOOST_TEST(results.empty());
}

BOOST_AUTO_TEST_CASE(a_runner_may_be_destroyed_at_any_step) {
  for (int steps = 0; steps < 12; ++steps) {
    gate held{io};
    std::optional<reeve::hook_runner> runner{std::in_place, strand, io.get_executor()};
    run(*runner, held.hook(steps % 2 == 0), 1ms);
    for (int i = 0; i < steps; ++i) io.poll_one();
    runner.reset();
    auto const known = results.size();
    held.release();
    settle();
    BOOST_TEST(results.size() == known);
  }
}

BOOST_AUTO_TEST_CASE(a_callback_may_destroy_the_runner) {
  for (auto const timeout :
       {std::chrono::steady_clock::duration{never}, std::chrono::steady_clock::duration{0}}) {
    gate held{io};
    std::optional<reeve::hook_runner> runner{std::in_place, strand, io.get_executor()};
    on_strand([&] {
      runner->run(timeout == never ? reeve::health_hook{healthy} : held.hook(true), view_of(0), timeout,
                  [&](health_result) { runner.reset(); });
    });
    BOOST_TEST(run_until([&] { return !runner; }));
    held.release();
    settle();
  }
}

BOOST_AUTO_TEST_CASE(a_callback_may_start_the_next_check) {
  reeve::hook_runner runner{strand, io.get_executor()};
  int count = 0;
  std::function<void(health_result)> again = [&](health_result result) {
    BOOST_TEST(result.ok);
    if (++count < 100) runner.run(healthy, view_of(0), never, again);
  };
  on_strand([&] { runner.run(healthy, view_of(0), never, again); });
  BOOST_TEST(run_until([&] { return count == 100; }));
}

BOOST_AUTO_TEST_CASE(a_suspended_hook_dies_with_its_context) {
  auto const alive = std::make_shared<int>();
  {
    asio::io_context other;
    reeve::hook_runner runner{asio::make_strand(other), other.get_executor()};
    auto const hook = [kept = alive](worker_view) -> asio::awaitable<health_result> {
      asio::steady_timer timer{co_await asio::this_coro::executor, never};
      co_await timer.async_wait(asio::use_awaitable);
      co_return health_result{*kept == 0, {}};
    };
    runner.run(hook, view_of(0), never, [](health_result) {});
    other.poll();
    BOOST_TEST(runner.busy());
    runner.cancel();
  }
  BOOST_TEST(alive.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(hooks_on_many_threads_race_their_timeouts_and_their_ends) {
  asio::thread_pool pool{4};
  constexpr int runners = 16;
  constexpr int rounds = 100;
  std::atomic<int> delivered{0};
  std::vector<std::promise<void>> ended(runners);

  struct worker {
    explicit worker(asio::thread_pool& pool_) : strand{asio::make_strand(pool_)} {
      runner = std::make_unique<reeve::hook_runner>(strand, pool_.get_executor());
    }
    asio::strand<asio::thread_pool::executor_type> strand;
    std::unique_ptr<reeve::hook_runner> runner;
    std::function<void(health_result)> next;
    int round = 0;
  };
  auto const hook = [](worker_view view) -> asio::awaitable<health_result> {
    asio::steady_timer timer{co_await asio::this_coro::executor, 500us};
    co_await timer.async_wait(asio::use_awaitable);
    if (view.worker.generation % 3 == 0) throw std::runtime_error{"third"};
    co_return health_result{};
  };
  std::vector<std::unique_ptr<worker>> workers;
  for (std::size_t i = 0; i < runners; ++i) {
    auto& w = *workers.emplace_back(std::make_unique<worker>(pool));
    w.next = [&, i](health_result) {
      ++delivered;
      if (++w.round < rounds) {
        if (w.round % 7 == 0) w.runner = std::make_unique<reeve::hook_runner>(w.strand, pool.get_executor());
        w.runner->run(hook, view_of(i, static_cast<std::uint64_t>(w.round)), 500us, w.next);
      } else {
        w.runner.reset();
        ended[i].set_value();
      }
    };
    asio::post(w.strand, [&, i] { w.runner->run(hook, view_of(i), 500us, w.next); });
  }
  for (auto& each : ended) BOOST_REQUIRE((each.get_future().wait_for(120s) == std::future_status::ready));
  pool.join();
  BOOST_TEST(delivered == runners * rounds);
}

BOOST_AUTO_TEST_CASE(tcp_finds_a_listener) {
  server listener{io};
  BOOST_TEST(result_of(health_check::tcp(listener.port())).ok);
}

BOOST_AUTO_TEST_CASE(tcp_finds_a_listener_on_ipv6) {
  boost::system::error_code ec;
  tcp::acceptor acceptor{io};
  acceptor.open(tcp::v6());
  acceptor.bind({asio::ip::address_v6::loopback(), 0}, ec);
  if (ec) return;  // no IPv6 here
  acceptor.listen();
  auto const port = acceptor.local_endpoint().port();
  BOOST_TEST(result_of(health_check::tcp([port](std::size_t) { return port; }, "::1")).ok);
}

BOOST_AUTO_TEST_CASE(tcp_fails_where_nobody_listens) {
  auto const result = result_of(health_check::tcp(closed_port(io)));
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason.starts_with("connect to 127.0.0.1:"));
  BOOST_TEST(result.reason.ends_with(": Connection refused"));
}

BOOST_AUTO_TEST_CASE(a_connection_to_itself_is_no_listener) {
  // For its own end the kernel goes through the even ports, and comes upon the one that is asked.
  auto const hook = health_check::tcp(closed_port(io, true));
  bool passed = false;
  auto const ask = [&]() -> asio::awaitable<void> {
    for (int attempt = 0; attempt < 5'000 && !passed; ++attempt) passed = (co_await hook(view_of(0))).ok;
  };
  asio::co_spawn(io, ask, asio::detached);
  settle();
  BOOST_TEST(!passed);
}

BOOST_AUTO_TEST_CASE(an_address_or_port_that_cannot_be_asked_is_a_failure_that_says_so) {
  auto const port = [](std::size_t) { return std::uint16_t{80}; };
  BOOST_TEST(result_of(health_check::tcp(port, "localhost")).reason ==
             "'localhost' is not a numeric address");
  BOOST_TEST(result_of(health_check::http_get(port, "/", "")).reason == "'' is not a numeric address");
  BOOST_TEST(result_of(health_check::tcp([](std::size_t) { return std::uint16_t{0}; })).reason ==
             "port 0 can't be connected to");
  auto const thrown =
      result_of(health_check::tcp([](std::size_t) -> std::uint16_t { throw std::out_of_range{"no port"}; }));
  BOOST_TEST(thrown.reason == "no port");
}

BOOST_AUTO_TEST_CASE(http_asks_properly_and_takes_success_and_redirection) {
  server good{io, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  BOOST_TEST(result_of(health_check::http_get(good.port(), "/health?deep=1")).ok);
  BOOST_TEST(good.request.starts_with("GET /health?deep=1 HTTP/1.1\r\n"));
  BOOST_TEST(good.request.find("\r\nHost: 127.0.0.1:" + std::to_string(good.port()(0)) + "\r\n") !=
             std::string::npos);
  BOOST_TEST(good.request.find("\r\nConnection: close\r\n") != std::string::npos);

  server moved{io, "HTTP/1.0 302 Found\r\nLocation: /elsewhere\r\n\r\n"};
  BOOST_TEST(result_of(health_check::http_get(moved.port(), "")).ok);
  BOOST_TEST(moved.request.starts_with("GET / HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(http_tells_the_status_of_a_failure) {
  server missing{io, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
  BOOST_TEST(result_of(health_check::http_get(missing.port())).reason == "HTTP 404");
  server busy{io, "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n0\r\n\r\n"};
  BOOST_TEST(result_of(health_check::http_get(busy.port())).reason == "HTTP 503");
}

BOOST_AUTO_TEST_CASE(http_reads_only_so_much_of_an_answer) {
  server endless{io, "HTTP/1.1 200 OK\r\n\r\n" + std::string(8 * 1024 * 1024, 'x')};
  BOOST_TEST(result_of(health_check::http_get(endless.port())).ok);
  server huge{io, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + std::string(1024 * 1024, 'x')};
  BOOST_TEST(result_of(health_check::http_get(huge.port())).ok);
  server chatty{io, "HTTP/1.1 200 OK\r\nX: " + std::string(1024 * 1024, 'x')};
  BOOST_TEST(!result_of(health_check::http_get(chatty.port())).ok);
}

BOOST_AUTO_TEST_CASE(http_fails_on_what_is_no_answer) {
  for (auto const* answer :
       {"", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"}) {
    server strange{io, answer};
    auto const result = result_of(health_check::http_get(strange.port()));
    BOOST_TEST(!result.ok, answer);
    BOOST_TEST(result.reason.starts_with("GET http://127.0.0.1:"), result.reason);
  }
  BOOST_TEST(result_of(health_check::http_get(closed_port(io))).reason.ends_with(": Connection refused"));
}

BOOST_AUTO_TEST_CASE(http_is_cancelled_while_it_reads) {
  server silent{io};
  BOOST_TEST(result_of(health_check::http_get(silent.port()), 100ms).reason == "timed out after 100 ms");
  BOOST_TEST(silent.asked);
  for (auto const* answer : {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"}) {
    server stalled{io, answer};
    stalled.closes = false;
    BOOST_TEST(result_of(health_check::http_get(stalled.port()), 100ms).reason == "timed out after 100 ms");
    BOOST_TEST(stalled.asked);
  }
}

BOOST_AUTO_TEST_CASE(http_is_cancelled_while_it_writes) {
  // A listener that accepts nothing: the kernel takes some of the request, and no more.
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  auto const port = acceptor.local_endpoint().port();
  auto const result = result_of(
      health_check::http_get([port](std::size_t) { return port; }, std::string(32 * 1024 * 1024, '/')),
      200ms);
  BOOST_TEST(result.reason == "timed out after 200 ms");
}

BOOST_AUTO_TEST_CASE(a_connect_is_cancelled) {
  // A full backlog leaves further connections unanswered.
  tcp::acceptor acceptor{io};
  acceptor.open(tcp::v4());
  acceptor.bind({asio::ip::address_v4::loopback(), 0});
  acceptor.listen(0);
  std::array<tcp::socket, 4> fillers{tcp::socket{io}, tcp::socket{io}, tcp::socket{io}, tcp::socket{io}};
  for (auto& each : fillers) each.async_connect(acceptor.local_endpoint(), [](auto) {});
  auto const port = acceptor.local_endpoint().port();
  for (auto const& hook : {health_check::tcp([port](std::size_t) { return port; }),
                           health_check::http_get([port](std::size_t) { return port; })}) {
    BOOST_TEST(result_of(hook, 100ms).reason == "timed out after 100 ms");
  }
}

BOOST_AUTO_TEST_CASE(a_blocking_check_runs_on_the_executor_given) {
  asio::thread_pool pool{1};
  std::thread::id ran_on;
  auto const result = result_of(health_check::blocking(pool.get_executor(), [&](worker_view const& view) {
    ran_on = std::this_thread::get_id();
    return health_result{false, view.worker.name + " is slow"};
  }));
  BOOST_TEST(result.reason == "w is slow");
  BOOST_TEST((ran_on != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_blocking_check_that_throws_is_a_failure) {
  asio::thread_pool pool{1};
  auto const result =
      result_of(health_check::blocking(pool.get_executor(), [](worker_view const&) -> health_result {
        throw std::runtime_error{"no route"};
      }));
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "no route");
  BOOST_TEST(!result_of(health_check::blocking(pool.get_executor(), {})).ok);
}

BOOST_AUTO_TEST_CASE(a_blocking_check_past_its_timeout_is_left_behind) {
  asio::thread_pool pool{2};
  std::promise<void> release;
  std::atomic<int> calls{0};
  auto const hook = health_check::blocking(pool.get_executor(),
                                           [&, released = release.get_future().share()](worker_view const&) {
                                             ++calls;
                                             released.wait();
                                             return health_result{};
                                           });
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, hook, 20ms);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
  BOOST_TEST(results.at(0).reason == "timed out after 20 ms");
  BOOST_TEST(runner.busy());
  // Its thread is still taken: no second one is.
  run(runner, hook, 20ms);
  BOOST_TEST(run_until([&] { return results.size() == 2; }));
  BOOST_TEST(results.at(1).reason == "the previous check has not ended");
  release.set_value();
  BOOST_TEST(run_until([&] { return !runner.busy(); }));
  BOOST_TEST(calls == 1);
  BOOST_TEST(results.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_blocking_check_may_outlive_the_context_of_its_caller) {
  asio::thread_pool pool{1};
  std::promise<void> entered;
  std::promise<void> release;
  {
    asio::io_context other;
    reeve::hook_runner runner{asio::make_strand(other), other.get_executor()};
    auto const hook = health_check::blocking(pool.get_executor(), [&](worker_view const&) {
      entered.set_value();
      release.get_future().wait();
      return health_result{};
    });
    runner.run(hook, view_of(0), never, [](health_result) {});
    other.poll();
    BOOST_REQUIRE((entered.get_future().wait_for(120s) == std::future_status::ready));
  }
  release.set_value();
  pool.join();
}

BOOST_AUTO_TEST_CASE(a_blocking_check_whose_executor_is_stopped_ends) {
  std::optional<asio::thread_pool> pool{std::in_place, 1};
  pool->stop();
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner,
      health_check::blocking(pool->get_executor(), [](worker_view const&) { return health_result{}; }));
  io.poll();
  BOOST_TEST(runner.busy());
  pool.reset();
  BOOST_TEST(run_until([&] { return !results.empty(); }));
  BOOST_TEST(results.at(0).reason == "the check was dropped by its executor");
}

BOOST_AUTO_TEST_SUITE_END()
