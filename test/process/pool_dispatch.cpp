// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Which worker gets what: nothing waits behind a slow task while another worker is free; and how many tasks are in
// the pool at a time.

#include "pool_test.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <set>

BOOST_AUTO_TEST_SUITE(pool_dispatch)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

struct running_pool : pool_rig {
  explicit running_pool(pool_params params) : pool_rig{std::move(params)} { start(); }
};

pool_params pool_with_room_for(std::size_t max_in_flight, std::size_t workers = 1) {
  auto params = pool_of(workers);
  params.max_in_flight = max_in_flight;
  return params;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_slow_task_delays_no_other_while_another_worker_is_free) {
  running_pool pool{pool_of(2)};
  auto const slow = pool.submit(gate(0));
  auto const quick = pool.submit_notes(100, 100);
  pool.require_noted_once(quick);
  BOOST_TEST(!slow.done());
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(slow) == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_handed_to_a_busy_worker_is_taken_back_when_another_is_free) {
  auto params = pool_of(2);
  params.prefetch = 32;
  running_pool pool{params};
  auto const slow = pool.enter_gate(0);
  auto const other = pool.enter_gate(2);
  auto const quick = pool.submit_notes(100, 40);
  pool.until([&] {
    auto const workers = pool->status().workers;
    return std::ranges::all_of(workers, [](auto const& worker) { return worker.tasks > 2; });
  });
  pool.open_gate(2);
  BOOST_TEST(pool.value_of(other) == 2u);
  pool.require_noted_once(quick);
  BOOST_TEST(!slow.done());
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(slow) == 0u);
}

BOOST_AUTO_TEST_CASE(without_prefetch_a_worker_has_only_what_it_runs) {
  auto params = pool_of(2);
  params.prefetch = 0;
  running_pool pool{params};
  auto const first = pool.enter_gate(0);
  auto const second = pool.enter_gate(2);
  auto const notes = pool.submit_notes(100, 30);
  pool.until([&] { return pool->status().submitted == 32; });
  pool.idle(20ms);
  for (auto const& worker : pool->status().workers) BOOST_TEST(worker.tasks == 1u);
  BOOST_TEST(pool->status().queued == 30u);
  pool.open_gate(0);
  pool.open_gate(2);
  pool.require_noted_once(notes);
}

BOOST_AUTO_TEST_CASE(all_workers_have_something_to_do) {
  running_pool pool{pool_of(4)};
  std::vector<submitted<std::size_t>> gates;
  for (std::size_t i = 0; i < 4; ++i) gates.push_back(pool.submit(gate(2 * i)));
  for (std::size_t i = 0; i < 4; ++i) pool.until_counted(2 * i);  // all at the same time
  for (std::size_t i = 0; i < 4; ++i) pool.open_gate(2 * i);
  for (auto const& task : gates) pool.value_of(task);
}

BOOST_AUTO_TEST_CASE(a_long_queue_is_run_by_all_workers) {
  running_pool pool{pool_of(2)};
  auto const first = pool.submit(gate(0));
  auto const others = pool.submit_notes(100, 1000);
  pool.until_counted(0);
  pool.require_noted_once(others);  // none of them waits behind the first
  auto const last = pool.submit(gate(2));
  pool.until_counted(2);
  pool.open_gate(0);
  pool.open_gate(2);
  pool.value_of(first);
  pool.value_of(last);
  for (auto const& worker : pool->status().workers) BOOST_TEST(worker.completed >= 1u);
}

BOOST_AUTO_TEST_CASE(spinning_changes_no_result) {
  for (auto const& [worker, own] : {std::pair{0us, 0us}, {50us, 0us}, {0us, 50us}, {50us, 50us}}) {
    auto params = pool_of(2);
    params.spin = worker;
    params.pool_spin = own;
    running_pool pool{params};
    for (int i = 0; i < 100; ++i) BOOST_TEST(pool.value_of(square(i)) == i * i);
    pool.require_noted_once(pool.submit_notes(100, 500));
  }
}

BOOST_AUTO_TEST_CASE(a_submission_beyond_the_most_in_flight_waits_and_resumes) {
  running_pool pool{pool_with_room_for(10, 2)};
  auto const first = pool.enter_gate(0);
  auto const second = pool.enter_gate(2);
  auto const notes = pool.submit_notes(100, 100);
  pool.until([&] { return pool->status().submitted == 102; });
  auto const status = pool->status();
  BOOST_TEST(status.queued + status.dispatched == 10u);
  BOOST_TEST(status.waiting == 92u);
  pool.open_gate(0);
  pool.open_gate(2);
  for (auto const& task : notes) {
    BOOST_TEST(pool.value_of(task) == 1u);
    auto const now = pool->status();
    BOOST_REQUIRE(now.queued + now.dispatched <= 10);
  }
  BOOST_TEST(pool->status().waiting == 0u);
}

BOOST_AUTO_TEST_CASE(tasks_are_admitted_in_the_order_of_their_submission) {
  auto params = pool_with_room_for(1);
  params.prefetch = 0;
  running_pool pool{params};
  std::vector<int> order;
  auto const busy = pool.enter_gate(0);
  for (int i = 0; i < 50; ++i)
    pool->async_apply(square(i), [&, i](std::exception_ptr, int) { order.push_back(i); });
  pool.open_gate(0);
  pool.until([&] { return order.size() == 50; });
  BOOST_TEST(std::ranges::is_sorted(order));
}

BOOST_AUTO_TEST_CASE(a_submitter_may_wait_for_room) {
  running_pool pool{pool_with_room_for(3)};
  BOOST_TEST(!pool.finish(pool->async_wait_for_room()));
  auto const busy = pool.enter_gate(0);
  auto const notes = pool.submit_notes(100, 2);
  pool.until([&] { return pool->status().submitted == 3; });
  begun const room{pool->async_wait_for_room()};
  begun cancelled{pool->async_wait_for_room()};
  pool.idle(20ms);
  BOOST_TEST(!room.done());
  cancelled.cancel();
  BOOST_TEST(pool.finish(cancelled) == aborted);
  pool.open_gate(0);
  BOOST_TEST(!pool.finish(room));
  pool.require_noted_once(notes);
}

BOOST_AUTO_TEST_CASE(a_producer_that_waits_for_room_never_queues_up) {
  running_pool pool{pool_with_room_for(8, 2)};
  std::size_t most = 0;
  int ended = 0;
  pool.run([&]() -> asio::awaitable<void> {
    for (int i = 0; i < 500; ++i) {
      co_await pool->async_wait_for_room();
      pool->async_apply(square(i), [&](std::exception_ptr, int) { ++ended; });
      auto const status = pool->status();
      most = std::max(most, status.waiting + status.queued + status.dispatched);
    }
  });
  pool.until([&] { return ended == 500; });
  BOOST_TEST(most <= 8u);
}

BOOST_AUTO_TEST_CASE(who_waits_for_room_hears_that_there_will_be_none) {
  running_pool pool{pool_with_room_for(1)};
  auto const busy = pool.enter_gate(0);
  begun const room{pool->async_wait_for_room()};
  pool.idle(10ms);
  begun const close{pool->async_close()};
  BOOST_TEST(pool.finish(room) == make_error_code(error::stopped));
  pool.open_gate(0);
  BOOST_TEST(!pool.finish(close));
}

BOOST_AUTO_TEST_CASE(what_waits_for_its_admission_is_run_by_a_close) {
  running_pool pool{pool_with_room_for(2)};
  auto const notes = pool.submit_notes(100, 50);
  BOOST_TEST(!pool.finish(pool->async_close()));
  pool.require_noted_once(notes);
}

BOOST_AUTO_TEST_SUITE_END()
