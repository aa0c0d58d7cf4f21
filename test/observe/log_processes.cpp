// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What processes write to stderr: programs, workers, and their tasks.

#include "log_rig.hpp"
#include "supervisor_test.hpp"

#include <boost/log/core.hpp>

BOOST_AUTO_TEST_SUITE(log_processes)

namespace {

using namespace reeve;
using namespace reeve::test;

constexpr char const* some_trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// What it says on stderr until it ends.
std::string errors_of(launch_request request) {
  test_pipe pipe;
  request.stdio[2] = pipe.write_end.get();
  auto const process = start(request);
  pipe.write_end.reset();
  auto text = read_all(pipe.read_end.get());
  BOOST_TEST(finish(process).si_status == 0);
  return text;
}

// What a worker that the supervisor starts with that trace says on stderr.
std::vector<std::string> lines_of_worker(std::vector<std::string> args, trace_context trace = {}) {
  supervisor_fixture f;
  std::vector<std::string> lines;
  auto spec = spec_of("api", "observe_log_writer", std::move(args));
  spec.restart = {.mode = restart_mode::never};
  spec.stdio.err = stdio_target::pipe();
  spec.output.on_line = [&](output_line const& line) { lines.push_back(line.text); };
  spec.trace = std::move(trace);
  f.start(std::move(spec));
  f.until(event_kind::exited);
  return lines;
}

std::string line_with(std::vector<std::string> const& lines, std::string const& message) {
  auto const found = std::ranges::find_if(lines, [&](auto const& line) {
    return text_member_of(line, "message").find(message) != std::string::npos;
  });
  BOOST_REQUIRE_MESSAGE(found != lines.end(), "no line says " << message);
  return *found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_records_are_written_before_the_process_ends) {
  auto const lines = lines_of(errors_of(request_for("observe_log_writer", {"json", "5000"})));
  BOOST_REQUIRE(lines.size() == 5000U);
  BOOST_TEST(text_member_of(lines.front(), "message") == "record 1");
  BOOST_TEST(text_member_of(lines.back(), "message") == "record 5000");
  BOOST_TEST(text_member_of(lines.back(), "severity") == "warning");
}

BOOST_AUTO_TEST_CASE(a_stderr_that_nobody_reads_does_not_keep_a_process) {
  test_pipe pipe;
  auto request = request_for("observe_log_writer", {"json", "30000"});
  request.stdio[2] = pipe.write_end.get();
  auto const process = start(request);
  BOOST_TEST(finish(process).si_status == 0);
}

BOOST_AUTO_TEST_CASE(a_stderr_that_is_closed_does_not_end_a_process) {
  test_pipe pipe;
  auto request = request_for("observe_log_writer", {"json", "100"});
  request.stdio[2] = pipe.write_end.get();
  pipe.read_end.reset();
  auto const process = start(request);
  auto const end = finish(process);
  BOOST_TEST(end.si_code == CLD_EXITED);
  BOOST_TEST(end.si_status == 0);
}

BOOST_AUTO_TEST_CASE(a_line_for_people_ends_with_who_wrote_it) {
  auto const lines = lines_of_worker({"console"});
  BOOST_REQUIRE(lines.size() == 1U);
  auto const& line = lines.front();
  BOOST_TEST(line.find(" warning record 1 (api/0#1, pid ") != line.npos, line);
}

BOOST_AUTO_TEST_CASE(a_worker_says_who_it_is_and_what_it_was_started_for) {
  auto const trace = parse_trace(some_trace);
  auto const lines = lines_of_worker({"json"}, trace);
  BOOST_REQUIRE(lines.size() == 1U);
  auto const& line = lines.front();
  BOOST_TEST(text_member_of(line, "worker") == "api/0");
  BOOST_TEST(member_of(line, "generation") == "1");
  BOOST_TEST(std::stoi(member_of(line, "pid")) > 1);
  BOOST_TEST(text_member_of(line, "trace_id") == trace.trace_id_text());
  BOOST_TEST(text_member_of(line, "span_id") == trace.span_id_text());
}

BOOST_AUTO_TEST_CASE(without_a_trace_nothing_is_said_of_one) {
  auto const lines = lines_of_worker({"json"});
  BOOST_REQUIRE(lines.size() == 1U);
  BOOST_TEST(lines.front().find("trace_id") == std::string::npos);
  BOOST_TEST(lines.front().find("span_id") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_task_writes_in_the_trace_of_its_call) {
  auto const lines = lines_of(errors_of(request_for("observe_log_pool", {some_trace})));
  auto const traced = line_with(lines, "in a task");
  BOOST_TEST(text_member_of(traced, "trace_id") == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(text_member_of(traced, "span_id") == "b7ad6b7169203331");
  auto const other = line_with(lines, "in another task");
  BOOST_TEST(member_of(other, "trace_id") == "");
  for (auto const& line : {traced, other}) BOOST_TEST(text_member_of(line, "worker").ends_with("/0"));
}

BOOST_AUTO_TEST_CASE(each_line_about_a_worker_carries_worker_generation_and_pid) {
  auto const lines = lines_of(errors_of(request_for("observe_log_pool", {some_trace})));
  std::size_t of_reeve = 0;
  for (auto const& line : lines) {
    if (text_member_of(line, "channel") != "reeve") continue;
    ++of_reeve;
    BOOST_TEST(member_of(line, "worker") != "", line);
    BOOST_TEST(std::stoi(member_of(line, "generation")) >= 0, line);
    BOOST_TEST(std::stoi(member_of(line, "pid")) >= 0, line);
  }
  BOOST_TEST(of_reeve >= 3U);
}

BOOST_AUTO_TEST_CASE(python_reads_each_line) {
  auto const text = errors_of(request_for("observe_log_pool", {some_trace}));
  test_pipe in;
  launch_request request = request_for(
      "/usr/bin/env",
      {"python3", "-c", "import json, sys\nfor line in sys.stdin: print(json.loads(line)['message'])"});
  request.stdio[0] = in.read_end.get();
  BOOST_REQUIRE(text.size() < 65536U);  // all of it is in the pipe then
  BOOST_REQUIRE(::write(in.write_end.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  in.write_end.reset();
  auto const messages = lines_of(output_of(std::move(request)));
  BOOST_TEST(messages.size() == lines_of(text).size());
  BOOST_TEST((std::ranges::find(messages, "in a task") != messages.end()));
}

BOOST_AUTO_TEST_SUITE_END()
