// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "live_supervisor.hpp"

#include <stdexcept>

// Exits that are restarted and not counted against the budget.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

/// It ends at once, and no restart of it that counts comes soon enough for a test.
worker_spec ending(std::string name, std::string code = "1") {
  auto spec = spec_of(std::move(name), "exit_with", {std::move(code)});
  spec.restart = {.delay = 1h, .max_delay = 1h, .max_restarts = 1};
  return spec;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uncounted_exits)

BOOST_AUTO_TEST_CASE(they_are_restarted_at_once_until_one_counts) {
  live_supervisor sup;
  std::vector<exit_record> asked;
  std::size_t told_before = 0;
  auto spec = ending("w", "7");
  spec.counts_against_budget = [&](exit_record const& exit) {
    asked.push_back(exit);
    told_before +=
        sup.events.matching([&](auto const& e) { return e.kind == kind::exited && e.worker == exit.worker; })
            .size();
    return exit.worker.generation >= 6;
  };
  sup.start(spec);
  sup.await(kind::backoff);
  BOOST_TEST(sup.events.count(kind::exited) == 6U);
  BOOST_TEST(told_before == 0U);
  BOOST_REQUIRE(asked.size() == 6U);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    BOOST_TEST(asked[i].worker == (worker_id{"w", 0, i + 1}));
    BOOST_TEST(asked[i].status.code() == 7);
    BOOST_TEST(asked[i].pid > 0);
  }
}

BOOST_AUTO_TEST_CASE(one_counts_where_the_question_throws) {
  live_supervisor sup;
  auto spec = ending("w");
  spec.restart.max_restarts = 0;
  spec.counts_against_budget = [](exit_record const&) -> bool { throw std::runtime_error{"no idea"}; };
  sup.start(spec);
  sup.await(kind::failed);
  BOOST_TEST(sup.events.count(kind::exited) == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_asks_about_what_is_not_restarted_or_was_commanded_or_never_started) {
  live_supervisor sup;
  int asked = 0;
  auto const count = [&asked](exit_record const&) {
    ++asked;
    return false;
  };
  auto clean = ending("clean", "0");
  clean.restart.mode = restart_mode::on_failure;
  auto absent = spec_of("absent", "no_such_program");
  absent.restart.max_restarts = 0;
  auto hang = spec_of("hang", "hang");
  for (auto* spec : {&clean, &absent, &hang}) spec->counts_against_budget = count;
  sup.start(clean);
  sup.await(kind::finished);
  BOOST_TEST(sup.finish(sup->async_start(absent)).value() == ENOENT);
  sup.await(kind::failed);  // it counted
  sup.start(hang);
  BOOST_TEST(sup.restart("hang") == error_code{});
  BOOST_TEST(sup.stop("hang") == error_code{});
  BOOST_TEST(asked == 0);
  sup.start(hang);
  BOOST_TEST(sup.signal("hang", SIGKILL) == error_code{});
  sup.await(kind::ready, 4, "hang");
  BOOST_TEST(asked == 1);
}

BOOST_AUTO_TEST_CASE(a_member_is_asked_about_only_where_its_group_leaves_the_restart_to_it) {
  for (auto const strategy : {group_strategy::one_for_one, group_strategy::one_for_all}) {
    live_supervisor sup;
    int asked = 0;
    auto member = spec_of("w", "hang");
    member.restart.max_restarts = 0;
    member.counts_against_budget = [&asked](exit_record const&) {
      ++asked;
      return false;
    };
    sup.start(group_spec{.name = "g",
                         .strategy = strategy,
                         .workers = {member},
                         .restart = {.delay = 1ms, .jitter = 0, .max_restarts = 1}});
    for (std::size_t lives = 2; lives <= 3; ++lives) {
      BOOST_TEST(sup.signal("w", SIGKILL) == error_code{});
      bool const together = strategy == group_strategy::one_for_all;
      sup.await(together && lives == 3 ? kind::failed : kind::ready, together && lives == 3 ? 1 : lives);
    }
    BOOST_TEST(asked == (strategy == group_strategy::one_for_one ? 2 : 0));
  }
}

BOOST_AUTO_TEST_SUITE_END()
