// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "live_supervisor.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

// Workers that another program registers.

namespace {

using namespace reeve;
using namespace reeve::test;

worker_spec of_other_program(std::string type, std::vector<std::string> args = {}) {
  auto spec = spec_of("w", "/", {});
  spec.command = in_program(child_program("runtime_function"), std::move(type), std::move(args));
  spec.ready = ready_when::reported(patience);
  return spec;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(other_program)

BOOST_AUTO_TEST_CASE(its_worker_reports_counts_and_stops_when_it_is_asked) {
  live_supervisor sup;
  sup.start(of_other_program("counts"));
  BOOST_TEST(sup.counter("w", "two") > 0U);
  auto const process = "/proc/" + std::to_string(sup.pid_of("w"));
  auto const program = child_program("runtime_function");
  BOOST_TEST(std::filesystem::equivalent(process + "/exe", program));
  std::ifstream commandline{process + "/cmdline"};
  std::string const text_of_it{std::istreambuf_iterator<char>{commandline}, {}};
  BOOST_TEST(text_of_it == program + '\0');

  auto const waits = [&] {
    auto spec = of_other_program("waits");
    spec.name = "waits";
    spec.stop.signal = SIGUSR1;  // it would die of that: it is asked
    return spec;
  }();
  sup.start(waits);
  BOOST_TEST(sup.stop("waits") == error_code{});
  BOOST_TEST(sup.await_exit(1, "waits").status.code() == 0);
}

BOOST_AUTO_TEST_CASE(its_arguments_arrive) {
  live_supervisor sup;
  auto spec = of_other_program("returns", {"43"});
  spec.ready = {};
  spec.restart.mode = restart_mode::never;
  sup.start(spec);
  BOOST_TEST(sup.await_exit().status.code() == 43);
}

BOOST_AUTO_TEST_CASE(a_type_that_it_does_not_register_is_unknown) {
  live_supervisor sup;
  diagnostics diag;
  auto const start = sup->async_start(of_other_program("no_such_type"), diag);
  BOOST_TEST(sup.finish(start) == error_code{error::unknown_worker_type});
  BOOST_TEST(diag.message.find("no_such_type") != std::string::npos, diag.message);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_ENOENT) {
  live_supervisor sup;
  auto spec = of_other_program("waits");
  spec.command.program = "/no/such/program";
  BOOST_TEST(sup.finish(sup->async_start(spec)).value() == ENOENT);
}

BOOST_AUTO_TEST_SUITE_END()
