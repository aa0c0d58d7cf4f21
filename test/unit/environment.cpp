// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/environment.hpp>

#include <boost/test/unit_test.hpp>

namespace {

using strings = std::vector<std::string>;
using env = reeve::environment;

strings on_base(env const& e) {
  char const* const base[] = {"A=1", "B=2", "EMPTY=", nullptr};
  return e.resolve(base);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(everything_is_inherited_by_default) {
  BOOST_TEST(env{}.inherits());
  BOOST_TEST((on_base(env{}) == strings{"A=1", "B=2", "EMPTY="}));
}

BOOST_AUTO_TEST_CASE(what_is_set_replaces_what_is_inherited) {
  BOOST_TEST((on_base(env{{"B", "x=y"}, {"C", ""}}) == strings{"A=1", "EMPTY=", "B=x=y", "C="}));
}

BOOST_AUTO_TEST_CASE(what_is_unset_is_gone_inherited_or_set) {
  env e{{"C", "3"}};
  e.unset("A").unset("C").unset("NEVER_THERE");
  BOOST_TEST((on_base(e) == strings{"B=2", "EMPTY="}));
}

BOOST_AUTO_TEST_CASE(what_is_set_last_counts) {
  env e;
  e.set("C", "1").unset("C").set("C", "2");
  BOOST_TEST((on_base(e) == strings{"A=1", "B=2", "EMPTY=", "C=2"}));
}

BOOST_AUTO_TEST_CASE(after_clear_only_what_is_set_from_there_on_is_left) {
  env e{{"C", "3"}};
  e.clear().set("D", "4");
  BOOST_TEST(!e.inherits());
  BOOST_TEST((on_base(e) == strings{"D=4"}));
}

BOOST_AUTO_TEST_CASE(a_name_is_matched_as_a_whole) {
  char const* const base[] = {"PATH=/bin", "PATHS=x", "PAT=y", nullptr};
  BOOST_TEST((env{{"PATH", "/"}}.resolve(base) == strings{"PATHS=x", "PAT=y", "PATH=/"}));
}

BOOST_AUTO_TEST_CASE(a_malformed_base_is_cleaned) {
  char const* const base[] = {"no_equals_sign", "A=first", "A=second", nullptr};
  BOOST_TEST((env{}.resolve(base) == strings{"A=first"}));
}

BOOST_AUTO_TEST_CASE(no_base_is_an_empty_one) {
  BOOST_TEST((env{{"A", "1"}}.resolve(nullptr) == strings{"A=1"}));
}

BOOST_AUTO_TEST_SUITE_END()
