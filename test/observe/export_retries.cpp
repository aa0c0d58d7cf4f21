// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/export_retry.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <set>

BOOST_AUTO_TEST_SUITE(export_retries)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

constexpr export_retry::time_point start{1000s};

}  // namespace

BOOST_AUTO_TEST_CASE(the_wait_grows_to_its_limit) {
  export_retry retry{start + 1h, 1};
  double expected = 1;
  auto now = start;
  for (int i = 0; i < 10; ++i) {
    auto const next = retry.failed(now, std::nullopt).value();
    std::chrono::duration<double> const wait = next - now;
    BOOST_TEST(wait.count() >= 0.799 * expected);
    BOOST_TEST(wait.count() <= 1.201 * expected);
    expected = std::min(expected * 1.5, 5.0);
    now = next;
  }
}

BOOST_AUTO_TEST_CASE(two_do_not_try_at_the_same_time) {
  std::set<export_retry::time_point> times;
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    times.insert(export_retry{start + 1h, seed}.failed(start, std::nullopt).value());
  BOOST_TEST(times.size() > 15);
}

BOOST_AUTO_TEST_CASE(it_waits_as_long_as_it_is_told) {
  export_retry retry{start + 1min, 1};
  BOOST_TEST((retry.failed(start, 0s) == start));
  BOOST_TEST((retry.failed(start, 17s) == start + 17s));
}

BOOST_AUTO_TEST_CASE(it_gives_up_where_the_deadline_comes_first) {
  BOOST_TEST(!(export_retry{start + 500ms, 1}.failed(start, std::nullopt).has_value()));
  BOOST_TEST(!(export_retry{start + 10s, 1}.failed(start, 10s).has_value()));
  BOOST_TEST((export_retry{start + 10s, 1}.failed(start, 9s).has_value()));
  BOOST_TEST(!(export_retry{start, 1}.failed(start + 1s, 0s).has_value()));
}

BOOST_AUTO_TEST_CASE(a_wait_beyond_all_clocks_is_no_overflow) {
  BOOST_TEST(!(export_retry{start + 1h, 1}.failed(start, std::chrono::seconds::max()).has_value()));
}

BOOST_AUTO_TEST_SUITE_END()
