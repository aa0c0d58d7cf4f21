// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "live_supervisor.hpp"

#include <map>
#include <stdexcept>
#include <sys/mman.h>

// What the application changes of a process for each of its starts.

namespace {

using namespace reeve;
using namespace reeve::test;
using kind = event_kind;

}  // namespace

BOOST_AUTO_TEST_SUITE(for_start)

// Each is closed as early as it may be.
BOOST_AUTO_TEST_CASE(each_incarnation_gets_a_descriptor_of_its_own) {
  std::map<worker_id, unique_fd> given;
  live_supervisor sup{{.on_event = [&given](worker_event const& event) {
    if (event.kind == kind::spawned) given.at(event.worker).reset();
  }}};
  auto spec = sup.captured(script("w", "readlink /proc/$$/fd/20; exec sleep 3600", 2));
  spec.process.descriptors = {{.source = STDERR_FILENO, .target = 21}};
  spec.for_start = [&given](worker_id const& id, process_params& process) {
    auto& fd = given[id];
    fd = unique_fd{::memfd_create(to_string(id).c_str(), MFD_CLOEXEC)};
    process.descriptors.push_back({.source = fd.get(), .target = 20});
  };
  sup.start(spec);
  sup.until([&] { return sup.lines.size() == 2; });
  BOOST_TEST(sup.signal("w", SIGKILL) == error_code{});
  sup.until([&] { return sup.lines.size() == 4; });
  for (auto const& line : sup.lines)
    BOOST_TEST(line.text == "/memfd:" + to_string(line.worker) + " (deleted)");
  BOOST_TEST(given.size() == 4U);
  BOOST_TEST(given.contains({"w", 1, 2}));
}

BOOST_AUTO_TEST_CASE(it_comes_after_for_instance) {
  live_supervisor sup;
  std::vector<std::string> calls;
  auto spec = child_spec("hang");
  spec.for_instance = [&calls](std::size_t index, command&, environment&) {
    calls.push_back("instance " + std::to_string(index));
  };
  spec.for_start = [&calls](worker_id const& id, process_params&) {
    calls.push_back("start " + to_string(id));
  };
  sup.start(spec);
  BOOST_TEST((calls == std::vector<std::string>{"instance 0", "start hang/0#1"}));
}

BOOST_AUTO_TEST_CASE(what_it_throws_fails_the_start_and_it_is_asked_again_for_the_next) {
  live_supervisor sup;
  auto spec = child_spec("hang");
  spec.for_start = [](worker_id const& id, process_params&) {
    if (id.generation == 1) throw std::runtime_error{"no segment is free"};
    if (id.generation == 2) throw 1;
  };
  diagnostics diag;
  BOOST_TEST(sup.finish(sup->async_start(spec, diag)) == error_code{error::invalid_argument});
  BOOST_REQUIRE(diag.exit.has_value());
  BOOST_TEST(text(diag.exit->cause) == "spawn_failed");
  BOOST_TEST(diag.exit->reason.starts_with("for_start threw: no segment is free"), diag.exit->reason);
  BOOST_TEST(sup.await_exit(2).reason.starts_with("for_start threw"));
  BOOST_TEST(sup.await(kind::ready).worker.generation == 3U);
}

BOOST_AUTO_TEST_CASE(what_it_makes_is_checked_and_the_wrong_field_named) {
  live_supervisor sup;
  auto spec = child_spec("hang");
  spec.restart.mode = restart_mode::never;
  spec.for_start = [](worker_id const&, process_params& process) {
    process.descriptors = {{.source = STDERR_FILENO, .target = 2}};
  };
  diagnostics diag;
  BOOST_TEST(sup.finish(sup->async_start(spec, diag)) == error_code{error::invalid_argument});
  BOOST_TEST(diag.message.find("for_start: process.descriptors has a target") != std::string::npos,
             diag.message);
  BOOST_TEST(sup.events.count(kind::spawned) == 0U);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_not_open_fails_the_start) {
  live_supervisor sup;
  auto spec = child_spec("hang");
  spec.restart.mode = restart_mode::never;
  spec.for_start = [](worker_id const&, process_params& process) {
    process.descriptors = {{.source = 1'000'000'000, .target = 20}};
  };
  BOOST_TEST(sup.finish(sup->async_start(spec)).value() == EBADF);
}

BOOST_AUTO_TEST_SUITE_END()
