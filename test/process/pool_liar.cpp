// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Workers that write nonsense to their channel (children/pool_liar.cpp): each is killed, its task is lost, and the
// parent is unhurt.

#include "pool_test.hpp"
#include "preconditions.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <fstream>

BOOST_AUTO_TEST_SUITE(pool_liar)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace data = boost::unit_test::data;

char const* const lies[] = {"length",   "slot",
                            "no slot",  "element",
                            "status",   "flags",
                            "tail",     "odd tail",
                            "not last", "tail within the header",
                            "noise",    "tail within the payload"};

pool_params pool_of_liars(std::string lie) {
  auto params = pool_of(1);
  params.program = command{child_program("pool_liar"), std::move(lie)};
  return params;
}

// The most address space that this process ever had, in bytes.
std::size_t peak_space() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmPeak:")) return std::stoul(line.substr(7)) * 1024;
  return 0;
}

constexpr std::size_t mib = std::size_t{1} << 20U;

}  // namespace

// It is the pool that ends it, so the cause is `limit`; the reason tells what it wrote.
BOOST_DATA_TEST_CASE(a_worker_that_lies_is_killed_and_its_task_is_lost, data::make(lies), lie) {
  pool_rig pool{pool_of_liars(lie)};
  pool.start();
  auto const error = pool.error_of<worker_lost>(square(3));
  BOOST_TEST((error.exit().cause == exit_cause::limit), to_string(error.exit()));
  BOOST_TEST(error.exit().status.signal() == SIGKILL);
  BOOST_TEST(error.exit().reason.find("nonsense") != std::string::npos, error.exit().reason);
  pool.until([&] { return pool.ups.size() == 2; });  // it is replaced
}

BOOST_AUTO_TEST_CASE(a_result_with_a_length_of_2_to_the_60_costs_no_memory, *only_if<without_sanitizer>()) {
  pool_rig pool{pool_of_liars("length")};
  pool.start();
  auto const before = peak_space();
  for (int i = 0; i < 3; ++i) pool.error_of<worker_lost>(square(i));
  BOOST_TEST(peak_space() < before + 64 * mib);
}

// A length that is allowed, and bytes that never come.
BOOST_AUTO_TEST_CASE(a_promise_of_four_gigabytes_costs_no_memory, *only_if<without_sanitizer>()) {
  pool_rig pool{pool_of_liars("promise")};
  pool.start();
  auto const before = peak_space();
  for (int i = 0; i < 3; ++i) {
    auto const error = pool.error_of<worker_lost>(square(i));
    BOOST_TEST(error.exit().status == exit_status::from_code(3));
  }
  BOOST_TEST(peak_space() < before + 64 * mib);
}

BOOST_AUTO_TEST_CASE(a_second_result_of_one_task_is_nonsense_and_the_first_counts) {
  pool_rig pool{pool_of_liars("twice")};
  pool.start();
  auto const task = pool.submit(note(0));
  pool.until([&] { return task.done() && pool.downs.size() == 1; });
  pool.error_of<codec_error>(task);  // eight bytes are no note
  BOOST_TEST(pool.downs[0].reason.find("nonsense") != std::string::npos, pool.downs[0].reason);
}

BOOST_AUTO_TEST_CASE(a_worker_that_claims_a_task_and_ends_loses_it) {
  pool_rig pool{pool_of_liars("only a claim")};
  pool.start();
  auto const error = pool.error_of<worker_lost>(square(3));
  BOOST_TEST(error.exit().status == exit_status::from_code(3));
}

// Who writes over everything may have run the task: it is lost, not run again.
BOOST_AUTO_TEST_CASE(noise_over_a_task_that_was_not_claimed_hangs_nothing) {
  auto params = pool_of_liars("unclaimed noise");
  params.restart.max_restarts = 2;
  pool_rig pool{params};
  pool.start();
  for (int i = 0; i < 3; ++i) {
    auto const task = pool.submit(square(i));
    pool.until([&] { return task.done(); });
    BOOST_TEST(!task.result().has_value());
  }
}

BOOST_AUTO_TEST_CASE(times_and_progress_that_make_no_sense_harm_no_limit) {
  auto params = pool_of_liars("only a claim");
  params.soft_limit = 1h;
  params.hard_limit = 2h;
  pool_rig pool{params};
  pool.start();
  auto const task = pool.submit(square(3).with({.on_progress = [](double done) {
    BOOST_TEST(done >= 0);
    BOOST_TEST(done <= 1);
  }}));
  pool.error_of<worker_lost>(task);
  BOOST_TEST(pool->status().timeouts == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
