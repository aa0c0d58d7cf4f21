// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Tasks that take their worker with them, and what becomes of everything else.

#include "pool_test.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

BOOST_AUTO_TEST_SUITE(pool_deaths)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace data = boost::unit_test::data;

// Does its deed where it is decoded.
struct bad_argument {
  std::string deed;
  template <class Archive>
  void save(Archive& archive) const {
    archive(deed);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(deed);
    tasks::perform(deed);
  }
};

// Does it where it is encoded.
struct bad_result {
  std::string deed;
  template <class Archive>
  void save(Archive& archive) const {
    tasks::perform(deed);
    archive(deed);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(deed);
  }
};

bad_result make_bad(std::string deed) { return {std::move(deed)}; }

task_fn<void(bad_argument)> const takes_bad{"pool_deaths_decoding", [](bad_argument const&) {}};
task_fn<bad_result(std::string)> const gives_bad{"pool_deaths_encoding", make_bad};

char const* const lethal[] = {"exit", "kill", "segfault", "abort"};
char const* const harmless[] = {"throw", "throw int"};
char const* const moments[] = {"decoding", "running", "encoding"};

exit_status status_of(std::string const& deed) {
  if (deed == "exit") return exit_status::from_code(3);
  if (deed == "kill") return exit_status::from_signal(SIGKILL, false);
  if (deed == "segfault") return exit_status::from_signal(SIGSEGV, false);
  return exit_status::from_signal(SIGABRT, false);
}

// Submits a task that does the deed in that moment, with others before and behind it, and returns its error. The
// others must each have run once.
std::exception_ptr error_among_others(pool_rig& pool, std::string const& what, std::string const& moment) {
  constexpr std::size_t others = 30;
  auto const before = pool.submit_notes(100, others);
  std::exception_ptr error;
  bool done = false;
  auto const handler = [&](std::exception_ptr e, auto const&...) {
    error = std::move(e);
    done = true;
  };
  if (moment == "decoding") pool->async_apply(takes_bad({what}), handler);
  if (moment == "running") pool->async_apply(deed(0, what), handler);
  if (moment == "encoding") pool->async_apply(gives_bad(what), handler);
  auto const behind = pool.submit_notes(100 + others, others);
  pool.until([&] { return done; });
  pool.require_noted_once(before);
  pool.require_noted_once(behind);
  return error;
}

std::string task_of(std::string const& moment) {
  return moment == "running" ? "pool_deed" : "pool_deaths_" + moment;
}

}  // namespace

BOOST_DATA_TEST_CASE(a_death_is_told_exactly_and_harms_no_other_task,
                     data::make(lethal) * data::make(moments), what, moment) {
  pool_rig pool{pool_of(2)};
  pool.start();
  auto const error = error_among_others(pool, what, moment);
  try {
    BOOST_REQUIRE(error);
    std::rethrow_exception(error);
  } catch (worker_lost const& e) {
    BOOST_TEST(e.exit().status == status_of(what));
    BOOST_TEST((e.exit().cause == exit_cause::itself), to_string(e.exit()));
    BOOST_TEST(e.exit().worker.name.starts_with("pool."));
    BOOST_TEST(e.exit().pid > 0);
    BOOST_TEST(e.exit().task.find(task_of(moment)) != std::string::npos, e.exit().task);
    BOOST_TEST(std::string{e.what()}.find(task_of(moment)) != std::string::npos, e.what());
  } catch (...) {
    BOOST_FAIL("ended with " << describe(error));
  }
  pool.until([&] { return pool.ups.size() == 3; });  // it is replaced
  BOOST_REQUIRE(pool.downs.size() == 1);
  BOOST_TEST(pool.downs[0].status == status_of(what));
  BOOST_TEST(pool->status().losses == 1u);
  BOOST_TEST(pool->status().failed == 1u);
}

BOOST_DATA_TEST_CASE(what_is_thrown_is_told_exactly_and_the_worker_lives_on,
                     data::make(harmless) * data::make(moments), what, moment) {
  pool_rig pool{pool_of(2)};
  pool.start();
  auto const error = error_among_others(pool, what, moment);
  try {
    BOOST_REQUIRE(error);
    std::rethrow_exception(error);
  } catch (task_failed const& e) {
    bool const is_int = std::string{what} == "throw int";
    BOOST_TEST((is_int || std::string{moment} == "running"));
    BOOST_TEST(e.type() == (is_int ? "int" : "std::domain_error"));
    BOOST_TEST(e.message() == (is_int ? "" : "the deed"));
  } catch (codec_error const& e) {
    BOOST_TEST(std::string{moment} != "running");
    BOOST_TEST(std::string{e.what()}.find("the deed") != std::string::npos, e.what());
  } catch (...) {
    BOOST_FAIL("ended with " << describe(error));
  }
  BOOST_TEST(pool.downs.empty());
  BOOST_TEST(pool->status().losses == 0u);
}

BOOST_AUTO_TEST_CASE(a_hundred_unstarted_tasks_of_a_killed_worker_run_on_others) {
  pool_rig pool{pool_of(2)};
  pool.start();
  auto const first = pool.enter_gate(0);
  auto const second = pool.enter_gate(2);
  auto const waiting = pool.submit_notes(100, 100);
  pool.until([&] { return pool->status().queued < 100; });  // some were handed over in advance
  ::kill(pool.pid_of(0), SIGKILL);
  pool.require_noted_once(waiting);  // on its replacement: the other one is still busy
  pool.open_gate(0);
  pool.open_gate(2);
  pool.until([&] { return first.done() && second.done(); });
  BOOST_TEST(first.result().has_value() != second.result().has_value());
  pool.error_of<worker_lost>(first.result().has_value() ? second : first);
  BOOST_TEST(pool->status().retried == 0u);
}

BOOST_AUTO_TEST_CASE(a_hundred_tasks_behind_one_that_kills_the_only_worker_run_on_its_replacement) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const bad = pool.submit(deed(0, "kill"));
  auto const waiting = pool.submit_notes(100, 100);
  pool.error_of<worker_lost>(bad);
  pool.require_noted_once(waiting);
  BOOST_TEST(pool.board[0] == 1u);
}

BOOST_AUTO_TEST_CASE(many_deaths_among_many_tasks_are_all_told_apart) {
  pool_rig pool{pool_of(3)};
  pool.start();
  std::vector<submitted<std::size_t>> bad;
  std::vector<submitted<std::uint32_t>> good;
  for (std::size_t i = 0; i < 200; ++i) {
    good.push_back(pool.submit(note(1000 + i)));
    if (i % 20 == 10) bad.push_back(pool.submit(deed(i, lethal[i / 20 % 4])));
  }
  for (auto const& task : bad) pool.error_of<worker_lost>(task);
  pool.require_noted_once(good);
  for (std::size_t i = 10; i < 200; i += 20) BOOST_TEST(pool.board[i] == 1u);
  BOOST_TEST(pool->status().losses == bad.size());
  BOOST_TEST(pool->status().succeeded == good.size());
}

// The one before has put its result in the ring when the next one kills the worker; the pool reads neither until
// the worker is dead.
BOOST_AUTO_TEST_CASE(a_result_written_just_before_the_worker_was_killed_is_delivered) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const pid = pool.pid_of();
  auto const gated = pool.enter_gate(0);
  auto const result = pool.submit(note(10));
  auto const lost = pool.submit(deed(11, "kill"));
  pool.until([&] { return pool->status().dispatched == 3; });
  pool.open_gate(0);
  require_end_of(pid);
  BOOST_TEST(!gated.done());
  BOOST_TEST(pool.value_of(gated) == 0u);
  BOOST_TEST(pool.value_of(result) == 1u);
  pool.error_of<worker_lost>(lost);
  BOOST_TEST(pool.board[10] == 1u);
}

BOOST_AUTO_TEST_CASE(a_worker_killed_while_idle_is_replaced_and_no_task_fails) {
  pool_rig pool{pool_of(1)};
  pool.start();
  for (std::size_t round = 1; round <= 5; ++round) {
    ::kill(pool.pid_of(), SIGKILL);
    BOOST_TEST(pool.value_of(note(round)) == 1u);
  }
  BOOST_TEST(pool->status().losses == 0u);
  BOOST_TEST(pool->status().failed == 0u);
}

BOOST_AUTO_TEST_CASE(a_stopped_worker_that_begins_nothing_is_killed_and_its_task_runs_elsewhere) {
  auto params = pool_of(1);
  params.claim_within = 200ms;
  pool_rig pool{params};
  pool.start();
  auto const pid = pool.value_of(worker_pid());
  ::kill(pid, SIGSTOP);
  auto const next = pool.value_of(worker_pid());
  BOOST_TEST(next != pid);
  BOOST_REQUIRE(pool.downs.size() == 1);
  BOOST_TEST(pool.downs[0].status.signal() == SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()
