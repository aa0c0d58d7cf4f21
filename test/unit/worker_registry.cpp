// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/worker.hpp"
#include "worker/registry.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(worker_registry)

namespace {

using registry = reeve::worker_registry;

int one(reeve::worker&) { return 1; }
int two(reeve::worker&) { return 2; }

struct feed {
  explicit feed(reeve::worker&) {}
  boost::asio::awaitable<void> start() { co_return; }
  boost::asio::awaitable<void> stop() { co_return; }
};

struct no_stop {
  explicit no_stop(reeve::worker&) {}
  boost::asio::awaitable<void> start() { co_return; }
};

static_assert(reeve::class_worker<feed>);
static_assert(!reeve::class_worker<no_stop>);
static_assert(!reeve::class_worker<int>);

REEVE_WORKER("registry test: class", feed);
REEVE_FUNCTION_WORKER("registry test: function", one);

}  // namespace

BOOST_AUTO_TEST_CASE(the_macros_register_a_class_and_a_function_under_their_names) {
  auto const of_class = registry::global().find("registry test: class");
  auto const of_function = registry::global().find("registry test: function");
  BOOST_REQUIRE(of_class.has_value());
  BOOST_REQUIRE(of_function.has_value());
  BOOST_TEST(std::holds_alternative<reeve::detail::class_worker_factory>(*of_class));
  BOOST_TEST(std::get<reeve::detail::function_worker>(*of_function) == &one);
}

BOOST_AUTO_TEST_CASE(a_program_can_ask_whether_a_worker_is_registered) {
  BOOST_TEST(reeve::is_registered_worker("registry test: class"));
  BOOST_TEST(!reeve::is_registered_worker("registry test: nobody"));
  BOOST_TEST(!reeve::is_registered_worker(""));
}

BOOST_AUTO_TEST_CASE(two_workers_of_one_name_are_a_duplicate_and_the_first_is_kept) {
  registry r;
  r.add("name", &one);
  BOOST_TEST(!r.duplicate().has_value());
  r.add("name", &two);
  BOOST_TEST(r.duplicate().value() == "name");
  BOOST_TEST(std::get<reeve::detail::function_worker>(*r.find("name")) == &one);
}

BOOST_AUTO_TEST_CASE(a_class_and_a_function_of_one_name_are_a_duplicate) {
  registry r;
  r.add("name", &one);
  r.add("name", &reeve::detail::make_class_worker<feed>);
  BOOST_TEST(r.duplicate().value() == "name");
}

BOOST_AUTO_TEST_CASE(the_same_worker_registered_again_is_no_duplicate) {
  registry r;
  r.add("name", &one);
  r.add("name", &one);
  r.add("class", &reeve::detail::make_class_worker<feed>);
  r.add("class", &reeve::detail::make_class_worker<feed>);
  BOOST_TEST(!r.duplicate().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
