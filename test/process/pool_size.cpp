// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A pool that grows, shrinks and is renewed while it works.

#include "pool_test.hpp"

#include <set>

BOOST_AUTO_TEST_SUITE(pool_size)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

struct running_pool : pool_rig {
  explicit running_pool(std::size_t workers) : pool_rig{pool_of(workers)} { start(); }

  std::set<pid_t> pids() const {
    std::set<pid_t> all;
    for (auto const& worker : pool->status().workers) all.insert(worker.pid);
    return all;
  }
};

// A stream of notes that never ends by itself: each one submits the next, until it is stopped.
class load {
 public:
  load(pool_rig& pool, std::size_t first_cell, std::size_t at_once) : pool_{pool}, next_{first_cell} {
    for (std::size_t i = 0; i < at_once; ++i) submit();
  }

  std::size_t ended() const { return ended_; }
  // Waits for what was submitted. Every one must have had a result.
  void stop() {
    go_on_ = false;
    pool_.until([&] { return running_ == 0; });
    BOOST_TEST(failures_ == (std::vector<std::string>{}), boost::test_tools::per_element());
  }

 private:
  void submit() {
    ++running_;
    pool_->async_apply(note(next_++), [this](std::exception_ptr error, std::uint32_t count) {
      --running_;
      ++ended_;
      if (error || count != 1) failures_.push_back(describe(error));
      if (go_on_) submit();
    });
  }

  pool_rig& pool_;
  std::size_t next_;
  std::size_t running_ = 0;
  std::size_t ended_ = 0;
  bool go_on_ = true;
  std::vector<std::string> failures_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_pool_that_grows_runs_what_waited) {
  running_pool pool{1};
  auto const busy = pool.enter_gate(0);
  auto const notes = pool.submit_notes(100, 50);
  BOOST_TEST(!pool.finish(pool->async_grow(2)));
  BOOST_TEST(pool->status().size == 3u);
  BOOST_TEST(pool->status().workers.size() == 3u);
  pool.require_noted_once(notes);  // while the first one is still busy
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(busy) == 0u);
}

BOOST_AUTO_TEST_CASE(no_task_fails_while_a_busy_pool_grows_and_shrinks) {
  running_pool pool{2};
  load notes{pool, 100, 100};
  for (std::size_t round = 0; round < 3; ++round) {
    BOOST_TEST(!pool.finish(pool->async_grow(2)));
    BOOST_TEST(pool->status().size == 4u);
    auto const ended = notes.ended();
    pool.until([&] { return notes.ended() > ended + 200; });
    BOOST_TEST(!pool.finish(pool->async_shrink(3)));
    BOOST_TEST(pool->status().size == 1u);
    BOOST_TEST(pool->status().workers.size() == 1u);
    BOOST_TEST(!pool.finish(pool->async_grow(1)));
  }
  notes.stop();
  for (auto const& exit : pool.downs) BOOST_TEST(exit.status.success(), to_string(exit));
}

BOOST_AUTO_TEST_CASE(a_shrink_takes_idle_workers_first) {
  running_pool pool{3};
  auto const busy = pool.enter_gate(0);
  BOOST_TEST(!pool.finish(pool->async_shrink(2)));
  BOOST_TEST(!busy.done());
  BOOST_TEST(pool->status().workers.size() == 1u);
  auto const notes = pool.submit_notes(100, 20);
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(busy) == 0u);
  pool.require_noted_once(notes);
}

BOOST_AUTO_TEST_CASE(a_busy_worker_ends_its_task_before_it_goes) {
  running_pool pool{2};
  auto const first = pool.enter_gate(0);
  auto const second = pool.enter_gate(2);
  auto const notes = pool.submit_notes(100, 50);
  begun const shrink{pool->async_shrink(1)};
  pool.until([&] {
    auto const workers = pool->status().workers;
    return std::ranges::count(workers, true, &pool_worker_status::draining) == 1;
  });
  pool.idle(20ms);
  BOOST_TEST(!shrink.done());
  pool.open_gate(0);
  pool.open_gate(2);
  BOOST_TEST(pool.value_of(first) == 0u);
  BOOST_TEST(pool.value_of(second) == 2u);
  BOOST_TEST(!pool.finish(shrink));
  pool.require_noted_once(notes);
  BOOST_TEST(pool->status().workers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_shrink_to_nothing_and_a_growth_beyond_all_bounds_are_refused) {
  running_pool pool{2};
  BOOST_TEST(pool.finish(pool->async_shrink(2)) == make_error_code(error::invalid_argument));
  BOOST_TEST(pool.finish(pool->async_shrink(100)) == make_error_code(error::invalid_argument));
  BOOST_TEST(pool.finish(pool->async_grow(999)) == make_error_code(error::invalid_argument));
  BOOST_TEST(pool.finish(pool->async_grow(~std::size_t{0})) == make_error_code(error::invalid_argument));
  BOOST_TEST(pool->status().size == 2u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
  BOOST_TEST(!pool.finish(pool->async_grow(0)));
  BOOST_TEST(!pool.finish(pool->async_shrink(0)));
  BOOST_TEST(pool->status().size == 2u);
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_not_started_is_not_resized) {
  pool_rig pool{pool_of(2)};
  BOOST_TEST(pool.finish(pool->async_grow(1)) == make_error_code(error::stopped));
  BOOST_TEST(pool.finish(pool->async_shrink(1)) == make_error_code(error::stopped));
  BOOST_TEST(pool.finish(pool->async_restart()) == make_error_code(error::stopped));
}

BOOST_AUTO_TEST_CASE(several_resizes_at_once_add_up) {
  running_pool pool{1};
  begun const one{pool->async_grow(1)};
  begun const two{pool->async_grow(2)};
  BOOST_TEST(!pool.finish(one));
  BOOST_TEST(!pool.finish(two));
  BOOST_TEST(pool->status().size == 4u);
  begun const three{pool->async_shrink(1)};
  begun const four{pool->async_shrink(2)};
  BOOST_TEST(!pool.finish(three));
  BOOST_TEST(!pool.finish(four));
  BOOST_TEST(pool->status().size == 1u);
  BOOST_TEST(pool->status().workers.size() == 1u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(a_restart_renews_every_worker_and_no_task_fails) {
  running_pool pool{2};
  auto const old = pool.pids();
  load notes{pool, 100, 60};
  BOOST_TEST(!pool.finish(pool->async_restart()));
  notes.stop();
  for (auto const pid : pool.pids()) BOOST_TEST(!old.contains(pid));
  BOOST_TEST(pool->status().workers.size() == 2u);
  BOOST_TEST(pool.downs.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_restart_waits_for_a_busy_worker_and_its_replacement_is_up_first) {
  running_pool pool{1};
  auto const busy = pool.enter_gate(0);
  begun const restart{pool->async_restart()};
  pool.until([&] { return pool.ups.size() == 2; });
  BOOST_TEST(pool.downs.empty());
  BOOST_TEST(pool.value_of(square(3)) == 9);  // by the new one
  BOOST_TEST(!restart.done());
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(busy) == 0u);
  BOOST_TEST(!pool.finish(restart));
  BOOST_TEST(pool.downs.size() == 1u);
  BOOST_TEST(pool->status().workers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(closing_ends_a_growth_and_a_shrink_that_wait) {
  running_pool pool{2};
  auto const first = pool.enter_gate(0);
  auto const second = pool.enter_gate(2);
  begun const shrink{pool->async_shrink(1)};
  begun const grow{pool->async_grow(1)};
  begun const close{pool->async_close()};
  pool.open_gate(0);
  pool.open_gate(2);
  pool.finish(shrink);
  pool.finish(grow);
  BOOST_TEST(!pool.finish(close));
  BOOST_TEST(first.done());
  BOOST_TEST(second.done());
}

BOOST_AUTO_TEST_SUITE_END()
