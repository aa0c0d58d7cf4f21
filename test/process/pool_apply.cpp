// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// One call, run by a worker: values there and back, in every style of completion.

#include "pool_test.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

BOOST_AUTO_TEST_SUITE(pool_apply)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

enum class colour : std::uint8_t { red, green };

struct order {
  std::string customer;
  std::map<std::string, std::vector<double>> lines;
  std::optional<int> discount;
  colour label = colour::red;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(customer, lines, discount, label);
  }
  friend bool operator==(order const&, order const&) = default;
};

order doubled(order const& in, std::vector<std::string> const& notes) {
  auto out = in;
  for (auto& [name, prices] : out.lines)
    for (auto& price : prices) price *= 2;
  for (auto const& text : notes) out.customer += text;
  out.label = colour::green;
  return out;
}

std::array<double, 3> numbers(bool a, char b, std::int64_t c, double d, std::array<std::uint16_t, 2> e) {
  return {a ? d : -d, static_cast<double>(b), static_cast<double>(c) + e[0] + e[1]};
}

struct own_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void throws(std::string what) {
  if (what == "own") throw own_error{"of its own"};
  if (what == "int") throw 42;
  throw std::invalid_argument{what};
}

std::string told() {
  return std::to_string(this_task::id()) + ' ' + std::to_string(this_task::attempt()) + ' ' +
         this_task::correlation_id() + ' ' + std::to_string(this_task::stop_requested());
}

// After each step it waits until the step was seen. What is beyond 1 is cut off.
void steps() {
  std::size_t cell = 0;
  for (double const done : {0.25, 0.5, 7.0}) {
    this_task::progress(done);
    tasks::board().wait(++cell);
  }
}

task_fn<order(order const&, std::vector<std::string>)> const double_order{"pool_apply_order", doubled};
task_fn<std::array<double, 3>(bool, char, std::int64_t, double, std::array<std::uint16_t, 2>)> const
    some_numbers{"pool_apply_numbers", numbers};
task_fn<void(std::string)> const throw_it{"pool_apply_throw", throws};
task_fn<std::string()> const tell{"pool_apply_tell", told};
task_fn<void()> const progress_in_steps{"pool_apply_progress", steps};

struct running_pool : pool_rig {
  explicit running_pool(std::size_t workers = 1) : pool_rig{pool_of(workers)} { start(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_call_runs_in_a_worker_and_its_result_comes_back) {
  running_pool pool;
  BOOST_TEST(pool.value_of(square(3)) == 9);
  auto const pid = pool.value_of(worker_pid());
  BOOST_TEST(pid != ::getpid());
  BOOST_TEST(pid == pool.pid_of());
}

BOOST_AUTO_TEST_CASE(values_of_many_types_travel) {
  running_pool pool;
  order const in{"ann", {{"tea", {1.5, 2}}, {"", {}}}, 7, colour::red};
  order const out{"ann!?", {{"tea", {3, 4}}, {"", {}}}, 7, colour::green};
  BOOST_TEST((pool.value_of(double_order(in, {"!", "?"})) == out));
  std::array<double, 3> const expected{2.5, 65, -1e15 + 3};
  BOOST_TEST((pool.value_of(some_numbers(true, 'A', -1'000'000'000'000'000, 2.5, {1, 2})) == expected));
}

BOOST_AUTO_TEST_CASE(every_call_gets_its_own_result) {
  running_pool pool{2};
  std::vector<submitted<int>> calls;
  for (int i = 0; i < 2000; ++i) calls.push_back(pool.submit(square(i)));
  for (int i = 0; i < 2000; ++i)
    BOOST_REQUIRE_EQUAL(pool.value_of(calls[static_cast<std::size_t>(i)]), i * i);
  auto const status = pool->status();
  BOOST_TEST(status.submitted == 2000u);
  BOOST_TEST(status.succeeded == 2000u);
  BOOST_TEST(status.failed == 0u);
  BOOST_TEST(status.dispatched == 0u);
  BOOST_TEST(status.queued == 0u);
}

BOOST_AUTO_TEST_CASE(a_call_is_a_value_that_may_be_run_more_than_once) {
  running_pool pool;
  auto const call = note(7);
  BOOST_TEST(pool.value_of(call) == 1u);
  BOOST_TEST(pool.value_of(call) == 2u);
  BOOST_TEST(pool.value_of(call.with({.hard_limit = patience})) == 3u);
}

BOOST_AUTO_TEST_CASE(a_coroutine_awaits_results_and_errors) {
  running_pool pool;
  pool.run([&]() -> asio::awaitable<void> {
    int const nine = co_await pool->async_apply(square(3));
    BOOST_TEST(nine == 9);
    bool caught = false;
    try {
      co_await pool->async_apply(throw_it("x"));
    } catch (task_failed const& e) {
      caught = e.message() == "x";
    }
    BOOST_TEST(caught);
    using namespace asio::experimental::awaitable_operators;
    auto const [a, b] = co_await (pool->async_apply(square(4), asio::use_awaitable) &&
                                  pool->async_apply(square(5), asio::use_awaitable));
    BOOST_TEST(a + b == 41);
  });
}

BOOST_AUTO_TEST_CASE(the_other_of_two_alternatives_is_cancelled) {
  running_pool pool{2};
  pool.run([&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    auto const first = co_await (pool->async_apply(until_stop(0), asio::use_awaitable) ||
                                 pool->async_apply(square(5), asio::use_awaitable));
    BOOST_TEST(first.index() == 1u);
  });
  BOOST_TEST(pool.board[1] == pool.board[0]);  // asked to stop, if it had begun
}

BOOST_AUTO_TEST_CASE(futures_hold_results_and_errors) {
  pool_rig pool{pool_of(2)};
  context_threads threads{pool.context, 2};
  get_soon(pool->async_start(asio::use_future));
  auto nine = pool->async_apply(square(3), asio::use_future);
  auto error = pool->async_apply(throw_it("from afar"), asio::use_future);
  BOOST_TEST(get_soon(std::move(nine)) == 9);
  BOOST_REQUIRE((error.wait_for(patience) == std::future_status::ready));
  pool.pool.reset();
  threads.join();  // before the error is read: see many_threads.cpp on thread sanitizer and exceptions
  BOOST_CHECK_EXCEPTION(error.get(), task_failed, [](auto const& e) { return e.message() == "from afar"; });
}

BOOST_AUTO_TEST_CASE(several_threads_submit_at_once) {
  pool_rig pool{pool_of(2)};
  context_threads const threads{pool.context, 2};
  get_soon(pool->async_start(asio::use_future));
  std::vector<std::thread> submitters;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t)
    submitters.emplace_back([&, t] {
      std::vector<std::future<int>> calls;
      for (int i = 0; i < 250; ++i) calls.push_back(pool->async_apply(square(t * i), asio::use_future));
      for (int i = 0; i < 250; ++i)
        if (calls[static_cast<std::size_t>(i)].get() == t * i * t * i) ++right;
    });
  for (auto& thread : submitters) thread.join();
  BOOST_TEST(right == 1000);
  pool.pool.reset();
}

BOOST_AUTO_TEST_CASE(a_handler_runs_on_its_own_executor) {
  running_pool pool;
  asio::thread_pool elsewhere{1};
  std::promise<bool> inside;
  pool->async_apply(square(3), asio::bind_executor(elsewhere, [&](std::exception_ptr, int) {
                      inside.set_value(elsewhere.get_executor().running_in_this_thread());
                    }));
  auto answer = inside.get_future();
  pool.until([&] { return answer.wait_for(0s) == std::future_status::ready; });
  BOOST_TEST(answer.get());
}

BOOST_AUTO_TEST_CASE(tasks_submitted_while_the_pool_starts_wait_for_it) {
  pool_rig pool{pool_of(1)};
  begun const start{pool->async_start()};
  auto const early = pool.submit(square(6));
  BOOST_TEST(pool.state() == "starting");
  BOOST_TEST(pool.value_of(early) == 36);
  BOOST_TEST(!pool.finish(start));
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_not_started_takes_no_tasks) {
  pool_rig pool{pool_of(1)};
  pool.error_of<pool_closed>(square(6));
}

BOOST_AUTO_TEST_CASE(what_a_task_throws_arrives_with_its_type_and_message) {
  running_pool pool;
  auto const plain = pool.error_of<task_failed>(throw_it("boo"));
  BOOST_TEST(plain.type() == "std::invalid_argument");
  BOOST_TEST(plain.message() == "boo");
  auto const own = pool.error_of<task_failed>(throw_it("own"));
  BOOST_TEST(own.type().ends_with("own_error"), own.type());
  BOOST_TEST(own.message() == "of its own");
  auto const no_exception = pool.error_of<task_failed>(throw_it("int"));
  BOOST_TEST(no_exception.type() == "int");
  BOOST_TEST(no_exception.message().empty());
  BOOST_TEST(pool.downs.empty());  // all by the same worker
}

BOOST_AUTO_TEST_CASE(an_error_names_its_task_and_correlation) {
  running_pool pool;
  auto const error = pool.error_of<task_failed>(throw_it("boo").with({.correlation_id = "request-77"}));
  std::string const what = error.what();
  BOOST_TEST(what.find("pool_apply_throw") != what.npos, what);
  BOOST_TEST(what.find("request-77") != what.npos, what);
  BOOST_TEST(what.find("boo") != what.npos, what);
}

BOOST_AUTO_TEST_CASE(a_task_knows_who_it_is) {
  running_pool pool;
  BOOST_TEST(pool.value_of(tell().with({.correlation_id = "abc"})) == "1 1 abc 0");
  BOOST_TEST(pool.value_of(tell()) == "2 1  0");
  auto const longest = std::string(256, 'x');
  BOOST_TEST(pool.value_of(tell().with({.correlation_id = longest})) == "3 1 " + longest + " 0");
}

BOOST_AUTO_TEST_CASE(progress_is_told_while_a_task_runs) {
  auto params = pool_of(1);
  params.progress_period = 1ms;
  pool_rig pool{params};
  pool.start();
  std::vector<double> seen;
  auto const call =
      pool.submit(progress_in_steps().with({.on_progress = [&](double done) { seen.push_back(done); }}));
  for (std::size_t step : {1U, 2U, 3U}) {
    pool.until([&] { return seen.size() >= step; });
    pool.board.add(step);
  }
  pool.value_of(call);
  BOOST_TEST(seen == (std::vector{0.25, 0.5, 1.0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
