// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/this_task.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(this_task)

namespace current = reeve::this_task;

BOOST_AUTO_TEST_CASE(outside_a_task_there_is_none) {
  BOOST_TEST(current::id() == 0u);
  BOOST_TEST(current::attempt() == 0u);
  BOOST_TEST(current::correlation_id().empty());
  BOOST_TEST(!current::stop_requested());
  BOOST_TEST(!current::stop_token().stop_requested());
  current::progress(0.5);
}

BOOST_AUTO_TEST_SUITE_END()
