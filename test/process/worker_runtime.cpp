// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/worker.hpp"
#include "worker_runtime_harness.hpp"

#include <fstream>

BOOST_AUTO_TEST_SUITE(worker_runtime)

namespace {

using namespace runtime_test;

constexpr int code(worker_exit e) { return static_cast<int>(e); }

started_worker::params scripted(std::string start, std::string stop) {
  return {.program = "runtime_class",
          .type = "scripted",
          .args = {std::move(start), std::move(stop)},
          .env = {{handshake::stop_grace_ms, "100"}}};
}

started_worker::params function(std::string type, std::vector<std::string> args = {}) {
  return {.program = "runtime_function", .type = std::move(type), .args = std::move(args)};
}

// Every way to ask a worker to stop.
using request = void (*)(started_worker&);
constexpr std::pair<char const*, request> requests[] = {
    {"SIGTERM", [](started_worker& w) { w.signal(SIGTERM); }},
    {"SIGINT", [](started_worker& w) { w.signal(SIGINT); }},
    {"the supervisor's request", [](started_worker& w) { w.ask_to_stop(); }},
    {"the supervisor's death", [](started_worker& w) { w.desert(); }},
};

// A worker whose supervisor died kills its group at the end of its shutdown, and itself with it.
bool ended_well(started_worker& worker, std::string_view after) {
  return worker.end() == (after == "the supervisor's death" ? -SIGKILL : 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(stop_is_called_exactly_once_whatever_start_and_stop_do_and_the_exit_code_tells) {
  struct {
    char const* start;
    bool asked;
    worker_exit code;
    char const* failure;
  } const starts[] = {
      {"returns", false, worker_exit::success, ""},
      {"throws", false, worker_exit::start_failed, "start threw: no luck"},
      {"throws_42", false, worker_exit::start_failed, "start threw: something that is no std::exception"},
      {"suspends_and_throws", false, worker_exit::start_failed, "start threw: no luck later"},
      {"waits", true, worker_exit::success, ""},
      {"waits_and_returns", true, worker_exit::success, ""},
      {"waits_and_throws", true, worker_exit::start_failed, "start threw: no luck at the end"},
      {"ignores", true, worker_exit::start_ignored_cancellation,
       "start did not end within 100 ms after it was cancelled"},
  };
  struct {
    char const* stop;
    worker_exit code;
    char const* failure;
  } const stops[] = {
      {"returns", worker_exit::success, ""},
      {"throws", worker_exit::stop_failed, "stop threw: no luck"},
      {"ignores", worker_exit::stop_timed_out, "stop did not end within 100 ms"},
  };
  for (auto const& start : starts)
    for (auto const& stop : stops) {
      BOOST_TEST_CONTEXT("start " << start.start << ", stop " << stop.stop) {
        started_worker worker{scripted(start.start, stop.stop)};
        worker.expect(control_kind::hello);
        if (start.asked) {
          worker.expect(control_kind::ready);
          worker.ask_to_stop();
        }
        bool const start_is_to_blame = start.code != worker_exit::success;
        BOOST_TEST(worker.end() == code(start_is_to_blame ? start.code : stop.code));
        BOOST_TEST(worker.counter("starts") == 1U);
        BOOST_TEST(worker.counter("stops") == 1U);

        std::string failures;
        for (auto const& message : worker.all_that_is_left())
          if (message.kind == control_kind::failure) failures += message.text;
        BOOST_TEST(failures == (start_is_to_blame ? start.failure : stop.failure));
      }
    }
}

BOOST_AUTO_TEST_CASE(a_signal_a_request_and_the_supervisors_death_lead_to_the_same_shutdown) {
  for (auto const& [name, ask] : requests) {
    BOOST_TEST_CONTEXT(name) {
      started_worker worker{scripted("waits", "returns")};
      worker.expect(control_kind::hello);
      worker.expect(control_kind::ready);
      BOOST_TEST((worker.its_page().stage() == page_layout::worker_stage::ready));
      ask(worker);
      BOOST_TEST(ended_well(worker, name));
      BOOST_TEST(worker.counter("stops") == 1U);
      BOOST_TEST((worker.its_page().stage() == page_layout::worker_stage::stopping));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_function_worker_is_asked_to_stop_in_the_same_four_ways) {
  for (auto const& [name, ask] : requests) {
    BOOST_TEST_CONTEXT(name) {
      started_worker worker{function("waits")};
      worker.expect(control_kind::hello);
      worker.expect(control_kind::ready);
      ask(worker);
      BOOST_TEST(ended_well(worker, name));
      BOOST_TEST((worker.its_page().stage() == page_layout::worker_stage::stopping));
    }
  }
}

BOOST_AUTO_TEST_CASE(all_requests_at_once_are_one) {
  started_worker worker{scripted("waits", "returns")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.ask_to_stop();
  worker.signal(SIGTERM);
  worker.signal(SIGINT);
  worker.ask_to_stop();
  worker.signal(SIGTERM);
  BOOST_TEST(worker.end() == 0);
  BOOST_TEST(worker.counter("stops") == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_during_the_construction_leads_past_start_to_stop) {
  for (auto const& [name, ask] : requests) {
    BOOST_TEST_CONTEXT(name) {
      auto params = scripted("waits", "returns");
      params.type = "slow_constructor";
      started_worker worker{params};
      worker.expect(control_kind::hello);
      worker.expect(control_kind::ready);
      ask(worker);
      BOOST_TEST(ended_well(worker, name));
      BOOST_TEST(worker.counter("starts") == 0U);
      BOOST_TEST(worker.counter("stops") == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_request_during_stop_changes_nothing) {
  started_worker worker{{.program = "runtime_class", .type = "waiting_stop"}};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.ask_to_stop();
  BOOST_TEST(worker.end() == 0);
  BOOST_TEST(worker.counter("stops") == 1U);
}

BOOST_AUTO_TEST_CASE(a_constructor_that_throws_is_told_and_nothing_else_is_called) {
  started_worker worker{{.program = "runtime_class", .type = "throwing_constructor"}};
  worker.expect(control_kind::hello);
  BOOST_TEST(worker.expect(control_kind::failure).text == "the constructor threw: nothing to build on");
  BOOST_TEST(worker.end() == code(worker_exit::construction_failed));
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_ends_the_worker_orderly) {
  auto params = scripted("waits", "returns");
  params.type = "throwing_handler";
  started_worker worker{params};
  BOOST_TEST(worker.end() == code(worker_exit::start_failed));
  BOOST_TEST(worker.counter("stops") == 1U);
  bool told = false;
  for (auto const& message : worker.all_that_is_left())
    told |= message.text == "a handler on the event loop threw: handled badly";
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(a_start_that_returns_at_once_was_ready) {
  started_worker worker{scripted("returns", "returns")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.expect(control_kind::goodbye);
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(a_start_that_throws_at_once_was_never_ready) {
  started_worker worker{scripted("throws", "returns")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::failure);
  worker.expect(control_kind::goodbye);
  BOOST_TEST(worker.end() == code(worker_exit::start_failed));
}

BOOST_AUTO_TEST_CASE(the_loop_beats_by_itself_and_a_blocked_loop_does_not) {
  pipe_ends input;
  started_worker worker{{.program = "runtime_class",
                         .type = "blocked_loop",
                         .env = {{handshake::beat_period_ms, "1"}},
                         .descriptors = {{input.read.get(), 0}}}};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  auto const before = worker.its_page().beats();
  BOOST_TEST(before >= 1U);
  BOOST_TEST(!worker.ends_within(50ms));
  BOOST_TEST(worker.its_page().beats() == before);

  BOOST_REQUIRE(::write(input.write.get(), "x", 1) == 1);
  auto const latest = std::chrono::steady_clock::now() + deadline;
  while (worker.its_page().beats() < before + 5 && std::chrono::steady_clock::now() < latest)
    BOOST_REQUIRE(!worker.ends_within(1ms));
  BOOST_TEST(worker.its_page().beats() >= before + 5);
  worker.ask_to_stop();
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(a_function_workers_beats_are_counted) {
  started_worker worker{function("beats")};
  BOOST_TEST(worker.end() == 0);
  BOOST_TEST(worker.its_page().beats() == 1001U);
}

BOOST_AUTO_TEST_CASE(what_is_left_on_the_loop_is_destroyed_before_the_object_is) {
  started_worker worker{
      {.program = "runtime_class", .type = "messy", .env = {{handshake::stop_grace_ms, "50"}}}};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.ask_to_stop();
  BOOST_TEST(worker.end() == code(worker_exit::start_ignored_cancellation));
  BOOST_TEST(worker.counter("destroyed") == 4U);
}

BOOST_AUTO_TEST_CASE(what_stop_leaves_on_the_loop_has_a_moment_to_end) {
  started_worker worker{{.program = "runtime_class", .type = "leaving"}};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.ask_to_stop();
  BOOST_TEST(worker.end() == code(worker_exit::success));
  BOOST_TEST(worker.counter("leftovers") == 1U);
}

BOOST_AUTO_TEST_CASE(a_function_worker_keeps_its_own_exit_code) {
  for (int expected : {0, 5, 99}) {
    started_worker worker{function("returns", {std::to_string(expected)})};
    BOOST_TEST(worker.end() == expected);
  }
}

BOOST_AUTO_TEST_CASE(a_function_that_throws_is_told) {
  started_worker worker{function("throws")};
  worker.expect(control_kind::hello);
  BOOST_TEST(worker.expect(control_kind::failure).text == "the function threw: no luck");
  BOOST_TEST(worker.end() == code(worker_exit::start_failed));
}

BOOST_AUTO_TEST_CASE(a_signal_wakes_a_function_that_sleeps_in_a_system_call) {
  started_worker worker{function("sleeps")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  // One signal may come just before the call.
  do worker.signal(SIGTERM);
  while (!worker.ends_within(10ms));
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(the_last_words_are_the_peak_memory) {
  started_worker worker{function("returns", {"0"})};
  worker.expect(control_kind::hello);
  auto const peak = worker.expect(control_kind::goodbye).number;
  BOOST_TEST(peak > 500'000U);
  BOOST_TEST(peak < (std::uint64_t{1} << 40));
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(counters_are_seen_while_the_worker_is_stopped_and_after_it_was_killed) {
  started_worker worker{function("counts")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.stop_and_wait_until_it_is();
  auto const stopped = worker.its_page().read().counters;
  BOOST_TEST(stopped.size() == 7U);
  for (auto const& value : stopped) {
    BOOST_TEST(value.value >= 1U);
    BOOST_TEST(value.is_flag == value.name.ends_with(" on"));
  }
  BOOST_TEST(worker.counter("shared") + 3 >=
             worker.counter("one") + worker.counter("two") + worker.counter("three"));
  BOOST_TEST((worker.its_page().read().counters == stopped));
  worker.signal(SIGKILL);
  BOOST_TEST(worker.end() == -SIGKILL);
  BOOST_TEST((worker.its_page().read().counters == stopped));
}

BOOST_AUTO_TEST_CASE(a_thread_that_still_counts_does_not_hurt_the_end) {
  started_worker worker{function("leaves_thread")};
  BOOST_TEST(worker.end() == 0);
  BOOST_TEST(worker.counter("n") >= 1U);
}

BOOST_AUTO_TEST_CASE(wrong_names_of_counters_are_errors_in_the_worker) {
  started_worker worker{function("wrong_names")};
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(a_page_written_with_nonsense_is_reported_and_hurts_nobody) {
  started_worker worker{function("scribbles")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  BOOST_TEST(worker.its_page().violation().value() ==
             "the page's magic number is 0xa5a5a5a5a5a5a5a5, not 0x3147504556454552");
  BOOST_TEST(worker.its_page().read().counters.empty());
  BOOST_TEST((worker.its_page().stage() == page_layout::worker_stage::starting));
  worker.ask_to_stop();
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
