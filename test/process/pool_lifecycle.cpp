// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Start, close, terminate, join, and the end of a pool that is destroyed or gives up.

#include "pool_test.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

BOOST_AUTO_TEST_SUITE(pool_lifecycle)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

struct running_pool : pool_rig {
  explicit running_pool(std::size_t workers = 1) : pool_rig{pool_of(workers)} { start(); }
};

bool no_process(pool_status const& status) {
  return std::ranges::all_of(status.workers, [](auto const& worker) { return worker.pid == 0; });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pool_that_is_never_started_starts_nothing) {
  pool_rig pool{pool_of(2)};
  BOOST_TEST(pool.state() == "idle");
  pool.idle(20ms);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_start_completes_when_all_workers_are_ready) {
  pool_rig pool{pool_of(3)};
  pool.start();
  auto const status = pool->status();
  BOOST_TEST(pool.state() == "running");
  BOOST_TEST(status.size == 3u);
  BOOST_REQUIRE(status.workers.size() == 3);
  for (auto const& worker : status.workers) {
    BOOST_TEST(worker.ready);
    BOOST_TEST(worker.pid > 0);
    BOOST_TEST(worker.worker.name.starts_with("pool"), worker.worker);
    BOOST_TEST(worker.worker.generation == 1u);
  }
  pool.until([&] { return pool.ups.size() == 3; });
}

BOOST_AUTO_TEST_CASE(a_pool_has_as_many_workers_as_there_are_processors_where_nothing_is_said) {
  BOOST_TEST(default_concurrency() >= 1u);
  BOOST_TEST(default_concurrency() <= std::max(1U, std::thread::hardware_concurrency()));
  pool_rig pool{pool_of(0)};
  pool.start();
  BOOST_TEST(pool->status().workers.size() == default_concurrency());
}

BOOST_AUTO_TEST_CASE(a_pool_is_started_once) {
  running_pool pool;
  BOOST_TEST(pool.finish(pool->async_start()) == make_error_code(error::already_started));
  BOOST_TEST(!pool.finish(pool->async_close()));
  BOOST_TEST(pool.finish(pool->async_start()) == make_error_code(error::already_started));
}

BOOST_AUTO_TEST_CASE(a_start_that_is_cancelled_leaves_no_process) {
  pool_rig pool{pool_of(2)};
  begun start{pool->async_start()};
  start.cancel();
  BOOST_TEST(pool.finish(start) == aborted);
  pool.until([&] { return !has_children(); });
}

BOOST_AUTO_TEST_CASE(close_runs_what_it_has_to_its_end) {
  running_pool pool{2};
  auto const busy = pool.enter_gate(0);
  auto const notes = pool.submit_notes(100, 200);
  begun const close{pool->async_close()};
  pool.until([&] { return pool->status().succeeded > 100; });
  BOOST_TEST(pool.state() == "closing");
  BOOST_TEST(!close.done());
  pool.open_gate(0);
  BOOST_TEST(!pool.finish(close));
  BOOST_TEST(busy.done());
  pool.require_noted_once(notes);
  BOOST_TEST(pool.state() == "closed");
  BOOST_TEST(no_process(pool->status()));
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_closing_pool_replaces_a_worker_that_dies_and_ends_its_tasks) {
  running_pool pool;
  auto const bad = pool.submit(deed(0, "kill"));
  auto const notes = pool.submit_notes(100, 50);
  BOOST_TEST(!pool.finish(pool->async_close()));
  pool.error_of<worker_lost>(bad);
  pool.require_noted_once(notes);
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_closed_takes_no_tasks) {
  running_pool pool;
  auto const busy = pool.enter_gate(0);
  begun const close{pool->async_close()};
  auto const late = pool.submit(note(10));
  pool.error_of<pool_closed>(late);
  pool.open_gate(0);
  BOOST_TEST(!pool.finish(close));
  pool.error_of<pool_closed>(note(10));
  BOOST_TEST(pool.board[10] == 0u);
  BOOST_TEST(pool.finish(pool->async_wait_for_room()) == make_error_code(error::stopped));
  BOOST_TEST(pool.finish(pool->async_grow(1)) == make_error_code(error::stopped));
  BOOST_TEST(pool.finish(pool->async_shrink(1)) == make_error_code(error::stopped));
  BOOST_TEST(pool.finish(pool->async_restart()) == make_error_code(error::stopped));
}

BOOST_AUTO_TEST_CASE(closing_twice_is_fine) {
  running_pool pool;
  auto const busy = pool.enter_gate(0);
  begun const first{pool->async_close()};
  begun const second{pool->async_close()};
  pool.idle(10ms);
  BOOST_TEST(!second.done());
  pool.open_gate(0);
  BOOST_TEST(!pool.finish(first));
  BOOST_TEST(!pool.finish(second));
  BOOST_TEST(!pool.finish(pool->async_close()));
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_not_started_can_be_closed) {
  pool_rig pool{pool_of(1)};
  BOOST_TEST(!pool.finish(pool->async_close()));
  pool.error_of<pool_closed>(note(0));
  BOOST_TEST(!pool.finish(pool->async_join()));
  BOOST_TEST(pool.state() == "closed");
}

BOOST_AUTO_TEST_CASE(terminate_ends_all_tasks_at_once) {
  running_pool pool{2};
  auto const busy = pool.enter_gate(0);
  auto const stuck = pool.submit(never_end(2));
  pool.until_counted(2);
  auto const notes = pool.submit_notes(100, 100);
  pool->terminate();
  pool.error_of<pool_closed>(busy);
  pool.error_of<pool_closed>(stuck);
  for (auto const& task : notes) pool.error_of<pool_closed>(task);
  BOOST_TEST(!pool.finish(pool->async_join()));
  BOOST_TEST(pool.state() == "closed");
  BOOST_TEST(!has_children());
  for (std::size_t i = 0; i < 100; ++i) BOOST_TEST(pool.board[100 + i] == 0u);
  pool.error_of<pool_closed>(note(10));
  pool->terminate();
}

BOOST_AUTO_TEST_CASE(terminate_ends_a_close_that_waits) {
  running_pool pool;
  auto const stuck = pool.submit(never_end(0));
  pool.until_counted(0);
  begun const close{pool->async_close()};
  pool.idle(10ms);
  pool->terminate();
  BOOST_TEST(!pool.finish(close));
  pool.error_of<pool_closed>(stuck);
}

BOOST_AUTO_TEST_CASE(join_waits_and_does_not_close) {
  running_pool pool;
  begun const join{pool->async_join()};
  BOOST_TEST(pool.value_of(square(3)) == 9);
  pool.idle(20ms);
  BOOST_TEST(!join.done());
  BOOST_TEST(pool.state() == "running");
  BOOST_TEST(!pool.finish(pool->async_close()));
  BOOST_TEST(!pool.finish(join));
}

BOOST_AUTO_TEST_CASE(destruction_ends_all_that_is_pending) {
  running_pool pool{2};
  auto const stuck = pool.submit(never_end(0));
  pool.until_counted(0);
  auto const notes = pool.submit_notes(100, 100);
  begun const join{pool->async_join()};
  begun const close{pool->async_close()};
  auto const pid = pool.pid_of();
  pool.pool.reset();
  pool.error_of<pool_closed>(stuck);
  for (auto const& task : notes) {
    pool.until([&] { return task.done(); });
    if (!task.result()) pool.error_of<pool_closed>(task);
  }
  BOOST_TEST(pool.finish(join) == aborted);
  BOOST_TEST(pool.finish(close) == aborted);
  pool.until([&] { return !exists(pid); });
}

BOOST_AUTO_TEST_CASE(a_pool_can_be_moved_while_tasks_run) {
  running_pool pool;
  auto const busy = pool.enter_gate(0);
  process_pool other{std::move(*pool.pool)};
  auto const next = submitted{other, square(3)};
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(busy) == 0u);
  BOOST_TEST(pool.value_of(next) == 9);
  pool.pool.emplace(pool.context.get_executor(), pool_of(1));
  auto const ended = pool.submit(square(1));
  *pool.pool = std::move(other);
  pool.error_of<pool_closed>(ended);
  BOOST_TEST(pool.value_of(square(4)) == 16);
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_owns_its_pool_goes_with_its_context) {
  auto const descriptors = [] {
    asio::io_context context;
    shared_board board;
    auto params = pool_of(1);
    params.process.descriptors.push_back(board.passed());
    asio::co_spawn(
        context,
        [&context, params]() -> asio::awaitable<void> {
          process_pool pool{context.get_executor(), params};
          co_await pool.async_start();
          co_await pool.async_apply(never_end(0));
        },
        asio::detached);
    auto const deadline = clock::now() + patience;
    while (board[0] == 0 && clock::now() < deadline) context.run_one_for(2ms);
    BOOST_TEST(board[0] == 1u);
    return open_descriptors();
  };
  descriptors();
  require_soon([] { return !has_children(); });
  auto const before = open_descriptors();
  descriptors();
  require_soon([] { return !has_children(); });
  BOOST_TEST(open_descriptors() <= before);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_terminated_is_replaced_and_only_what_it_ran_is_lost) {
  running_pool pool{2};
  auto const first = pool.enter_gate(0);
  auto const second = pool.enter_gate(2);
  auto const notes = pool.submit_notes(100, 50);
  auto const which = pool->status().workers.at(0).worker;
  BOOST_TEST(!pool->terminate_worker({which.name, which.index, which.generation + 1}));
  BOOST_TEST(!pool->terminate_worker({"nobody", 0, 0}));
  BOOST_TEST(pool->terminate_worker(which));
  pool.require_noted_once(notes);
  pool.open_gate(0);
  pool.open_gate(2);
  pool.until([&] { return first.done() && second.done(); });
  BOOST_TEST(first.result().has_value() != second.result().has_value());
  auto const lost = pool.error_of<worker_lost>(first.result().has_value() ? second : first);
  BOOST_TEST(lost.exit().worker == which);
  BOOST_TEST(!pool->terminate_worker(which));  // it is gone
}

BOOST_AUTO_TEST_SUITE_END()
