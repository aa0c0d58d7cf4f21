// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A function on every element of a range: all results, or all outcomes.

#include "pool_map_rig.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <numeric>
#include <ranges>

namespace {

// 13 cannot be encoded.
struct sealed {
  int value = 0;
};

}  // namespace

template <>
struct reeve::codec<sealed> {
  static void encode(sealed const& s, std::string& out) {
    if (s.value == 13) throw codec_error{"thirteen"};
    codec<int>::encode(s.value, out);
  }
  static sealed decode(std::string_view& in) { return {codec<int>::decode(in)}; }
};

BOOST_AUTO_TEST_SUITE(pool_map)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

int power(int base, unsigned exponent) {
  int product = 1;
  for (unsigned i = 0; i < exponent; ++i) product *= base;
  return product;
}

int no_thirteen(int x) {
  if (x == 13) throw std::invalid_argument{"thirteen"};
  return x;
}

// The element that is told to kills its worker, as long as its attempts are not more than those said.
int deadly_thirteen(int x, std::size_t attempts) {
  tasks::board().add(static_cast<std::size_t>(x));
  if (x == 13 && this_task::attempt() <= attempts) tasks::perform("kill");
  return x;
}

std::string grow(std::string text) { return text + text; }

asio::awaitable<int> half_later(int x) {
  asio::steady_timer timer{co_await asio::this_coro::executor, 1ms};
  co_await timer.async_wait(asio::use_awaitable);
  co_return x / 2;
}

int unseal(sealed s) { return s.value; }
sealed seal(int value) { return {value}; }

// One waits to be asked to stop, the other one throws once that is so.
std::size_t stop_or_throw(std::size_t cell, bool throws) {
  if (!throws) return tasks::until_stop(cell);
  tasks::board().wait(cell);
  throw std::domain_error{"thrown"};
}

task_fn<int(int, unsigned)> const power_of{"pool_map.power", power};
task_fn<int(int)> const lucky{"pool_map.lucky", no_thirteen};
task_fn<int(int, std::size_t)> const deadly{"pool_map.deadly", deadly_thirteen};
task_fn<std::string(std::string)> const twice{"pool_map.twice", grow};
task_fn<asio::awaitable<int>(int)> const half{"pool_map.half", half_later};
task_fn<int(sealed)> const open_it{"pool_map.unseal", unseal};
task_fn<sealed(int)> const close_it{"pool_map.seal", seal};
task_fn<std::size_t(std::size_t, bool)> const stop_throw{"pool_map.stop_or_throw", stop_or_throw};
task_fn<void(std::size_t, std::string)> const nothing{"pool_map.nothing", [](auto, auto) {}};
task_fn<bool(int)> const is_even{"pool_map.even", [](int x) { return x % 2 == 0; }};

template <class Range>
std::vector<int> squares_of(Range const& range) {
  std::vector<int> all;
  for (int const x : range) all.push_back(x * x);
  return all;
}

std::vector<std::pair<int, std::size_t>> deadly_elements(int count, std::size_t attempts) {
  std::vector<std::pair<int, std::size_t>> all;
  for (int i = 0; i < count; ++i) all.emplace_back(i, attempts);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_map_gives_all_results_in_the_order_of_the_elements) {
  running_pool pool;
  for (std::size_t const chunk : {0U, 1U, 7U, 1000U}) {
    auto const numbers = std::views::iota(-100, 900);
    auto const end = finish<int>(pool, pool->async_map(square, numbers, {.chunk = chunk}));
    BOOST_TEST(describe(end.error) == "no error");
    BOOST_TEST(end.items == squares_of(numbers), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_small_elements_are_mapped) {
  running_pool pool;
  auto const numbers = std::views::iota(0, 100'000) | std::views::transform([](int i) { return i % 1000; });
  auto const end = finish<int>(pool, pool->async_map(square, numbers));
  BOOST_TEST(describe(end.error) == "no error");
  BOOST_TEST((end.items == squares_of(numbers)));
}

BOOST_AUTO_TEST_CASE(a_map_is_awaited) {
  running_pool pool;
  pool.run([&]() -> asio::awaitable<void> {
    std::vector<int> const numbers{1, 2, 3};
    std::vector<int> const with_thirteen{1, 13};
    auto const all = co_await pool->async_map(square, numbers);
    BOOST_TEST(all == (std::vector{1, 4, 9}), boost::test_tools::per_element());
    bool caught = false;
    try {
      co_await pool->async_map(lucky, with_thirteen);
    } catch (task_failed const& e) {
      caught = e.message() == "thirteen";
    }
    BOOST_TEST(caught);
    auto const outcomes = co_await pool->async_map_settled(lucky, with_thirteen);
    BOOST_TEST(outcomes.at(0).value() == 1);
    BOOST_TEST(is<task_failed>(outcomes.at(1).error()));
  });
}

BOOST_AUTO_TEST_CASE(futures_hold_maps) {
  pool_rig pool{pool_of(2)};
  context_threads const threads{pool.context, 2};
  get_soon(pool->async_start(asio::use_future));
  std::vector<int> numbers(1000);
  std::iota(numbers.begin(), numbers.end(), 0);
  auto all = pool->async_map(square, numbers, asio::use_future);
  auto outcomes = pool->async_map_settled(square, numbers, {.chunk = 3}, asio::use_future);
  BOOST_TEST((get_soon(std::move(all)) == squares_of(numbers)));
  BOOST_TEST(get_soon(std::move(outcomes)).at(999).value() == 999 * 999);
  pool.pool.reset();
}

BOOST_AUTO_TEST_CASE(an_empty_range_works) {
  running_pool pool;
  std::vector<int> const none;
  auto const all = finish<int>(pool, pool->async_map(square, none));
  BOOST_TEST(describe(all.error) == "no error");
  BOOST_TEST(all.items.empty());
  auto const outcomes = finish<outcome<int>>(pool, pool->async_map_settled(square, none));
  BOOST_TEST(describe(outcomes.error) == "no error");
  BOOST_TEST(outcomes.items.empty());
  pool.run([&]() -> asio::awaitable<void> {
    auto results = pool->stream(square, none);
    BOOST_TEST(!(co_await results.async_next()).has_value());
    BOOST_TEST(!(co_await results.async_next()).has_value());
  });
}

BOOST_AUTO_TEST_CASE(tuples_are_spread_over_the_parameters) {
  running_pool pool;
  auto const end = finish<int>(
      pool, pool->async_map(power_of, std::vector<std::tuple<int, unsigned>>{{2, 10}, {3, 0}, {5, 2}}));
  BOOST_TEST(end.items == (std::vector{1024, 1, 25}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(results_of_many_types_are_collected) {
  running_pool pool;
  auto const words =
      finish<std::string>(pool, pool->async_map(twice, std::vector<char const*>{"a", "", "bc"}));
  BOOST_TEST(words.items == (std::vector<std::string>{"aa", "", "bcbc"}), boost::test_tools::per_element());
  auto const bits = finish<bool>(pool, pool->async_map(is_even, std::array{1, 2, 3, 4}));
  BOOST_TEST((bits.items == std::vector{false, true, false, true}));
  auto const nothings = finish<std::monostate>(
      pool, pool->async_map(nothing, std::vector<std::pair<std::size_t, char const*>>{{1, "a"}, {2, ""}}));
  BOOST_TEST(nothings.items.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_coroutine_function_is_mapped_to_what_it_returns) {
  auto params = pool_of(2);
  params.concurrency = 8;
  pool_rig pool{params};
  pool.start();
  auto const end = finish<int>(pool, pool->async_map(half, std::vector{2, 4, 6, 8}));
  BOOST_TEST(describe(end.error) == "no error");
  BOOST_TEST(end.items == (std::vector{1, 2, 3, 4}), boost::test_tools::per_element());
  pool.run([&]() -> asio::awaitable<void> {
    result_stream<int> results = pool->stream(half, std::vector{10, 20});
    auto const first = co_await results.async_next();
    BOOST_TEST(first.value().result.value() == 5);
  });
}

BOOST_AUTO_TEST_CASE(the_first_error_ends_a_map_and_what_had_not_started_never_does) {
  running_pool pool{1};
  std::vector<std::pair<std::size_t, std::string>> elements{{0, "throw"}};
  for (std::size_t cell = 1; cell < 10'000; ++cell) elements.emplace_back(cell, "");
  auto const end = finish<std::size_t>(pool, pool->async_map(deed, elements, {.chunk = 1}));
  BOOST_TEST(is<task_failed>(end.error), describe(end.error));
  BOOST_TEST(end.items.empty());
  std::size_t started = 0;
  for (std::size_t cell = 0; cell < 10'000; ++cell) started += pool.board[cell];
  BOOST_TEST(started < 10'000u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(an_error_asks_what_runs_to_stop) {
  running_pool pool{2};
  std::vector<std::pair<std::size_t, bool>> const elements{{0, false}, {0, true}};
  auto const end = finish<std::size_t>(pool, pool->async_map(stop_throw, elements, {.chunk = 1}));
  BOOST_TEST(is<task_failed>(end.error), describe(end.error));
  BOOST_TEST(pool.board[1] == 1u);
}

BOOST_AUTO_TEST_CASE(a_settled_map_has_every_outcome) {
  running_pool pool;
  auto const end = finish<outcome<int>>(pool, pool->async_map_settled(lucky, std::views::iota(0, 100)));
  BOOST_TEST(describe(end.error) == "no error");
  BOOST_REQUIRE(end.items.size() == 100u);
  for (int i = 0; i < 100; ++i) {
    auto const& it = end.items[static_cast<std::size_t>(i)];
    if (i == 13)
      BOOST_TEST(is<task_failed>(it.error()), describe(it.error()));
    else
      BOOST_TEST(it.value() == i);
  }
}

BOOST_AUTO_TEST_CASE(an_element_that_cannot_be_encoded_is_that_elements_error) {
  running_pool pool{1};
  auto const sealed_numbers =
      std::views::iota(10, 16) | std::views::transform([](int i) { return sealed{i}; });
  auto const end = finish<outcome<int>>(pool, pool->async_map_settled(open_it, sealed_numbers));
  BOOST_REQUIRE(end.items.size() == 6u);
  for (int i = 10; i < 16; ++i) {
    auto const& it = end.items[static_cast<std::size_t>(i - 10)];
    BOOST_TEST((i == 13 ? is<codec_error>(it.error()) : it.value() == i), i);
  }
  // And a result in its worker, which lives.
  auto const results =
      finish<outcome<sealed>>(pool, pool->async_map_settled(close_it, std::views::iota(10, 16)));
  BOOST_REQUIRE(results.items.size() == 6u);
  BOOST_TEST(!results.items[3].has_value());
  BOOST_TEST(results.items[4].value().value == 14);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(what_the_range_throws_ends_the_map) {
  running_pool pool;
  auto const broken = std::views::iota(0) | std::views::transform([](int i) {
                        if (i == 50) throw std::domain_error{"no more"};
                        return i;
                      });
  BOOST_TEST(is<std::domain_error>(finish<int>(pool, pool->async_map(square, broken)).error));
  auto const settled = finish<outcome<int>>(pool, pool->async_map_settled(square, broken));
  BOOST_TEST(is<std::domain_error>(settled.error));
  BOOST_TEST(settled.items.size() == 50u);
}

BOOST_AUTO_TEST_CASE(the_element_that_kills_its_worker_is_lost_and_no_other) {
  running_pool pool;
  for (std::size_t const chunk : {0U, 1U, 40U}) {
    auto const end = finish<outcome<int>>(
        pool, pool->async_map_settled(deadly, deadly_elements(200, 1000), {.chunk = chunk}));
    BOOST_TEST(describe(end.error) == "no error");
    BOOST_REQUIRE(end.items.size() == 200u);
    for (int i = 0; i < 200; ++i) {
      auto const& it = end.items[static_cast<std::size_t>(i)];
      if (i == 13)
        BOOST_TEST(is<worker_lost>(it.error()), describe(it.error()));
      else
        BOOST_TEST(it.value() == i);
    }
  }
  for (std::size_t i = 0; i < 200; ++i) BOOST_TEST(pool.board[i] == 3u);  // each of them once in each map
}

BOOST_AUTO_TEST_CASE(attempts_are_those_of_one_element) {
  running_pool pool;
  map_options const options{.chunk = 40, .call = {.max_attempts = 3}};
  auto const cured = finish<int>(pool, pool->async_map(deadly, deadly_elements(100, 2), options));
  BOOST_TEST(describe(cured.error) == "no error");
  BOOST_REQUIRE(cured.items.size() == 100u);
  BOOST_TEST(cured.items[13] == 13);
  BOOST_TEST(pool.board[13] == 3u);
  BOOST_TEST(pool.board[14] == 1u);
  auto const lost =
      finish<outcome<int>>(pool, pool->async_map_settled(deadly, deadly_elements(100, 3), options));
  BOOST_REQUIRE(lost.items.size() == 100u);
  for (std::size_t i = 0; i < 100; ++i)
    BOOST_TEST(lost.items[i].has_value() == (i != 13), describe(lost.items[i].error()));
  BOOST_TEST(is<task_quarantined>(lost.items[13].error()), describe(lost.items[13].error()));
}

BOOST_AUTO_TEST_CASE(limits_are_those_of_one_element) {
  auto params = pool_of(1);
  params.claim_within = 24h;  // nothing but the limits makes the pool look
  pool_rig pool{params};
  pool.start();
  std::vector<std::size_t> const cells{20, 30, 40};
  auto const stopped = finish<outcome<std::size_t>>(
      pool, pool->async_map_settled(until_stop, cells, {.chunk = 3, .call = {.soft_limit = 20ms}}));
  BOOST_REQUIRE(stopped.items.size() == 3u);
  for (auto const cell : cells) BOOST_TEST(pool.board[cell + 1] == 1u);
  auto const killed = finish<outcome<void>>(
      pool, pool->async_map_settled(never_end, cells, {.chunk = 3, .call = {.hard_limit = 20ms}}));
  BOOST_REQUIRE(killed.items.size() == 3u);
  for (auto const& it : killed.items) BOOST_TEST(is<task_timed_out>(it.error()), describe(it.error()));
  BOOST_TEST(pool.downs.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_map_stops_what_runs_and_starts_no_more) {
  running_pool pool;
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < 1000; ++i) cells.push_back(2 * i);
  begun_map<std::size_t> const map{pool->async_map(until_stop, cells)};
  pool.until([&] { return pool->status().dispatched > 0 && pool.board[0] > 0; });
  map.signal->emit(asio::cancellation_type::terminal);
  pool.until([&] { return map.end->has_value(); });
  BOOST_TEST(is_aborted((*map.end)->error), describe((*map.end)->error));
  std::size_t started = 0;
  for (auto const cell : cells) {
    started += pool.board[cell];
    BOOST_TEST(pool.board[cell + 1] == pool.board[cell]);
  }
  BOOST_TEST(started < 20u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(progress_is_told_up_to_the_end) {
  running_pool pool;
  std::vector<std::pair<std::size_t, std::size_t>> seen;
  map_options options{
      .on_progress = [&](std::size_t done, std::size_t total) { seen.emplace_back(done, total); }};
  auto const end = finish<int>(pool, pool->async_map(half, std::vector<int>(200), options));
  BOOST_TEST(describe(end.error) == "no error");
  BOOST_REQUIRE(!seen.empty());
  BOOST_TEST(std::ranges::is_sorted(seen));
  BOOST_TEST((seen.back() == std::pair<std::size_t, std::size_t>{200, 200}));
}

BOOST_AUTO_TEST_CASE(closing_lets_a_map_run_to_its_end) {
  running_pool pool;
  begun_map<int> const map{pool->async_map(square, std::views::iota(0, 1000), {.chunk = 2})};
  pool.until([&] { return pool->status().submitted > 0; });
  BOOST_TEST(!pool.finish(pool->async_close()));
  pool.until([&] { return map.end->has_value(); });
  BOOST_TEST(describe((*map.end)->error) == "no error");
  BOOST_TEST((*map.end)->items.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(termination_ends_a_map) {
  running_pool pool;
  std::vector<std::size_t> const cells(100, 0);
  begun_map<std::size_t> const all{pool->async_map(until_stop, cells)};
  begun_map<outcome<std::size_t>> const settled{pool->async_map_settled(until_stop, cells)};
  pool.until_counted(0);
  pool->terminate();
  pool.until([&] { return all.end->has_value() && settled.end->has_value(); });
  BOOST_TEST(is<pool_closed>((*all.end)->error), describe((*all.end)->error));
  BOOST_TEST(is<pool_closed>((*settled.end)->error), describe((*settled.end)->error));
}

BOOST_AUTO_TEST_CASE(a_map_over_a_pool_that_is_closed_is_an_error) {
  running_pool pool;
  BOOST_TEST(!pool.finish(pool->async_close()));
  BOOST_TEST(is<pool_closed>(finish<int>(pool, pool->async_map(square, std::vector{1, 2})).error));
}

BOOST_AUTO_TEST_CASE(a_handler_of_a_map_may_destroy_the_pool) {
  running_pool pool;
  bool done = false;
  pool->async_map(square, std::views::iota(0, 100), [&](std::exception_ptr, std::vector<int> const& all) {
    done = all.size() == 100;
    pool.pool.reset();
  });
  pool.until([&] { return done; });
}

BOOST_AUTO_TEST_SUITE_END()
