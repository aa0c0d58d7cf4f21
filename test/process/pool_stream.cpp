// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A function on every element of a range, as a stream of outcomes.

#include "pool_map_rig.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <ranges>
#include <set>

BOOST_AUTO_TEST_SUITE(pool_stream)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

int no_thirteen(int x) {
  if (x == 13) throw std::invalid_argument{"thirteen"};
  return x;
}

// Cell 0 counts, and holds up the first element until the others have been there.
std::size_t first_is_last(std::size_t element, std::size_t others) {
  if (element == 0)
    tasks::board().wait(0, static_cast<std::uint32_t>(others));
  else
    tasks::board().add(0);
  return element;
}

task_fn<int(int)> const lucky{"pool_stream.lucky", no_thirteen};
task_fn<std::size_t(std::size_t, std::size_t)> const first_last{"pool_stream.first_last", first_is_last};
task_fn<void(int)> const stay{"pool_stream.stay", [](int) { tasks::wait_for_stop(); }};

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_gives_results_in_the_order_of_the_elements) {
  running_pool pool;
  pool.run([&]() -> asio::awaitable<void> {
    auto results = pool->stream(square, std::views::iota(0, 3000));
    std::size_t count = 0;
    while (auto const item = co_await results.async_next()) {
      BOOST_REQUIRE(item->index == count);
      BOOST_REQUIRE(item->result.value() == static_cast<int>(count * count));
      ++count;
    }
    BOOST_TEST(count == 3000u);
  });
}

BOOST_AUTO_TEST_CASE(a_stream_gives_results_as_they_come) {
  running_pool pool;
  pool.run([&]() -> asio::awaitable<void> {
    std::vector<std::pair<std::size_t, std::size_t>> elements;
    for (std::size_t i = 0; i < 50; ++i) elements.emplace_back(i, 49);
    auto results =
        pool->stream(first_last, elements, {.order = order::completion, .read_ahead = 50, .chunk = 1});
    std::vector<std::size_t> seen;
    while (auto const item = co_await results.async_next()) {
      BOOST_TEST(item->result.value() == item->index);
      seen.push_back(item->index);
    }
    BOOST_REQUIRE(seen.size() == 50u);
    BOOST_TEST(seen.front() != 0u);  // it waits for the last one
    BOOST_TEST(std::set<std::size_t>(seen.begin(), seen.end()).size() == 50u);
  });
}

BOOST_AUTO_TEST_CASE(a_result_does_not_wait_for_the_rest_of_a_slow_chunk) {
  std::optional<std::size_t> first;
  running_pool pool{1};
  auto results = pool->stream(gate, std::vector<std::size_t>{0, 2}, {.chunk = 2});
  results.async_next([&](std::exception_ptr, auto item) {
    if (item) first = item->result.value();
  });
  pool.until_counted(0);
  pool.idle(20ms);  // it is slow
  pool.open_gate(0);
  pool.until([&] { return first.has_value(); });
  BOOST_TEST(*first == 0u);
  pool.open_gate(2);
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_after_an_error) {
  running_pool pool;
  pool.run([&]() -> asio::awaitable<void> {
    auto results = pool->stream(lucky, std::views::iota(10, 17));
    int next = 10;
    while (auto const item = co_await results.async_next()) {
      BOOST_TEST(item->result.has_value() == (next != 13));
      ++next;
    }
    BOOST_TEST(next == 17);
  });
}

BOOST_AUTO_TEST_CASE(a_stream_reads_an_endless_range_only_so_far_ahead) {
  running_pool pool;
  pool.run([&]() -> asio::awaitable<void> {
    int made = 0;
    auto const endless = std::views::iota(0) | std::views::transform([&made](int i) {
                           ++made;
                           return i % 1000;
                         });
    auto results = pool->stream(square, endless, {.read_ahead = 16});
    for (int i = 0; i < 500; ++i) {
      auto const item = co_await results.async_next();
      BOOST_REQUIRE(item.has_value());
      BOOST_REQUIRE(item->result.value() == (i % 1000) * (i % 1000));
      BOOST_REQUIRE(made <= i + 1 + 16);
    }
    auto by_default = pool->stream(square, std::views::iota(0));
    for (int i = 0; i < 500; ++i)
      BOOST_REQUIRE((co_await by_default.async_next()).value().result.value() == i * i);
  });
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_stops_what_it_runs) {
  running_pool pool;
  {
    auto const endless =
        std::views::iota(0) | std::views::transform([](int i) { return static_cast<std::size_t>(2 * i); });
    auto results = pool->stream(until_stop, endless);
    std::exception_ptr error;
    bool told = false;
    results.async_next([&](std::exception_ptr e, auto const&) {
      error = e;
      told = true;
    });
    pool.until_counted(0);
    { auto const dropped = std::move(results); }
    pool.until([&] { return told; });
    BOOST_TEST(is_aborted(error), describe(error));
  }
  pool.until([&] { return pool->status().dispatched + pool->status().queued == 0; });
  for (std::size_t cell = 0; cell < 100; cell += 2) BOOST_TEST(pool.board[cell] == pool.board[cell + 1]);
  BOOST_TEST(pool.board[100] == 0u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_loses_no_result) {
  running_pool pool{1};
  auto results = pool->stream(gate, std::vector<std::size_t>{0, 2});
  asio::cancellation_signal signal;
  std::exception_ptr error;
  bool told = false;
  results.async_next(asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e, auto const&) {
    error = e;
    told = true;
  }));
  pool.until_counted(0);
  signal.emit(asio::cancellation_type::total);
  pool.until([&] { return told; });
  BOOST_TEST(is_aborted(error), describe(error));
  pool.open_gate(0);
  pool.open_gate(2);
  pool.run([&]() -> asio::awaitable<void> {
    for (std::size_t const expected : {0U, 2U})
      BOOST_TEST((co_await results.async_next()).value().result.value() == expected);
    BOOST_TEST(!(co_await results.async_next()).has_value());
  });
}

BOOST_AUTO_TEST_CASE(what_the_range_of_a_stream_throws_comes_once_after_the_results) {
  running_pool pool;
  pool.run([&]() -> asio::awaitable<void> {
    auto const broken = std::views::iota(0) | std::views::transform([](int i) {
                          if (i == 5) throw std::domain_error{"no more"};
                          return i;
                        });
    auto results = pool->stream(square, broken);
    for (int i = 0; i < 5; ++i) BOOST_TEST((co_await results.async_next()).value().result.value() == i * i);
    bool caught = false;
    try {
      co_await results.async_next();
    } catch (std::domain_error const&) {
      caught = true;
    }
    BOOST_TEST(caught);
    BOOST_TEST(!(co_await results.async_next()).has_value());
  });
}

BOOST_AUTO_TEST_CASE(an_unread_stream_does_not_hold_up_the_closing) {
  running_pool pool;
  auto results = pool->stream(square, std::views::iota(0), {.read_ahead = 8});
  pool.until([&] { return pool->status().succeeded > 0; });
  BOOST_TEST(!pool.finish(pool->async_close()));
  pool.run([&]() -> asio::awaitable<void> {
    bool closed = false;
    for (int i = 0; i < 1000 && !closed; ++i) {
      try {
        auto const item = co_await results.async_next();
        BOOST_REQUIRE(item.has_value());
      } catch (pool_closed const&) {
        closed = true;
      }
    }
    BOOST_TEST(closed);
    BOOST_TEST(!(co_await results.async_next()).has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_result_that_comes_while_stream_and_pool_go_leaves_nothing) {
  for (int i = 0; i < 10; ++i) {
    running_pool pool{1};
    auto const results = pool->stream(gate, std::vector<std::size_t>{0});
    pool.until_counted(0);
    pool.open_gate(0);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_may_outlive_its_pool) {
  running_pool pool;
  auto results = pool->stream(until_stop, std::vector<std::size_t>(100, 0), {.read_ahead = 8});
  pool.until_counted(0);
  pool.pool.reset();
  pool.run([&]() -> asio::awaitable<void> {
    bool closed = false;
    for (int i = 0; i < 200 && !closed; ++i) {
      try {
        auto const item = co_await results.async_next();
        BOOST_REQUIRE(item.has_value());
        BOOST_TEST(!item->result.has_value());
      } catch (pool_closed const&) {
        closed = true;
      }
    }
    BOOST_TEST(closed);
  });
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_owns_its_pool_and_stream_goes_with_its_context) {
  struct witness {
    bool& gone;
    ~witness() { gone = true; }
  };
  bool gone = false;
  {
    asio::io_context io;
    process_pool const* seen = nullptr;
    auto const reader = [&]() -> asio::awaitable<void> {
      witness const w{gone};
      process_pool pool{co_await asio::this_coro::executor, pool_of(1)};
      co_await pool.async_start();
      seen = &pool;
      auto results = pool.stream(stay, std::vector{1, 2});
      while (co_await results.async_next()) {
      }
    };
    asio::co_spawn(io, reader, asio::detached);
    run_until(io, [&] { return seen && seen->status().dispatched > 0; });
    BOOST_TEST(!gone);
  }
  BOOST_TEST(gone);
}

BOOST_AUTO_TEST_SUITE_END()
