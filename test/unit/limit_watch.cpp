// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/limit_watch.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(limit_watch)

using namespace std::chrono_literals;

namespace {

using due = reeve::limit_watch::due;

reeve::limit_watch::time_point const noon{1h};

}  // namespace

BOOST_AUTO_TEST_CASE(a_limit_counts_from_the_start_and_not_from_the_offer) {
  reeve::limit_watch watch{{.soft = 1s, .hard = 2s}};
  watch.offered(noon);
  BOOST_TEST((watch.next(noon) == noon + 1s));         // it may have begun at once
  BOOST_TEST((watch.next(noon + 10s) == noon + 11s));  // it has not: nothing can be due sooner
  BOOST_TEST((watch.look({.started = noon + 10s}, noon + 10s) == due::nothing));
  BOOST_TEST((watch.look({.started = noon + 10s}, noon + 11s) == due::soft));
  BOOST_TEST((watch.look({.started = noon + 10s}, noon + 11s) == due::nothing));  // once
  BOOST_TEST((watch.next(noon + 11s) == noon + 12s));
  BOOST_TEST((watch.look({.started = noon + 10s}, noon + 12s) == due::hard));
}

BOOST_AUTO_TEST_CASE(a_start_is_believed_between_the_offer_and_now) {
  reeve::limit_watch early{{.hard = 2s}};
  early.offered(noon);
  BOOST_TEST((early.look({.started = noon - 1h}, noon + 1s) == due::nothing));
  BOOST_TEST((early.next(noon + 1s) == noon + 2s));

  reeve::limit_watch late{{.hard = 2s}};
  late.offered(noon);
  BOOST_TEST((late.look({.started = noon + 1h}, noon + 1s) == due::nothing));
  BOOST_TEST((late.look({.started = noon + 2h}, noon + 3s) == due::hard));  // what was believed once stays
}

BOOST_AUTO_TEST_CASE(each_element_has_the_limits_for_itself) {
  reeve::limit_watch watch{{.soft = 1s, .hard = 2s}};
  watch.offered(noon);
  BOOST_TEST((watch.look({.started = noon, .element = 0}, noon + 1s) == due::soft));
  BOOST_TEST(watch.soft_passed());
  BOOST_TEST((watch.look({.started = noon + 1500ms, .element = 1}, noon + 2s) == due::nothing));
  BOOST_TEST(!watch.soft_passed());
  BOOST_TEST((watch.look({.started = noon + 1500ms, .element = 1}, noon + 2500ms) == due::soft));
}

BOOST_AUTO_TEST_CASE(what_is_still_seen_of_an_element_that_has_ended_is_passed_over) {
  reeve::limit_watch watch{{.hard = 2s}};
  watch.offered(noon);
  BOOST_TEST((watch.look({.started = noon, .element = 0}, noon + 1s) == due::nothing));
  watch.next_element(1);
  BOOST_TEST((watch.look({.started = noon, .element = 0}, noon + 3s) == due::nothing));
  BOOST_TEST((watch.next(noon + 3s) == noon + 5s));
  BOOST_TEST((watch.look({.started = noon + 3s, .element = 1}, noon + 5s) == due::hard));
}

BOOST_AUTO_TEST_CASE(of_several_elements_the_next_one_may_have_begun_unseen) {
  reeve::limit_watch watch{{.soft = 1s}, true};
  watch.offered(noon);
  BOOST_TEST((watch.look({.started = noon, .element = 0}, noon + 1s) == due::soft));
  BOOST_TEST((watch.next(noon + 1s) == noon + 2s));
  BOOST_TEST((watch.look({.started = noon + 1s, .element = 1}, noon + 2s) == due::soft));
}

BOOST_AUTO_TEST_CASE(a_limit_of_zero_is_none) {
  reeve::limit_watch watch{{}};
  watch.offered(noon);
  BOOST_TEST(!watch.has_limits());
  BOOST_TEST(!watch.next(noon).has_value());
  BOOST_TEST((watch.look({.started = noon}, noon + 1000h) == due::nothing));
}

BOOST_AUTO_TEST_CASE(what_was_cancelled_has_its_grace_and_no_longer) {
  reeve::limit_watch watch{{.hard = 1min}};
  watch.offered(noon);
  watch.cancelled(noon + 1s, 5s);
  BOOST_TEST(watch.is_cancelled());
  BOOST_TEST((watch.next(noon + 1s) == noon + 6s));
  BOOST_TEST((watch.look({.started = noon}, noon + 5s) == due::nothing));
  BOOST_TEST((watch.look({.started = noon}, noon + 6s) == due::hard));
}

BOOST_AUTO_TEST_CASE(another_attempt_has_its_limits_anew) {
  reeve::limit_watch watch{{.soft = 1s}};
  watch.offered(noon);
  BOOST_TEST((watch.look({.started = noon}, noon + 1s) == due::soft));
  watch.offered(noon + 10s);
  BOOST_TEST(!watch.soft_passed());
  BOOST_TEST((watch.look({.started = noon + 10s}, noon + 10500ms) == due::nothing));
  BOOST_TEST((watch.look({.started = noon + 10s}, noon + 11s) == due::soft));
}

BOOST_AUTO_TEST_SUITE_END()
