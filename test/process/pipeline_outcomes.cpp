// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What becomes of a task that comes from outside, in each of the ways in which it can end.

#include "pipeline_test.hpp"

BOOST_AUTO_TEST_SUITE(pipeline_outcomes)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_task_is_run_by_its_name_and_its_result_published) {
  pipeline_rig rig;
  rig.run();
  auto const outcome = rig.outcome_of("json_square", "[7]");
  BOOST_TEST((outcome.what == verdict::complete));
  BOOST_TEST(outcome.result == "49");
  BOOST_TEST(outcome.reason.empty());
  BOOST_TEST(outcome.name == "json_square");
  BOOST_TEST(outcome.attempt == 1u);
  BOOST_TEST(outcome.worker.name.starts_with("pool."));
  BOOST_TEST(outcome.worker.generation == 1u);
  BOOST_TEST((outcome.duration > 0ns));
  BOOST_TEST(!rig.drain());
}

BOOST_AUTO_TEST_CASE(the_tasks_correlation_id_is_the_id_of_its_message) {
  pipeline_rig rig;
  rig.run();
  auto const outcome = rig.outcome_of("json_correlation", "[1]");
  BOOST_TEST(outcome.result == '"' + outcome.id + '"');
}

BOOST_AUTO_TEST_CASE(a_task_that_throws_has_failed_and_is_not_tried_again) {
  pipeline_rig rig;
  rig.run();
  auto const outcome = rig.outcome_of("json_deed", R"([1, "throw"])");
  BOOST_TEST((outcome.what == verdict::failed));
  BOOST_TEST(has(outcome.reason, "the deed"));
  BOOST_TEST(outcome.worker.name.starts_with("pool."));
}

BOOST_AUTO_TEST_CASE(a_task_that_asks_for_it_is_tried_again) {
  pipeline_rig rig;
  auto params = rig.quiet();
  params.retry.delay = 3s;
  params.retry.backoff = 2;
  rig.run(params);
  auto const outcome = rig.outcome_of(rig.source->add("json_retry", "[1]", 2));
  BOOST_TEST((outcome.what == verdict::retry));
  BOOST_TEST(has(outcome.reason, "not yet"));
  BOOST_TEST((outcome.delay == 6s));
}

BOOST_AUTO_TEST_CASE(the_last_attempt_ends_among_the_dead_letters) {
  pipeline_rig rig;
  rig.run();
  auto const outcome = rig.outcome_of(rig.source->add("json_retry", "[1]", 5));
  BOOST_TEST((outcome.what == verdict::dead_letter));
  BOOST_TEST(has(outcome.reason, "attempt 5 of 5: "));
  BOOST_TEST(has(outcome.reason, "not yet"));
}

BOOST_AUTO_TEST_CASE(a_task_that_was_delivered_too_often_is_not_run) {
  pipeline_rig rig;
  rig.run();
  auto const outcome = rig.outcome_of(rig.source->add("json_note", "[1]", 6));
  BOOST_TEST((outcome.what == verdict::dead_letter));
  BOOST_TEST(rig.board[1] == 0u);
}

BOOST_AUTO_TEST_CASE(a_task_whose_worker_died_is_tried_again) {
  pipeline_rig rig;
  rig.run();
  for (auto const* deed : {"kill", "exit", "segfault", "abort"}) {
    auto const outcome = rig.outcome_of("json_deed", std::string{"[1, \""} + deed + "\"]");
    BOOST_TEST((outcome.what == verdict::retry));
    BOOST_TEST(has(outcome.reason, "its worker died"));
    BOOST_TEST(outcome.worker.name.starts_with("pool."));
  }
  BOOST_TEST((rig.outcome_of("json_square", "[3]").what == verdict::complete));
}

BOOST_AUTO_TEST_CASE(a_task_that_passes_its_limit_is_tried_again) {
  pipeline_rig rig;
  auto params = rig.quiet();
  params.call.soft_limit = 20ms;
  rig.run(params);
  auto const soft = rig.outcome_of("json_until_stop", "[1]");
  BOOST_TEST((soft.what == verdict::complete));  // it ended by itself when it was asked to
  BOOST_TEST(!rig.drain());

  params.call = {};
  params.call.hard_limit = 20ms;
  rig.run(params);
  auto const hard = rig.outcome_of("json_never_end", "[3]");
  BOOST_TEST((hard.what == verdict::retry));
  BOOST_TEST(has(hard.reason, "hard limit"));
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_a_dead_letter_with_the_reason_and_stops_nothing) {
  pipeline_rig rig;
  rig.run();
  struct bad {
    char const* name;
    char const* payload;
    char const* reason;
  };
  for (auto const& [name, payload, reason] :
       {bad{"no_such_task", "[1]", "no_such_task"}, bad{"", "[1]", ""},
        bad{"pool_square", "[1]", "pool_square"}, bad{"json_square", "[1", ""},
        bad{"json_square", "[1] 2", ""}, bad{"json_square", "[1, 2]", "2"}, bad{"json_square", "[]", ""},
        bad{"json_square", "[\"one\"]", "argument 1"}, bad{"json_square", "[1e300]", "argument 1"},
        bad{"json_square", "\xff\xfe", ""}}) {
    auto const outcome = rig.outcome_of(name, payload);
    BOOST_TEST((outcome.what == verdict::dead_letter), name << payload << ": " << to_string(outcome.what));
    BOOST_TEST(has(outcome.reason, reason), outcome.reason);
    BOOST_TEST(!outcome.reason.empty());
  }
  BOOST_TEST(rig.outcome_of("json_square", "[3]").result == "9");
  BOOST_TEST(rig.line->status().dead_lettered == 10u);
}

BOOST_AUTO_TEST_CASE(the_application_judges_errors_where_it_wants_to) {
  pipeline_rig rig;
  auto params = rig.quiet();
  params.judge = [](task_message const& message, std::exception_ptr const& error) -> std::optional<verdict> {
    BOOST_TEST((error != nullptr));
    if (message.attempt == 2) return verdict::retry;
    if (message.attempt == 3) throw std::runtime_error{"no judgement"};
    if (message.attempt == 4) return verdict::complete;
    return std::nullopt;
  };
  rig.run(params);
  auto const outcome = [&](std::size_t attempt) {
    return rig.outcome_of(rig.source->add("json_deed", R"([1, "throw"])", attempt));
  };
  BOOST_TEST((outcome(1).what == verdict::failed));
  BOOST_TEST((outcome(2).what == verdict::retry));
  auto const thrown = outcome(3);
  BOOST_TEST((thrown.what == verdict::failed));
  BOOST_TEST(has(thrown.reason, "no judgement"));
  auto const forgiven = outcome(4);
  BOOST_TEST((forgiven.what == verdict::complete));
  BOOST_TEST(forgiven.result == "null");
}

BOOST_AUTO_TEST_CASE(each_outcome_is_told_before_it_is_published) {
  pipeline_rig rig;
  std::vector<std::string> told;
  auto params = rig.quiet();
  params.on_event = [&](pipeline_event const& event) {
    if (event.outcome) told.push_back(event.outcome->id + ' ' + to_string(event.outcome->what));
  };
  rig.source->publishing = pipeline_rig::mood::hanging;
  rig.run(params);
  rig.source->add("json_square", "[1]");
  rig.source->add("nothing", "[1]");
  rig.until([&] { return told.size() == 2; });
  std::ranges::sort(told);
  BOOST_TEST(told[0] == "id1 complete");
  BOOST_TEST(told[1] == "id2 dead_letter");
  BOOST_TEST(rig.source->published.empty());
}

BOOST_AUTO_TEST_CASE(under_random_deaths_each_task_is_published_once) {
  pipeline_rig rig{pool_of(4)};
  rig.run();
  std::size_t const count = 400;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 10 == 3)
      rig.source->add("json_deed", R"([1, "kill"])");
    else
      rig.source->add("json_square", "[2]");
  }
  rig.until_published(count);
  BOOST_TEST(!rig.drain());
  std::set<std::uint64_t> once;
  for (auto const& outcome : rig.source->published) once.insert(outcome.delivery);
  BOOST_TEST(once.size() == count);
  BOOST_TEST(rig.source->published.size() == count);
  BOOST_TEST(rig.source->count(verdict::retry) == count / 10);
  BOOST_TEST(rig.source->count(verdict::complete) == count - count / 10);
}

BOOST_AUTO_TEST_SUITE_END()
