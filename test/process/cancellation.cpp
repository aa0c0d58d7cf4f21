// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

// What each cancelled operation leaves behind.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using kind = event_kind;

/// Of these indexes only those below `count` become ready.
ready_when only_first(std::size_t count) {
  return ready_when::check(
      [count](worker_view view) -> asio::awaitable<health_result> {
        co_return health_result{view.worker.index < count, "never"};
      },
      patience, 1ms);
}

struct cancelled : supervisor_fixture {
  /// Cancels it and lets it complete.
  void cancel(begun& operation, asio::cancellation_type type = asio::cancellation_type::terminal) {
    BOOST_TEST(!operation.done());
    operation.cancel(type);
    BOOST_TEST(!operation.done());  // not from inside the call
    BOOST_TEST(finish(operation) == aborted);
  }

  /// Runs until every worker of the name is in this state.
  void until_all(std::string_view name, worker_state state) {
    until([&] {
      auto const all = sup->status(name);
      return !all.empty() && std::ranges::all_of(all, [&](auto const& s) { return s.state == state; });
    });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cancellation, cancelled)

// ---- start -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_cancelled_start_stops_all_that_it_started) {
  auto spec = spec_of("w", "hang", {}, 3);
  spec.ready = only_first(2);
  start(spec_of("other", "hang"));
  begun starting{sup->async_start(spec)};
  until(kind::ready, "w", 2);
  cancel(starting);
  until_all("w", worker_state::stopped);
  BOOST_TEST(state_of("other") == "running");
  BOOST_TEST(sup->running_pids().size() == 1U);
  spec.ready = {};
  start(spec);  // and the name is free
}

BOOST_AUTO_TEST_CASE(every_type_of_cancellation_will_do) {
  using type = asio::cancellation_type;
  for (auto const t : {type::terminal, type::partial, type::total, type::all}) {
    auto spec = spec_of("w", "hang");
    spec.ready = only_first(0);
    begun starting{sup->async_start(spec)};
    until([&] { return !sup->running_pids().empty(); });
    cancel(starting, t);
    until_all("w", worker_state::stopped);
  }
}

BOOST_AUTO_TEST_CASE(a_start_cancelled_before_its_process_is_there_leaves_none) {
  begun starting{sup->async_start(spec_of("w", "hang", {}, 5))};
  cancel(starting);
  until([&] {
    auto const all = sup->status();
    return std::ranges::all_of(all, [](auto const& s) { return s.state == worker_state::stopped; });
  });
  BOOST_TEST(sup->running_pids().empty());
}

BOOST_AUTO_TEST_CASE(a_cancelled_start_of_a_group_stops_it_in_reverse_order) {
  group_spec group{.name = "g",
                   .workers = {spec_of("a", "hang"), spec_of("b", "hang"), spec_of("c", "hang")}};
  group.workers[2].ready = only_first(0);
  begun starting{sup->async_start(group)};
  until(kind::spawned, "c");
  cancel(starting);
  until(kind::stopped, {}, 3);
  BOOST_TEST(
      events.story({kind::exited}) == (std::vector<std::string>{"c/0 exited", "b/0 exited", "a/0 exited"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cancellation_after_the_completion_does_nothing) {
  begun starting{sup->async_start(spec_of("w", "hang"))};
  BOOST_TEST(finish(starting) == error_code{});
  starting.cancel();
  context.restart();
  context.poll();
  BOOST_TEST(state_of("w") == "running");
}

BOOST_AUTO_TEST_CASE(a_start_that_was_refused_stops_nothing_when_it_is_cancelled) {
  start(spec_of("w", "hang"));
  begun again{sup->async_start(spec_of("w", "hang"))};
  again.cancel();
  auto const ec = finish(again);
  BOOST_TEST((ec == aborted || ec == error::already_started));
  context.restart();
  context.poll();
  BOOST_TEST(state_of("w") == "running");
}

// ---- stop and remove -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_cancelled_stop_goes_on) {
  start(up_spec_of("w", "slow_exit", {"50"}, 2));
  begun stop{sup->async_stop("w")};
  until(kind::stopping, "w", 2);
  cancel(stop);
  until_all("w", worker_state::stopped);
  for (auto const& e : events.of(kind::exited)) BOOST_TEST(e.exit->status.success());
}

BOOST_AUTO_TEST_CASE(a_cancelled_stop_of_a_group_goes_on_to_its_first_member) {
  group_spec group{.name = "g", .workers = {up_spec_of("a", "hang"), up_spec_of("b", "slow_exit", {"50"})}};
  start(group);
  begun stop{sup->async_stop("g")};
  until(kind::stopping, "b");
  cancel(stop);
  until_all("g", worker_state::stopped);
}

BOOST_AUTO_TEST_CASE(a_cancelled_stop_all_goes_on) {
  start(up_spec_of("a", "slow_exit", {"50"}));
  start(up_spec_of("b", "slow_exit", {"50"}));
  begun stop{sup->async_stop_all()};
  until(kind::stopping, {}, 2);
  cancel(stop);
  until([&] { return sup->running_pids().empty(); });
}

BOOST_AUTO_TEST_CASE(the_cancellation_of_one_of_two_stops_is_not_that_of_the_other) {
  start(up_spec_of("w", "slow_exit", {"50"}));
  begun first{sup->async_stop("w")};
  begun const second{sup->async_stop("w")};
  until(kind::stopping, "w");
  cancel(first);
  BOOST_TEST(finish(second) == error_code{});
  BOOST_TEST(state_of("w") == "stopped");
}

BOOST_AUTO_TEST_CASE(a_cancelled_removal_goes_on) {
  start(up_spec_of("w", "slow_exit", {"50"}, 2));
  group_spec group{.name = "g", .workers = {up_spec_of("a", "slow_exit", {"50"})}};
  start(group);
  begun one{sup->async_remove("w")};
  begun other{sup->async_remove("g")};
  until(kind::stopping, {}, 3);
  cancel(one);
  cancel(other);
  until(kind::removed, {}, 3);
  BOOST_TEST(sup->status().empty());
}

// ---- restart and scale -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_cancelled_restart_goes_on) {
  start(up_spec_of("w", "slow_exit", {"50"}));
  begun restart{sup->async_restart("w")};
  until(kind::stopping, "w");
  cancel(restart);
  until(kind::ready, "w", 2);
  BOOST_TEST(status_of("w").worker.generation == 2U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_rolling_restart_goes_no_further) {
  start(up_spec_of("w", "slow_exit", {"50"}, 3));
  begun restart{sup->async_restart("w")};
  until(kind::stopping, "w");
  cancel(restart);
  until(kind::ready, "w", 4);
  // A restart of another worker takes as long as one that wrongly went on.
  start(up_spec_of("other", "slow_exit", {"50"}));
  BOOST_TEST(finish(sup->async_restart("other")) == error_code{});
  BOOST_TEST(status_of("w", 0).worker.generation == 2U);
  BOOST_TEST(status_of("w", 1).worker.generation == 1U);
  BOOST_TEST(status_of("w", 2).worker.generation == 1U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_restart_of_a_group_goes_on) {
  group_spec group{.name = "g", .workers = {up_spec_of("a", "hang"), up_spec_of("b", "slow_exit", {"50"})}};
  start(group);
  begun restart{sup->async_restart("g")};
  until(kind::stopping, "b");
  cancel(restart);
  until(kind::ready, "b", 2);
  BOOST_TEST(status_of("a").worker.generation == 2U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_scaling_goes_on_up_and_down) {
  bool open = false;
  auto spec = up_spec_of("w", "slow_exit", {"50"});
  auto const is_up = spec.ready.hook();
  spec.ready = ready_when::check(
      [&open, is_up](worker_view view) -> asio::awaitable<health_result> {
        if (view.worker.index != 0 && !open) co_return health_result{false, "not yet"};
        co_return co_await is_up(view);
      },
      patience, 1ms);
  start(spec);
  begun up{sup->async_scale("w", 3)};
  until(kind::spawned, "w", 3);
  cancel(up);
  open = true;
  until(kind::ready, "w", 3);
  begun down{sup->async_scale("w", 1)};
  until(kind::stopping, "w", 2);
  cancel(down);
  until(kind::removed, "w", 2);
  BOOST_TEST(sup->status("w").size() == 1U);
}

// ---- by the ways of Asio ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_start_that_loses_to_a_timer_is_cancelled) {
  using namespace asio::experimental::awaitable_operators;
  auto spec = spec_of("w", "hang");
  spec.ready = only_first(0);
  run([&]() -> asio::awaitable<void> {
    asio::steady_timer timer{context, 50ms};
    auto const result =
        co_await (sup->async_start(spec, asio::use_awaitable) || timer.async_wait(asio::use_awaitable));
    BOOST_TEST(result.index() == 1U);
  });
  until_all("w", worker_state::stopped);
}

BOOST_AUTO_TEST_CASE(a_cancelled_coroutine_cancels_what_it_waits_for) {
  auto spec = spec_of("w", "hang");
  spec.ready = only_first(0);
  asio::cancellation_signal signal;
  error_code seen;
  bool ended = false;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        try {
          co_await sup->async_start(spec);
        } catch (boost::system::system_error const& e) {
          seen = e.code();
        }
      },
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ended = true; }));
  until(kind::spawned, "w");
  signal.emit(asio::cancellation_type::terminal);
  until([&] { return ended; });
  BOOST_TEST(seen == aborted);
  until_all("w", worker_state::stopped);
}

BOOST_AUTO_TEST_SUITE_END()
