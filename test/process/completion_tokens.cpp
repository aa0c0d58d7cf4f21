// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <future>

// The operations with every kind of token, and where their handlers are called.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using kind = event_kind;

struct tokens : supervisor_fixture {
  /// Calls `f` with each operation of a supervisor in turn, all of which succeed. `w` and `g` are running.
  template <class F>
  void for_each_operation(F f) {
    group_spec const group{.name = "g", .workers = {spec_of("a", "hang"), spec_of("b", "hang")}};
    diagnostics diag;
    f([&](auto&& token) { return sup->async_start(spec_of("w", "hang"), token); });
    f([&](auto&& token) { return sup->async_start(spec_of("v", "hang"), diag, token); });
    f([&](auto&& token) { return sup->async_start(group, token); });
    f([&](auto&& token) { return sup->async_restart("w", token); });
    f([&](auto&& token) { return sup->async_restart("g", diag, token); });
    f([&](auto&& token) { return sup->async_scale("w", 2, token); });
    f([&](auto&& token) { return sup->async_scale("w", 3, diag, token); });
    f([&](auto&& token) { return sup->async_signal("w", SIGCONT, token); });
    f([&](auto&& token) { return sup->async_stop("w", token); });
    f([&](auto&& token) { return sup->async_stop("w", stop_options{.graceful = false}, token); });
    f([&](auto&& token) { return sup->async_remove("w", token); });
    f([&](auto&& token) { return sup->async_stop_all(token); });
    f([&](auto&& token) { return sup->async_stop_all(stop_options{.graceful = false}, token); });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_tokens, tokens)

BOOST_AUTO_TEST_CASE(a_callback_is_never_called_from_inside_the_call) {
  for_each_operation([&](auto initiate) {
    std::optional<error_code> result;
    initiate([&result](error_code ec) { result = ec; });
    BOOST_TEST(!result.has_value());
    until([&] { return result.has_value(); });
    BOOST_TEST(*result == error_code{});
  });
}

BOOST_AUTO_TEST_CASE(nor_is_one_of_a_call_that_fails_at_once) {
  std::optional<error_code> result;
  // From inside the context too, where a dispatch would call at once.
  asio::post(context, [&] {
    sup->async_stop("nobody", [&result](error_code ec) { result = ec; });
    BOOST_TEST(!result.has_value());
    sup->async_start(worker_spec{},
                     [](error_code ec) { BOOST_TEST(ec == error_code{error::invalid_argument}); });
    BOOST_TEST(!result.has_value());
  });
  until([&] { return result.has_value(); });
  BOOST_TEST(*result == error_code{error::not_found});
}

BOOST_AUTO_TEST_CASE(a_coroutine_awaits_each_without_a_token) {
  run([&]() -> asio::awaitable<void> {
    co_await sup->async_start(spec_of("w", "hang", {}, 2));
    co_await sup->async_restart("w");
    co_await sup->async_scale("w", 1);
    co_await sup->async_signal("w", SIGCONT);
    co_await sup->async_stop("w");
    co_await sup->async_remove("w");
    co_await sup->async_stop_all();
    BOOST_TEST(sup->status().empty());
  });
}

BOOST_AUTO_TEST_CASE(an_error_is_thrown_into_a_coroutine) {
  run([&]() -> asio::awaitable<void> {
    error_code thrown;
    try {
      co_await sup->async_stop("nobody");
    } catch (boost::system::system_error const& e) {
      thrown = e.code();
    }
    BOOST_TEST(thrown == error_code{error::not_found});
    auto const [ec] = co_await sup->async_stop("nobody", asio::as_tuple(asio::use_awaitable));
    BOOST_TEST(ec == error_code{error::not_found});
    auto const [deferred] = co_await sup->async_stop("nobody", asio::as_tuple(asio::deferred));
    BOOST_TEST(deferred == error_code{error::not_found});
    error_code redirected;
    co_await sup->async_stop("nobody", asio::redirect_error(asio::use_awaitable, redirected));
    BOOST_TEST(redirected == error_code{error::not_found});
  });
}

BOOST_AUTO_TEST_CASE(a_thread_waits_for_a_future) {
  {
    context_threads const threads{context, 1};
    for_each_operation([&](auto initiate) { get_soon(initiate(asio::use_future)); });
    auto failing = sup->async_stop("nobody", asio::use_future);
    BOOST_CHECK_THROW(get_soon(std::move(failing)), boost::system::system_error);
  }
  BOOST_TEST(sup->running_pids().empty());
}

BOOST_AUTO_TEST_CASE(operations_are_joined_by_and) {
  using namespace asio::experimental::awaitable_operators;
  run([&]() -> asio::awaitable<void> {
    co_await (sup->async_start(spec_of("a", "hang"), asio::use_awaitable) &&
              sup->async_start(spec_of("b", "hang"), asio::use_awaitable));
    BOOST_TEST(sup->running_pids().size() == 2U);
    co_await (sup->async_stop("a", asio::use_awaitable) && sup->async_stop("b", asio::use_awaitable));
    BOOST_TEST(sup->running_pids().empty());
  });
}

BOOST_AUTO_TEST_CASE(the_first_of_two_is_chosen_by_or) {
  using namespace asio::experimental::awaitable_operators;
  auto slow = spec_of("slow", "hang");
  slow.ready = ready_when::check([](worker_view) -> asio::awaitable<health_result> {
    co_return health_result{false, "never"};
  });
  run([&]() -> asio::awaitable<void> {
    auto const first = co_await (sup->async_start(slow, asio::use_awaitable) ||
                                 sup->async_start(spec_of("quick", "hang"), asio::use_awaitable));
    BOOST_TEST(first.index() == 1U);
  });
  until(kind::stopped, "slow");
  BOOST_TEST(state_of("quick") == "running");
}

BOOST_AUTO_TEST_CASE(a_handlers_own_executor_is_honoured) {
  asio::thread_pool pool{1};
  context_threads const threads{context, 1};
  for_each_operation([&](auto initiate) {
    std::promise<bool> there;
    initiate(asio::bind_executor(pool.get_executor(), [&](error_code ec) {
      there.set_value(!ec && pool.get_executor().running_in_this_thread());
    }));
    BOOST_TEST(get_soon(there.get_future()));
  });
  pool.join();
}

BOOST_AUTO_TEST_CASE(without_one_it_is_called_on_the_supervisors_executor) {
  for_each_operation([&](auto initiate) {
    bool called = false;
    initiate([&](error_code) {
      called = true;
      BOOST_TEST(context.get_executor().running_in_this_thread());
    });
    until([&] { return called; });
  });
}

BOOST_AUTO_TEST_CASE(a_strand_of_the_application_is_honoured) {
  auto const strand = asio::make_strand(context);
  bool called = false;
  sup->async_start(spec_of("w", "hang"), asio::bind_executor(strand, [&](error_code) {
                     called = true;
                     BOOST_TEST(strand.running_in_this_thread());
                   }));
  until([&] { return called; });
}

BOOST_AUTO_TEST_CASE(a_handler_that_can_only_be_moved_will_do) {
  auto owned = std::make_unique<int>(7);
  int seen = 0;
  sup->async_start(spec_of("w", "hang"), [&seen, owned = std::move(owned)](error_code) { seen = *owned; });
  until([&] { return seen == 7; });
}

BOOST_AUTO_TEST_CASE(a_handler_may_begin_the_next_operation) {
  bool done = false;
  sup->async_start(spec_of("w", "hang"), [&](error_code) {
    sup->async_restart("w", [&](error_code) {
      sup->async_remove("w", [&](error_code ec) {
        BOOST_TEST(!ec);
        done = true;
      });
    });
  });
  until([&] { return done; });
  BOOST_TEST(sup->status().empty());
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_leaves_run_and_harms_nothing) {
  start(spec_of("w", "hang"));
  sup->async_restart("w", [](error_code) { throw std::runtime_error{"mine"}; });
  BOOST_CHECK_THROW(until([] { return false; }), std::runtime_error);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
}

BOOST_AUTO_TEST_CASE(operations_outlive_a_moved_supervisor) {
  auto spec = spec_of("w", "hang");
  begun const starting{sup->async_start(spec)};
  supervisor moved{std::move(*sup)};
  BOOST_TEST(finish(starting) == error_code{});
  BOOST_TEST(moved.status("w").size() == 1U);
  begun const stop{moved.async_stop("w")};
  sup.emplace(std::move(moved));
  BOOST_TEST(finish(stop) == error_code{});
}

BOOST_AUTO_TEST_CASE(assigning_another_supervisor_ends_the_workers_of_the_old_one) {
  start(spec_of("w", "hang"));
  auto const process = open_pidfd(pid_of("w"));
  auto unready = spec_of("unready", "hang");
  unready.ready = ready_when::check([](worker_view) -> asio::awaitable<health_result> {
    co_return health_result{false, "never"};
  });
  begun const starting{sup->async_start(unready)};
  *sup = supervisor{context.get_executor(), {.logging = log_level::off}};
  BOOST_TEST(finish(starting) == aborted);
  require_readable(process.get());
  BOOST_TEST(sup->status().empty());
  start(spec_of("w", "hang"));
}

BOOST_AUTO_TEST_SUITE_END()
