// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What a sink is told of the attempts at its task.

#include "pool/pool_impl.hpp"
#include "pool_test.hpp"
#include "reeve/detail/pool_ops.hpp"

BOOST_AUTO_TEST_SUITE(pool_runs)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

struct run {
  worker_id worker;
  std::chrono::nanoseconds time;
};

// What a sink was told, in its order.
struct told {
  std::vector<run> runs;
  std::size_t runs_before_the_end = 0;
  bool ended = false;
  std::exception_ptr error;
};

class telling_sink final : public detail::task_sink {
 public:
  explicit telling_sink(std::shared_ptr<told> what) : what_{std::move(what)} {}

  void ran(worker_id const& worker, std::chrono::nanoseconds time) override {
    what_->runs.push_back({worker, time});
  }
  void succeed(std::string_view) override { end({}); }
  void fail(std::exception_ptr error) override { end(std::move(error)); }

 private:
  void end(std::exception_ptr error) {
    BOOST_CHECK_MESSAGE(!what_->ended, "a task ended twice");
    what_->ended = true;
    what_->error = std::move(error);
    what_->runs_before_the_end = what_->runs.size();
    delete this;
  }

  std::shared_ptr<told> what_;
};

// A pool whose inside can be reached.
struct inner_pool {
  boost::asio::io_context context;
  shared_board board;
  std::shared_ptr<detail::pool_impl> pool;

  explicit inner_pool(pool_params params = pool_of(1)) {
    params.process.descriptors.push_back(board.passed());
    pool = std::make_shared<detail::pool_impl>(context.get_executor(), std::move(params));
    pool->begin();
    bool started = false;
    pool->start(pool_operation::make([&](error_code ec) { started = !ec; }, nullptr, context.get_executor()));
    until([&] { return started; });
  }
  ~inner_pool() {
    pool->destroy();
    context.restart();
    context.run_for(patience);
  }

  template <class Condition>
  void until(Condition condition) {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    auto const work = boost::asio::make_work_guard(context);
    context.restart();
    while (!condition()) {
      BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, "it did not happen");
      context.run_one_for(2ms);
    }
  }

  std::uint64_t last = 0;
  template <class R>
  std::shared_ptr<told> submit(task_call<R> call) {
    auto what = std::make_shared<told>();
    last = detail::new_task_id(*pool);
    detail::submit_task(pool, last, std::move(detail::call_access::data(call)), true,
                        std::make_unique<telling_sink>(what));
    return what;
  }
  template <class R>
  std::shared_ptr<told> run(task_call<R> call) {
    auto what = submit(std::move(call));
    until([&] { return what->ended; });
    BOOST_TEST(what->runs_before_the_end == what->runs.size());
    return what;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_sink_is_told_of_the_run_before_its_result) {
  inner_pool pool;
  auto const what = pool.run(square(3));
  BOOST_TEST((what->error == nullptr));
  BOOST_REQUIRE(what->runs.size() == 1u);
  BOOST_TEST(what->runs[0].worker == pool.pool->status().workers.at(0).worker);
  BOOST_TEST(what->runs[0].time.count() > 0);
}

BOOST_AUTO_TEST_CASE(a_sink_is_told_of_the_run_before_its_error) {
  inner_pool pool;
  auto const what = pool.run(deed(0, "throw"));
  BOOST_TEST((what->error != nullptr));
  BOOST_REQUIRE(what->runs.size() == 1u);
  BOOST_TEST(what->runs[0].time.count() > 0);
}

BOOST_AUTO_TEST_CASE(a_sink_is_told_how_long_its_task_ran) {
  inner_pool pool;
  auto const what = pool.submit(gate(0));
  pool.until([&] { return pool.board[0] == 1; });
  auto const begun = std::chrono::steady_clock::now();
  pool.context.run_for(20ms);
  auto const at_least = std::chrono::steady_clock::now() - begun;
  pool.board.add(1);
  pool.until([&] { return what->ended; });
  BOOST_REQUIRE(what->runs.size() == 1u);
  BOOST_TEST((what->runs[0].time >= at_least));
}

BOOST_AUTO_TEST_CASE(a_sink_is_told_of_each_run_that_a_worker_died_over) {
  inner_pool pool;
  auto const lost = pool.run(deed(0, "kill"));
  BOOST_TEST((lost->error != nullptr));
  BOOST_REQUIRE(lost->runs.size() == 1u);
  BOOST_TEST((lost->runs[0].time == 0ns));

  auto const mended = pool.run(deed_in_attempts(1, "kill", 2).with({.max_attempts = 3}));
  BOOST_TEST((mended->error == nullptr));
  BOOST_REQUIRE(mended->runs.size() == 3u);
  BOOST_TEST(mended->runs[0].worker.generation < mended->runs[1].worker.generation);
  BOOST_TEST(mended->runs[1].worker.generation < mended->runs[2].worker.generation);
  BOOST_TEST((mended->runs[1].time == 0ns));
  BOOST_TEST((mended->runs[2].time > 0ns));
}

BOOST_AUTO_TEST_CASE(a_sink_is_told_of_a_run_that_its_limit_ended) {
  inner_pool pool;
  auto const what = pool.run(never_end(0).with({.hard_limit = 50ms}));
  BOOST_TEST(describe(what->error).starts_with("reeve::task_timed_out"));
  BOOST_TEST(what->runs.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_sink_is_not_told_of_a_run_that_never_began) {
  inner_pool pool;
  auto const busy = pool.submit(gate(0));
  pool.until([&] { return pool.board[0] == 1; });
  auto const waiting = pool.submit(note(2));
  detail::cancel_task(pool.pool, pool.last);
  pool.until([&] { return waiting->ended; });
  BOOST_TEST(is_aborted(waiting->error));
  BOOST_TEST(waiting->runs.empty());
  auto const refused = pool.run(square(3).with({.max_attempts = 0}));
  BOOST_TEST((refused->error != nullptr));
  BOOST_TEST(refused->runs.empty());
  pool.board.add(1);
  pool.until([&] { return busy->ended; });
  BOOST_TEST(pool.board[2] == 0u);
}

BOOST_AUTO_TEST_CASE(a_sink_is_not_told_of_a_worker_that_died_before_it_began) {
  inner_pool pool;
  auto const busy = pool.submit(gate(0));
  pool.until([&] { return pool.board[0] == 1; });
  auto const behind = pool.submit(note(2));  // the only worker has it already
  ::kill(pool.pool->status().workers.at(0).pid, SIGKILL);
  pool.until([&] { return busy->ended && behind->ended; });
  BOOST_TEST(busy->runs.size() == 1u);
  BOOST_REQUIRE(behind->runs.size() == 1u);
  BOOST_TEST(behind->runs[0].worker.generation == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
