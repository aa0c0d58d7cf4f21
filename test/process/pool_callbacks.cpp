// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Handlers and callbacks that call back into the pool, until its destruction, and those that throw.

#include "pool_test.hpp"

#include <boost/asio/multiple_exceptions.hpp>

BOOST_AUTO_TEST_SUITE(pool_callbacks)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

struct running_pool : pool_rig {
  explicit running_pool(pool_params params = pool_of(1)) : pool_rig{std::move(params)} { start(); }

  // Runs the context until it throws that.
  template <class Exception>
  void require_throw() {
    context.restart();
    BOOST_CHECK_THROW(context.run_for(patience), Exception);
  }
};

void ignore(error_code) {}

void half_done(std::size_t cell) {
  this_task::progress(0.5);
  tasks::until_stop(cell);
}

task_fn<void(std::size_t)> const says_half{"pool_callbacks_half", half_done};

}  // namespace

BOOST_AUTO_TEST_CASE(no_handler_is_called_from_inside_the_call) {
  pool_rig pool{pool_of(1)};
  bool inside = true;
  int called = 0;
  auto const handler = [&](auto&&...) {
    BOOST_TEST(!inside);
    ++called;
  };
  pool->async_apply(square(1), handler);
  pool->async_wait_for_room(handler);
  pool->async_grow(1, handler);
  pool->async_shrink(1, handler);
  pool->async_restart(handler);
  pool->async_start(handler);
  pool->async_start(handler);
  inside = false;
  pool.until([&] { return called == 7; });
  inside = true;
  pool->async_close(handler);
  pool->async_apply(square(1), handler);  // refused
  pool->async_join(handler);
  inside = false;
  pool.until([&] { return called == 10; });
}

BOOST_AUTO_TEST_CASE(a_handler_may_submit) {
  running_pool pool;
  int value = 8;
  std::function<void(std::exception_ptr, int)> const handler = [&](std::exception_ptr error, int result) {
    BOOST_TEST(!error);
    value = result;
    if (value < 16'000'000) pool->async_apply(square(value), handler);
  };
  pool->async_apply(square(value), handler);
  pool.until([&] { return value > 16'000'000; });
  BOOST_TEST(value == 16'777'216);
}

BOOST_AUTO_TEST_CASE(a_handler_may_close) {
  running_pool pool;
  std::optional<error_code> closed;
  pool->async_apply(square(2),
                    [&](std::exception_ptr, int) { pool->async_close([&](error_code ec) { closed = ec; }); });
  auto const others = pool.submit_notes(100, 20);
  pool.until([&] { return closed.has_value(); });
  BOOST_TEST(!*closed);
  pool.require_noted_once(others);
}

BOOST_AUTO_TEST_CASE(a_handler_may_terminate) {
  running_pool pool;
  pool->async_apply(square(2), [&](std::exception_ptr, int) { pool->terminate(); });
  auto const stuck = pool.submit(never_end(0));
  pool.error_of<pool_closed>(stuck);
  BOOST_TEST(!pool.finish(pool->async_join()));
}

BOOST_AUTO_TEST_CASE(a_tasks_handler_may_destroy_the_pool) {
  running_pool pool;
  bool called = false;
  pool->async_apply(square(2), [&](std::exception_ptr, int) {
    pool.pool.reset();
    called = true;
  });
  auto const behind = pool.submit_notes(100, 50);
  auto const stuck = pool.submit(never_end(0));
  pool.until([&] { return called; });
  pool.error_of<pool_closed>(stuck);
  for (auto const& task : behind) pool.until([&] { return task.done(); });
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_lost_task_may_destroy_the_pool) {
  running_pool pool;
  bool called = false;
  pool->async_apply(deed(0, "kill"), [&](std::exception_ptr, std::size_t) {
    pool.pool.reset();
    called = true;
  });
  auto const behind = pool.submit_notes(100, 50);
  pool.until([&] { return called; });
  for (auto const& task : behind) pool.error_of<pool_closed>(task);
}

BOOST_AUTO_TEST_CASE(the_handler_of_an_operation_may_destroy_the_pool) {
  using action = std::function<void(process_pool&, std::function<void(error_code)>)>;
  action const actions[] = {
      [](auto& pool, auto handler) { pool.async_close(handler); },
      [](auto& pool, auto handler) { pool.async_grow(1, handler); },
      [](auto& pool, auto handler) { pool.async_shrink(1, handler); },
      [](auto& pool, auto handler) { pool.async_restart(handler); },
      [](auto& pool, auto handler) { pool.async_wait_for_room(handler); },
  };
  for (auto const& act : actions) {
    running_pool pool{pool_of(2)};
    bool called = false;
    act(*pool.pool, [&](error_code) {
      pool.pool.reset();
      called = true;
    });
    pool.until([&] { return called; });
  }
  pool_rig pool{pool_of(2)};
  bool called = false;
  pool->async_start([&](error_code) {
    pool.pool.reset();
    called = true;
  });
  pool.until([&] { return called; });
}

BOOST_AUTO_TEST_CASE(a_callback_of_the_pool_may_destroy_it) {
  for (std::string const which : {"up", "down", "armed", "disarmed", "accepted", "timeout", "progress"}) {
    BOOST_TEST_CONTEXT(which) {
      std::optional<pool_rig> rig;
      bool called = false;
      auto const destroy = [&](std::string const& now) {
        if (now != which || called) return;
        called = true;
        rig->pool.reset();
      };
      auto params = pool_of(2);
      params.soft_limit = 50ms;
      params.progress_period = 1ms;
      params.on_worker_up = [&](auto const&) { destroy("up"); };
      params.on_worker_down = [&](auto const&) { destroy("down"); };
      params.on_limit_armed = [&](auto const&, task_limit) { destroy("armed"); };
      params.on_limit_disarmed = [&](auto const&, task_limit) { destroy("disarmed"); };
      rig.emplace(params);
      (*rig)->async_start(ignore);
      call_options const options{.on_accepted = [&](auto const&) { destroy("accepted"); },
                                 .on_timeout = [&](auto const&, task_limit) { destroy("timeout"); },
                                 .on_progress = [&](double) { destroy("progress"); }};
      auto const tasks = rig->submit_notes(100, 20);
      auto const asked = rig->submit(says_half(0).with(options));
      auto const lost = rig->submit(deed(10, "kill").with(options));
      rig->until([&] { return called; });
      rig->until([&] { return asked.done() && lost.done(); });
      for (auto const& task : tasks) rig->until([&] { return task.done(); });
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_tasks_handler_throws_leaves_run_and_no_other_result_is_lost) {
  running_pool pool;
  auto const before = pool.submit_notes(100, 20);
  pool->async_apply(square(2), [](std::exception_ptr, int) { throw std::length_error{"from the handler"}; });
  auto const behind = pool.submit_notes(120, 20);
  pool.require_throw<std::length_error>();
  pool.require_noted_once(before);
  pool.require_noted_once(behind);
  BOOST_TEST(pool->status().succeeded == 41u);
  BOOST_TEST(!pool.finish(pool->async_close()));
}

// What several handlers throw that were called one after the other comes as one (asio::multiple_exceptions).
BOOST_AUTO_TEST_CASE(what_many_handlers_throw_leaves_run_and_all_are_called) {
  running_pool pool{pool_of(2)};
  int called = 0;
  for (int i = 0; i < 10; ++i)
    pool->async_apply(square(i), [&](std::exception_ptr, int) {
      ++called;
      throw std::length_error{"from the handler"};
    });
  int thrown = 0;
  while (called < 10) try {
      pool.until([&] { return called == 10; });
    } catch (std::length_error const&) {
      ++thrown;
    } catch (boost::asio::multiple_exceptions const&) {
      ++thrown;
    }
  BOOST_TEST(thrown >= 1);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(what_the_handlers_of_lost_and_cancelled_tasks_throw_harms_nobody) {
  running_pool pool;
  pool->async_apply(deed(0, "kill"),
                    [](std::exception_ptr, std::size_t) { throw std::length_error{"from the handler"}; });
  auto const behind = pool.submit_notes(100, 20);
  pool.require_throw<std::length_error>();
  pool.require_noted_once(behind);

  auto const busy = pool.enter_gate(2);
  boost::asio::cancellation_signal signal;
  pool->async_apply(note(10),
                    boost::asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr, std::uint32_t) {
                      throw std::out_of_range{"from the other"};
                    }));
  signal.emit(boost::asio::cancellation_type::terminal);
  pool.require_throw<std::out_of_range>();
  pool.open_gate(2);
  BOOST_TEST(pool.value_of(busy) == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_callback_throws_leaves_run_and_its_task_ends) {
  running_pool pool;
  auto const call = pool.submit(square(4).with(
      {.on_accepted = [](task_info const&) { throw std::length_error{"from the callback"}; }}));
  pool.require_throw<std::length_error>();
  BOOST_TEST(pool.value_of(call) == 16);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(what_on_worker_up_throws_leaves_run_and_the_pool_works) {
  auto params = pool_of(1);
  params.on_worker_up = [](worker_id const&) { throw std::length_error{"from the callback"}; };
  pool_rig pool{params};
  std::optional<error_code> started;
  pool->async_start([&](error_code ec) { started = ec; });
  pool.context.restart();
  BOOST_CHECK_THROW(pool.context.run_for(patience), std::length_error);
  pool.until([&] { return started.has_value(); });
  BOOST_TEST(!*started);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(a_task_is_accepted_once_a_worker_has_begun_it) {
  running_pool pool;
  auto const busy = pool.enter_gate(0);
  std::vector<task_info> accepted;
  auto const call = pool.submit(gate(10).with(
      {.correlation_id = "c", .on_accepted = [&](task_info const& task) { accepted.push_back(task); }}));
  pool.until([&] { return pool->status().dispatched == 2; });
  pool.idle(20ms);
  BOOST_TEST(accepted.empty());
  pool.open_gate(0);
  pool.until([&] { return !accepted.empty(); });  // while it runs
  BOOST_TEST(!call.done());
  pool.open_gate(10);
  BOOST_TEST(pool.value_of(call) == 10u);
  BOOST_REQUIRE(accepted.size() == 1);
  BOOST_TEST(accepted[0].id == 2u);
  BOOST_TEST(accepted[0].name == "pool_gate");
  BOOST_TEST(accepted[0].correlation_id == "c");
  BOOST_TEST(accepted[0].attempt == 1u);
  BOOST_TEST(accepted[0].worker == pool.ups.at(0));
}

BOOST_AUTO_TEST_CASE(workers_are_told_of_when_they_come_and_go) {
  running_pool pool{pool_of(2)};
  pool.until([&] { return pool.ups.size() == 2; });
  auto const which = pool->status().workers.at(0).worker;
  BOOST_TEST(pool->terminate_worker(which));
  pool.until([&] { return pool.ups.size() == 3; });
  BOOST_REQUIRE(pool.downs.size() == 1);
  BOOST_TEST(pool.downs[0].worker == which);
  BOOST_TEST(!pool.finish(pool->async_close()));
  pool.until([&] { return pool.downs.size() == 3; });
}

BOOST_AUTO_TEST_SUITE_END()
