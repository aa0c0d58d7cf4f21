// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/memory_source.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

// A memory_source that several threads use at once.
BOOST_AUTO_TEST_SUITE(memory_source_threads)

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using reeve::verdict;

constexpr auto patience = 120s;

asio::awaitable<void> submit(reeve::memory_source& source, std::string prefix, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    reeve::task_message task{.id = prefix + std::to_string(i), .name = "f", .payload = "[]"};
    co_await source.async_submit(std::move(task), asio::use_awaitable);
  }
}

// Ends two of three tasks, forgets some deliveries, and gives the rest back.
verdict any_verdict(std::mt19937& random) {
  constexpr std::array verdicts{verdict::complete,    verdict::complete,  verdict::failed,
                                verdict::dead_letter, verdict::hand_back, verdict::retry};
  return verdicts[random() % verdicts.size()];
}

asio::awaitable<void> work(reeve::memory_source& source, unsigned seed) {
  std::mt19937 random{seed};
  for (;;) {
    auto const got = co_await source.fetch(1 + random() % 20);
    std::vector<reeve::task_outcome> outcomes;
    std::vector<std::uint64_t> kept;
    for (auto const& task : got) {
      if (random() % 10 == 0) continue;  // its lease runs out
      kept.push_back(task.delivery);
      outcomes.push_back({.id = task.id,
                          .delivery = task.delivery,
                          .what = any_verdict(random),
                          .delay = std::chrono::milliseconds{random() % 5}});
    }
    co_await source.keep_alive(kept);
    co_await source.publish(outcomes);
  }
}

// As another part of the application, with a context of its own.
struct worker_thread {
  asio::io_context io;
  asio::cancellation_signal stop;
  std::thread thread;

  worker_thread(reeve::memory_source& source, unsigned seed) {
    asio::co_spawn(io, work(source, seed),
                   asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
    thread = std::thread{[this] { io.run(); }};
  }
  ~worker_thread() {
    asio::post(io, [this] { stop.emit(asio::cancellation_type::terminal); });
    thread.join();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_task_ends_once_whoever_works_on_it) {
  constexpr std::size_t submitters = 3;
  constexpr std::size_t each = 400;
  std::mutex mutex;
  std::map<std::string, int> ended;
  asio::thread_pool pool{2};
  reeve::memory_source source{
      pool.get_executor(), {.lease = 20ms, .capacity = 50, .on_outcome = [&](auto const& task, auto const&) {
                              std::lock_guard const lock{mutex};
                              ++ended[task.id];
                            }}};
  std::vector<std::future<void>> submitted;
  {
    std::vector<std::unique_ptr<worker_thread>> workers;
    for (unsigned i = 0; i < 3; ++i) workers.push_back(std::make_unique<worker_thread>(source, i));
    for (std::size_t i = 0; i < submitters; ++i) {
      submitted.push_back(
          asio::co_spawn(pool, submit(source, std::to_string(i) + '-', each), asio::use_future));
    }
    for (auto& s : submitted) {
      BOOST_REQUIRE((s.wait_for(patience) == std::future_status::ready));
      s.get();
    }
    auto empty = source.async_wait_empty(asio::use_future);
    BOOST_REQUIRE((empty.wait_for(patience) == std::future_status::ready));
    empty.get();
  }
  std::lock_guard const lock{mutex};
  BOOST_TEST(ended.size() == submitters * each);
  for (auto const& [id, times] : ended) BOOST_TEST(times == 1, id);
  auto const s = source.status();
  BOOST_TEST(s.submitted == submitters * each);
  BOOST_TEST(s.completed + s.failed + s.dead_lettered == submitters * each);
  BOOST_TEST(s.ready + s.delayed + s.delivered + s.waiting == 0U);
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_cancelled_when_a_task_comes_loses_nothing) {
  asio::io_context io;
  reeve::memory_source source{io.get_executor()};
  auto const work = asio::make_work_guard(io);
  std::thread thread{[&] { io.run(); }};
  std::size_t fetched = 0;
  for (std::size_t round = 0; round < 300; ++round) {
    asio::cancellation_signal signal;
    std::promise<std::size_t> ended;
    std::promise<void> emitted;
    asio::co_spawn(io, source.fetch(10),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&](std::exception_ptr, std::vector<reeve::task_message> const& got) {
                         ended.set_value(got.size());
                       }));
    asio::post(io, [&] {
      signal.emit(asio::cancellation_type::terminal);
      emitted.set_value();
    });
    BOOST_TEST(source.try_submit({.name = "f"}));
    emitted.get_future().get();
    fetched += ended.get_future().get();
  }
  auto const s = source.status();
  BOOST_TEST(s.delivered == fetched);
  BOOST_TEST(s.ready == 300 - fetched);
  io.stop();
  thread.join();
}

BOOST_AUTO_TEST_SUITE_END()
