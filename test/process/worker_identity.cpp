// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Which process is a worker, which is not, and what is said when one cannot be.

#include "reeve/worker.hpp"
#include "worker_runtime_harness.hpp"

#include <filesystem>
#include <fstream>

BOOST_AUTO_TEST_SUITE(worker_identity)

namespace {

using namespace runtime_test;

constexpr int code(worker_exit e) { return static_cast<int>(e); }

started_worker::params function(std::string type) {
  return {.program = "runtime_function", .type = std::move(type)};
}

// A process without a handshake, its output captured.
struct plain_process {
  plain_process(std::string program, std::vector<std::string> args)
      : process{{.program = std::move(program),
                 .args = std::move(args),
                 .descriptors = {{output.write.get(), 1}, {errors.write.get(), 2}}}} {}
  std::string line() {
    std::string line;
    for (char c = 0; c != '\n'; line += c) {
      await_readable(output.read.get());
      BOOST_REQUIRE_EQUAL(::read(output.read.get(), &c, 1), 1);
    }
    return line;
  }
  pipe_ends output, errors;
  started_process process;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_program_that_nobody_supervises_goes_on_in_main) {
  plain_process p{"runtime_function", {}};
  BOOST_TEST(p.process.end() == 42);
  BOOST_TEST(p.errors.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(a_foreign_worker_with_a_page_is_none_of_the_runtimes) {
  started_process p{
      {.program = "runtime_function", .env = {{handshake::page_fd, "3"}, {handshake::name, "x"}}}};
  BOOST_TEST(p.end() == 42);
}

BOOST_AUTO_TEST_CASE(a_worker_without_any_library_beats_and_counts_through_the_page) {
  auto const script =
      std::filesystem::absolute(__FILE__).parent_path() / "../../example/2_simple/python_worker.py";
  started_worker worker{{.program = "/usr/bin/env", .type = "", .args = {"python3", script.string(), "100"}}};
  BOOST_TEST(worker.end() == 0);
  BOOST_TEST(worker.its_page().violation().value_or("sound") == "sound");
  auto const reading = worker.its_page().read();
  BOOST_TEST(reading.beats == 100U);
  BOOST_TEST((reading.stage == page_layout::worker_stage::stopping));
  std::vector<counter_value> const expected{{"processed", 100, false}, {"connected", 0, true}};
  BOOST_TEST((reading.counters == expected));
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_runs_the_same_binary_is_no_worker) {
  started_worker worker{function("has_child")};
  BOOST_TEST(worker.end() == 42);
}

BOOST_AUTO_TEST_CASE(a_supervisor_inside_a_worker_works) {
  started_worker worker{function("nested")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.ask_to_stop();
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_carries_its_name) {
  started_worker worker{function("waits")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  std::string name;
  std::getline(std::ifstream{"/proc/" + std::to_string(worker.pid()) + "/comm"}, name);
  BOOST_TEST(name == "test");
  worker.ask_to_stop();
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_says_hello_in_its_protocols_version) {
  started_worker worker{function("waits")};
  BOOST_TEST(worker.expect(control_kind::hello).number == control_version);
}

BOOST_AUTO_TEST_CASE(a_type_that_is_not_registered_is_told_by_its_name) {
  started_worker worker{function("nobody")};
  BOOST_TEST(worker.expect(control_kind::unknown_type).text == "nobody");
  BOOST_TEST(worker.end() == code(worker_exit::unknown_type));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_cannot_be_read_is_told) {
  auto params = function("waits");
  params.env = {{handshake::page_fd, "101"}};  // the control socket's
  started_worker worker{params};
  BOOST_TEST(worker.end() == code(worker_exit::bad_handshake));

  params.env = {{handshake::generation, "many"}};
  started_worker other{params};
  BOOST_TEST(other.expect(control_kind::failure).text == "bad handshake: REEVE_GENERATION is not a number");
  BOOST_TEST(other.end() == code(worker_exit::bad_handshake));
}

BOOST_AUTO_TEST_CASE(two_workers_of_one_name_are_said_at_once_in_every_process) {
  plain_process p{"runtime_duplicate", {}};
  BOOST_TEST(p.process.end() == code(worker_exit::duplicate_type));
  BOOST_TEST(p.errors.read_to_end() == "reeve: two workers are registered as \"same\"\n");

  started_worker worker{{.program = "runtime_duplicate", .type = "same"}};
  BOOST_TEST(worker.end() == code(worker_exit::duplicate_type));
}

BOOST_AUTO_TEST_CASE(stand_alone_a_class_worker_runs_until_a_signal) {
  for (int signal : {SIGINT, SIGTERM}) {
    plain_process p{"runtime_class", {"stand-alone", "introspective", "a", "b"}};
    BOOST_TEST(p.line() == "introspective/0#0 args:2 supervised:0 not_supervised:1 n:1\n");
    p.process.signal(signal);
    BOOST_TEST(p.process.end() == 0);
    BOOST_TEST(p.output.read_to_end() == "stopped\n");
  }
}

BOOST_AUTO_TEST_CASE(stand_alone_a_function_worker_keeps_its_exit_code) {
  plain_process p{"runtime_function", {"stand-alone", "returns", "7"}};
  BOOST_TEST(p.process.end() == 7);
}

BOOST_AUTO_TEST_CASE(stand_alone_failures_are_told_on_stderr_in_one_line) {
  plain_process p{"runtime_class", {"stand-alone", "scripted", "throws", "throws"}};
  BOOST_TEST(p.process.end() == code(worker_exit::start_failed));
  BOOST_TEST(
      p.errors.read_to_end() ==
      "reeve: worker scripted/0#0: start threw: no luck\nreeve: worker scripted/0#0: stop threw: no luck\n");
}

BOOST_AUTO_TEST_CASE(stand_alone_a_second_signal_ends_what_does_not_heed_the_first) {
  plain_process p{"runtime_function", {"stand-alone", "deaf"}};
  BOOST_TEST(p.line() == "begins\n");
  p.process.signal(SIGINT);
  BOOST_TEST(p.line() == "asked\n");
  p.process.signal(SIGINT);
  BOOST_TEST(p.process.end() == -SIGINT);
}

BOOST_AUTO_TEST_CASE(stand_alone_a_type_that_is_not_registered_is_said) {
  plain_process p{"runtime_class", {"stand-alone", "nobody"}};
  BOOST_TEST(p.process.end() == code(worker_exit::unknown_type));
  BOOST_TEST(p.errors.read_to_end() == "reeve: no worker is registered as \"nobody\"\n");
}

BOOST_AUTO_TEST_SUITE_END()
