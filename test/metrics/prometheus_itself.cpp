// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "live_supervisor.hpp"
#include "preconditions.hpp"
#include "prometheus_server.hpp"
#include "reeve/metrics_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(prometheus_itself)

namespace {

using namespace reeve;
using namespace reeve::test;

}  // namespace

BOOST_AUTO_TEST_CASE(promtool_finds_nothing_wrong_with_the_text, *only_if<with_promtool>()) {
  auto const text = text_of_all();
  BOOST_TEST(text.size() > 10'000U);
  auto const [said, code] = output_of({find_installed("promtool"), "check", "metrics"}, text);
  BOOST_TEST(code == 0, said);
  BOOST_TEST(said == "");
}

BOOST_AUTO_TEST_CASE(promtool_finds_what_is_wrong_with_another, *only_if<with_promtool>()) {
  auto const [said, code] =
      output_of({find_installed("promtool"), "check", "metrics"}, "reeve_worker_counter 1\n");
  BOOST_TEST(code != 0, said);
}

BOOST_AUTO_TEST_CASE(prometheus_scrapes_real_workers, *only_if<with_prometheus>()) {
  live_supervisor rig;
  metrics_server server{rig.context.get_executor(), {.port = 0}};
  server.watch(*rig.sup, "main");
  server.start();
  rig.start(up_spec_of("idle", "hang", {}, 3));
  prometheus_server const prometheus{server.port()};
  {
    context_threads const threads{rig.context, 1};
    auto const expect = [&](std::string const& query, std::string const& expected) {
      BOOST_TEST(prometheus.says(query, expected), query << " is " << prometheus.query(query) << '\n'
                                                         << prometheus.log());
    };
    expect("up", ",\"1\"]");
    expect("reeve_workers%7Bsupervisor=%22main%22,state=%22running%22%7D", ",\"3\"]");
    expect("count(reeve_worker_resident_memory_bytes%3E0)", ",\"3\"]");
    expect("sum(reeve_worker_ready_seconds_bucket%7Ble=%22%2BInf%22%7D)", ",\"3\"]");
    rig.context.stop();
  }
}

BOOST_AUTO_TEST_SUITE_END()
